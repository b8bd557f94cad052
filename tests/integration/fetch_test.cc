// contrib/fetch against a server that misbehaves, with Postfix's commands played by small scripts
// that note that they were called; and README's "Use the feed", run as written.
#include <doctest/doctest.h>
#include <httplib.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "checks/base/text.h"
#include "exporter/feed/documents.h"
#include "exporter/feed/edition.h"
#include "exporter/feed/verify.h"
#include "tests/integration/scratch.h"
#include "tests/roots.h"

using namespace mailfleet;

namespace {

const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());
constexpr const char* edition_file = "trusted-domains.json";

// A folder of files over HTTP.
class Files {
 public:
  Files() {
    server_.Get("/feed/v1/(.*)", [this](const httplib::Request& request, httplib::Response& out) {
      const std::lock_guard lock(mutex_);
      const auto found = files_.find(request.matches[1].str());
      if (found == files_.end())
        out.status = 404;
      else
        out.set_content(found->second, "application/json");
    });
    port_ = server_.bind_to_any_port("127.0.0.1");
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Files() {
    server_.stop();
    thread_.join();
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  void put(const std::string& name, const std::string& body) {
    const std::lock_guard lock(mutex_);
    files_[name] = body;
  }
  void clear() {
    const std::lock_guard lock(mutex_);
    files_.clear();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/feed/v1"; }

 private:
  httplib::Server server_{};
  int port_ = 0;
  std::mutex mutex_{};
  std::map<std::string, std::string> files_{};
  std::thread thread_{};
};

FeedEntry entry(const std::string& domain, const std::string& host) {
  FeedEntry out(*Name::parse(domain));
  out.tier = Tier::t2;
  out.mx_hosts = out.match_names = {host};
  out.since = out.expires = now;
  out.evidence_sha256 = std::string(64, '0');
  return out;
}

Edition edition(uint64_t serial, const std::string& host) {
  Edition out{.issuer = "https://monitor.test/",
              .serial = serial,
              .issued = now - Seconds(7200),
              .expires = now + Seconds(7200),
              .is_signed = true};
  out.entries = {entry("a.test", host), entry("b.test", "mx.b.test")};
  return out;
}

class Gateway {
 public:
  Gateway() {
    program_file("postmap",
                 "#!/bin/sh\n[ ! -e fail-postmap ] || exit 1\ncp \"${1#*:}\" "
                 "\"${1#*:}.db\"\necho map >>called\n");
    program_file("postfix", "#!/bin/sh\n[ ! -e fail-reload ] || exit 1\necho \"$1\" >>called\n");
    scratch_.write("key.pub", key_.public_key().minisign());
    std::filesystem::create_directory(scratch_.path("state"));
    settings("");
  }

  void settings(const std::string& more, const std::string& key = "key.pub") {
    scratch_.write("fetch.conf", "url=" + files.url() + "\nkey=" + scratch_.path(key) +
                                     "\ntable=" + scratch_.path("table") +
                                     "\nstate_dir=" + scratch_.path("state") +
                                     "\npostmap=./postmap\npostfix=./postfix\nmailfleet=" +
                                     binary_root() + "/mailfleet\n" + more);
  }
  void publish(const Edition& edition) {
    const std::string body = edition_json(edition);
    files.put(edition_file, body);
    files.put(std::string(edition_file) + ".sig", signature(body));
  }
  std::string signature(const std::string& body) const { return minisign_text(key_, body, "x"); }

  // "STATUS: what it said; what it called".
  std::string run(const std::string& before = "") {
    scratch_.write("called", "");
    const std::string out =
        scratch_.run({"/bin/sh", "-c",
                      before + " " + source_root() +
                          "/contrib/fetch/mailfleet-fetch fetch.conf >said 2>&1; echo $?"});
    std::string called = scratch_.read("called");
    std::replace(called.begin(), called.end(), '\n', ' ');
    return out + ": " + scratch_.read("said") + "; " + called;
  }
  std::string table() const {
    std::string out;
    const std::string text = scratch_.read("table");
    for (const std::string_view line : split(text, '\n'))
      if (!line.empty() && !line.starts_with("#"))
        (out += split(line, ' ')[1]) += line.find("mx.new.test") != line.npos ? "(new) " : " ";
    return out;
  }
  bool nothing_half_done() const {
    for (const auto& each : std::filesystem::recursive_directory_iterator(scratch_.path("")))
      if (each.path().filename().string().starts_with("work.") ||
          each.path().extension() == ".next")
        return false;
    return true;
  }
  const Scratch& scratch() const { return scratch_; }

  Files files{};

 private:
  void program_file(const std::string& name, const std::string& text) const {
    scratch_.write(name, text);
    std::filesystem::permissions(scratch_.path(name), std::filesystem::perms(0755));
  }
  Scratch scratch_{};
  SigningKey key_ = SigningKey::generate();
};

void says(const std::string& seen, const char* status, const char* text, const char* calls) {
  CHECK_MESSAGE(seen.starts_with(std::string(status) + ": "), seen);
  CHECK_MESSAGE(seen.find(text) != std::string::npos, seen);
  CHECK_MESSAGE(seen.ends_with(std::string("; ") + calls), seen);
}

}  // namespace

TEST_CASE("integration: fetch reloads Postfix when the rules changed, and only then") {
  Gateway gateway;
  gateway.publish(edition(7, "mx.a.test"));
  says(gateway.run(), "0", "changed: accepted, serial 7, 2 entries", "map reload ");
  CHECK(gateway.table() == "secure secure ");
  says(gateway.run(), "0", "unchanged: accepted, serial 7", "");
  gateway.publish(edition(8, "mx.a.test"));
  says(gateway.run(), "0", "unchanged: accepted, serial 8", "");
  CHECK(gateway.scratch().read("state/accepted").starts_with("8 "));
  gateway.publish(edition(9, "mx.new.test"));
  const std::string seen = gateway.run();
  says(seen, "0", "changed: accepted, serial 9", "map reload ");
  CHECK_MESSAGE(seen.find("a.test  mx_hosts  mx.a.test -> mx.new.test") != std::string::npos, seen);
  CHECK(gateway.table() == "secure(new) secure ");
  CHECK(gateway.nothing_half_done());
}

TEST_CASE("integration: fetch keeps the old table whatever the server sends") {
  Gateway gateway;
  const std::string first = edition_json(edition(7, "mx.a.test"));
  gateway.publish(edition(7, "mx.a.test"));
  gateway.run();
  const auto refused = [&](const char* why) {
    says(gateway.run(), "1", why, "");
    CHECK(gateway.table() == "secure secure ");
    CHECK(gateway.scratch().read("state/trusted-domains.json") == first);
    CHECK(gateway.scratch().read("state/accepted").starts_with("7 "));
    CHECK(gateway.nothing_half_done());
  };
  std::string body = edition_json(edition(8, "mx.new.test"));
  gateway.publish(edition(8, "mx.new.test"));
  gateway.files.put(edition_file, body.replace(body.find("mx.b"), 4, "mx.c"));
  refused("refused: the signature does not match the file");
  gateway.files.put(edition_file, body.substr(0, 100));
  refused("refused: the signature does not match the file");
  Edition other = edition(8, "mx.new.test");
  other.expires = now - Seconds(1);
  gateway.publish(other);
  refused("refused: expired");
  gateway.publish(edition(6, "mx.new.test"));
  refused("refused: serial 6 is older than 7");
  gateway.publish(edition(7, "mx.new.test"));
  refused("serial 7 was accepted before with other content");
  gateway.publish(edition(7 + max_serial_leap + 1, "mx.new.test"));
  refused("leaps more than");
  other = edition(8, "mx.new.test");
  other.entries.clear();
  gateway.publish(other);
  refused("no table was made");
  gateway.files.clear();
  refused("404");
  gateway.scratch().write("other.pub", SigningKey::generate().public_key().minisign());
  gateway.publish(edition(8, "mx.new.test"));
  gateway.settings("", "other.pub");
  refused("not among the keys given");
  gateway.settings("url=http://127.0.0.1:" + std::to_string(free_port()) + "/feed/v1\n");
  refused("no new edition was taken: curl:");
  gateway.settings("url=http://monitor.test/feed/v1\n");
  says(gateway.run(), "2", "url must begin with https://", "");
  gateway.settings("");
  says(gateway.run("flock state/lock"), "75", "another run is under way", "");
  says(gateway.run(), "0", "changed: accepted, serial 8", "map reload ");
}

TEST_CASE("integration: fetch tries again what Postfix did not take") {
  Gateway gateway;
  gateway.publish(edition(7, "mx.a.test"));
  gateway.run();
  gateway.publish(edition(8, "mx.new.test"));
  gateway.scratch().write("fail-postmap", "");
  says(gateway.run(), "1", "postmap refuses the new table", "");
  CHECK(gateway.table() == "secure secure ");
  std::filesystem::remove(gateway.scratch().path("fail-postmap"));
  gateway.scratch().write("fail-reload", "");
  says(gateway.run(), "1", "Postfix was not reloaded", "map ");
  CHECK(gateway.table() == "secure(new) secure ");
  std::filesystem::remove(gateway.scratch().path("fail-reload"));
  says(gateway.run(), "0", "changed: accepted, serial 8", "map reload ");
  says(gateway.run(), "0", "unchanged: accepted, serial 8", "");
  std::filesystem::remove(gateway.scratch().path("table.db"));
  says(gateway.run(), "0", "changed: ", "map reload ");
  CHECK(gateway.nothing_half_done());
}

TEST_CASE("integration: fetch does on expiry what the consumer chose") {
  Gateway gateway;
  gateway.publish(edition(7, "mx.a.test"));
  gateway.run();
  Edition expired = edition(7, "mx.a.test");  // as if two hours had gone by
  expired.expires = now - Seconds(1);
  const std::string body = edition_json(expired);
  gateway.scratch().write(std::string("state/") + edition_file, body);
  gateway.scratch().write(std::string("state/") + edition_file + ".sig", gateway.signature(body));
  gateway.files.clear();
  says(gateway.run(), "1", "no new edition was taken", "");
  CHECK(gateway.table() == "secure secure ");
  gateway.settings("on_expiry=encrypt\n");
  says(gateway.run(), "1", "no new edition was taken", "map reload ");
  CHECK(gateway.table() == "encrypt encrypt ");
  says(gateway.run(), "1", "unchanged: ", "");
}

TEST_CASE("integration: fetch takes the exceptions of a suffix on the same terms") {
  Gateway gateway;
  gateway.publish(edition(7, "mx.a.test"));
  gateway.settings("suffix=gov.test\n");
  says(gateway.run(), "1", "no list of exceptions was taken", "");
  FeedException plain(*Name::parse("plain.gov.test"));
  plain.seen = now;
  const std::string body =
      exceptions_json({plain}, "https://monitor.test/", now, now + Seconds(7200));
  gateway.files.put("exceptions.json", body);
  gateway.files.put("exceptions.json.sig", gateway.signature(body + " "));
  says(gateway.run(), "1", "the signature does not match the file", "");
  gateway.files.put("exceptions.json.sig", gateway.signature(body));
  says(gateway.run(), "0", "changed: ", "map reload ");
  CHECK(gateway.table() == "secure secure may encrypt ");
}

namespace {

// The commands of README's "Use the feed", with every place below a scratch root.
std::string readme_commands(const std::string& root, const std::string& url) {
  const std::string text = Scratch::file(source_root() + "/README.md");
  const size_t section = text.find("## Use the feed");
  REQUIRE(section != std::string::npos);
  std::string out = "set -eu\n";
  bool begun = false;
  for (const std::string_view each : split(std::string_view(text).substr(section), '\n')) {
    if (!each.starts_with("    ") && begun) break;
    if (each.starts_with("    ")) (out += each.substr(4)) += '\n';
    begun |= each.starts_with("    ");
  }
  const auto replace = [&](const std::string& what, const std::string& with) {
    REQUIRE_MESSAGE(out.find(what) != std::string::npos, what);
    for (size_t at = 0; (at = out.find(what, at)) != std::string::npos; at += with.size())
      out.replace(at, what.size(), with);
  };
  replace("https://monitor.example.gov.uk/feed/v1", url);
  for (const char* place : {" /etc/", ":/etc/", ">/etc/", " /var/", " /usr/local/"})
    replace(place, place[0] + root + (place + 1));
  replace("build/release/", binary_root() + "/");
  return out;
}

}  // namespace

TEST_CASE("integration: README leads to enforced TLS in ten lines") {
  Gateway gateway;
  gateway.publish(edition(7, "mx.a.test"));
  const Scratch& scratch = gateway.scratch();
  const auto read = read_public_keys(scratch.read("key.pub"), now);
  REQUIRE(read.size() == 1);
  gateway.files.put("keys.json",
                    keys_json({{read.front(), now - Seconds(60), now + Seconds(7200)}}));
  const std::string root = scratch.path("root");
  for (const char* folder : {"/etc/postfix", "/etc/systemd/system", "/usr/local/bin", "/var/lib"})
    std::filesystem::create_directories(root + folder);
  // A machine on which Postfix was never set up has none.
  scratch.write("root/etc/postfix/main.cf", "compatibility_level = 3.6\n");
  std::filesystem::create_directories(scratch.path("contrib"));
  // What the script and its unit name of the machine is below the root too.
  scratch.run({"/bin/sh", "-c",
               "cp -r " + source_root() +
                   "/contrib/fetch contrib/ && sed -i 's#=/usr/local/sbin#=" + scratch.path("bin") +
                   ":" + root + "/usr/local/bin#; s#:-/etc/#:-" + root + "/etc/#; s#=/var/#=" +
                   root + "/var/#; s#=/etc/#=" + root + "/etc/#' contrib/fetch/*"});
  std::filesystem::create_directory(scratch.path("bin"));
  for (const char* name : {"postfix", "postconf", "systemctl"}) {
    const std::string file = std::string("bin/") + name;
    scratch.write(file, "#!/bin/sh\necho " + std::string(name) + " \"$@\" >>" +
                            scratch.path("called") + "\n");
    std::filesystem::permissions(scratch.path(file), std::filesystem::perms(0755));
  }
  const std::string commands = readme_commands(root, gateway.files.url());
  CHECK(std::ranges::count(commands, '\n') - 1 <= 10);
  scratch.write("commands", "export MAIL_CONFIG=" + root +
                                "/etc/postfix\nPATH=" + scratch.path("bin") + ":" + root +
                                "/usr/local/bin:$PATH\n" + commands);
  scratch.run({"/bin/sh", "commands"});
  const std::string table = root + "/etc/postfix/mailfleet-tls-policy";
  CHECK(scratch
            .run({program("postmap", "postfix"), "-c", root + "/etc/postfix", "-q", "a.test",
                  "hash:" + table})
            .starts_with("secure match=mx.a.test "));
  const std::string called = scratch.read("called");
  CHECK_MESSAGE(called.find("smtp_tls_policy_maps=hash:" + table) != std::string::npos, called);
  CHECK_MESSAGE(called.find("systemctl enable --now mailfleet-fetch.timer") != std::string::npos,
                called);
}
