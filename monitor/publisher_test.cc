// What lies in publish_dir, as a consumer finds it: while it is rewritten, and while whoever writes
// it is killed.
#include "monitor/publisher.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "exporter/feed/encoding.h"
#include "exporter/feed/exceptions.h"
#include "exporter/feed/verify.h"
#include "monitor/cli/files.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

const Time begin = *parse_time("2026-11-01T00:00:00Z");

PressEntry entry_of(uint64_t round) {
  PressEntry out(*Name::parse("a.gov.uk"));
  out.organisation = "Round " + std::to_string(round);
  out.trust = {.state = TrustState::active,
               .tier = Tier::t2,
               .since = begin,
               .last_verified = begin,
               .pins = {"mx.a.gov.uk"}};
  out.evidence_sha256 = std::string(64, 'a');
  return out;
}

std::unique_ptr<Publisher> publisher_in(
    const fs::path& folder, std::function<void(FeedView)> show = [](FeedView) {}) {
  TrustConfig config;
  config.signing_key = folder / "key";
  config.publish_dir = folder / "feed";
  Publisher::Parts parts;
  parts.save = [](EditionRow, std::function<void(bool)> saved) { saved(true); };
  parts.show = std::move(show);
  parts.held = [](size_t, size_t) {};
  parts.released = [] {};
  parts.trouble = [](const std::string&) {};
  auto out = std::make_unique<Publisher>(config, "https://mailfleet.example/", std::move(parts));
  out->restore({}, {});
  return out;
}

void publish(Publisher& publisher, int count, Time at) {
  for (int i = 0; i < count; ++i) {
    publisher.set_entry(entry_of(publisher.serial()));
    publisher.tick(at + least_edition_gap * (i + 1));
  }
}

// As a consumer reads: the well-known name first, then the signature that lies under its serial.
std::optional<Verification> fetch(const fs::path& folder, const std::vector<PublicKey>& keys,
                                  const std::optional<AcceptedEdition>& before) {
  const auto body = read_whole_file_if_any((folder / "trusted-domains.json").string(), 1 << 20);
  if (!body) return {};
  const auto edition = read_edition(*body);
  REQUIRE(std::holds_alternative<Edition>(edition));  // never torn
  const std::string serial = std::to_string(std::get<Edition>(edition).serial);
  const auto signature =
      read_whole_file_if_any((folder / "editions" / (serial + ".json.sig")).string(), 4096);
  REQUIRE(signature);
  return verify_edition(*body, *signature, keys, before, begin + Seconds(60));
}

int run(const std::string& command) { return std::system((command + " >/dev/null 2>&1").c_str()); }

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

}  // namespace

TEST_CASE(
    "publisher: a thousand rewrites and two hundred killed writers never show a torn edition") {
  constexpr int kills = 200;
  constexpr uint64_t rewrites_between = 5;
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  const SigningKey key = SigningKey::generate();
  key.write_files((folder.path() / "key").string());
  std::optional<AcceptedEdition> accepted;
  size_t reads = 0;
  for (int round = 0; round < kills; ++round) {
    const pid_t writer = ::fork();
    REQUIRE(writer >= 0);
    if (writer == 0) {
      const auto publisher = publisher_in(folder.path());
      for (;;) publish(*publisher, 100, begin);
    }
    const uint64_t until = (accepted ? accepted->serial : 0) + rewrites_between;
    while (!accepted || accepted->serial < until) {
      const auto seen = fetch(folder.path() / "feed", {key.public_key()}, accepted);
      if (!seen) continue;
      ++reads;
      if (seen->verdict != Verdict::accepted) {
        ::kill(writer, SIGKILL);
        FAIL("after serial ", accepted ? accepted->serial : 0, ": ", seen->why);
      }
      accepted = seen->accepted;
    }
    ::kill(writer, SIGKILL);
    ::waitpid(writer, nullptr, 0);
  }
  CHECK(accepted->serial >= kills * rewrites_between);
  CHECK(reads >= kills);
}

TEST_CASE("publisher: Debian's minisign and openssl accept what is published, and no other") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  const SigningKey key = SigningKey::generate();
  key.write_files((folder.path() / "key").string());
  publish(*publisher_in(folder.path()), 1, begin);
  const std::string feed = (folder.path() / "feed").string() + "/trusted-domains.json";
  const std::string minisign = "minisign -V -q -p " + (folder.path() / "key.pub").string() +
                               " -m " + feed + " -x " + feed + ".sig";
  CHECK(run(minisign) == 0);

  const auto signature = parse_minisign(*read_whole_file_if_any(feed + ".sig", 4096));
  REQUIRE(signature);
  const std::string raw = (folder.path() / "raw").string();
  write(raw, signature->signature);
  // RFC 8410 §4: the algorithm, then the key's 32 octets.
  const std::string spki = *from_hex("302a300506032b6570032100") + key.public_key().octets;
  const std::string pem = (folder.path() / "pub.pem").string();
  write(pem, "-----BEGIN PUBLIC KEY-----\n" + base64(spki) + "\n-----END PUBLIC KEY-----\n");
  const std::string openssl =
      "openssl pkeyutl -verify -pubin -inkey " + pem + " -rawin -sigfile " + raw + " -in " + feed;
  CHECK(run(openssl) == 0);

  std::string body = *read_whole_file_if_any(feed, 1 << 20);
  body[body.size() / 2] ^= 1;
  write(feed, body);
  CHECK(run(minisign) != 0);
  CHECK(run(openssl) != 0);
}

TEST_CASE(
    "publisher: the exceptions lie beside the edition, signed, and with them keys and changes") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  const SigningKey key = SigningKey::generate();
  key.write_files((folder.path() / "key").string());
  const auto publisher = publisher_in(folder.path());
  FeedException plain(*Name::parse("plain.gov.uk"));
  plain.organisation = "Plain";
  plain.seen = begin;
  publisher->set_exception(plain.domain, plain);
  publish(*publisher, 1, begin);
  const fs::path feed = folder.path() / "feed";
  const auto text = [&](const char* name) {
    const auto out = read_whole_file_if_any((feed / name).string(), 1 << 20);
    REQUIRE_MESSAGE(out, name);
    return *out;
  };
  const auto read = read_exceptions(text("exceptions.json"));
  REQUIRE(std::holds_alternative<ExceptionList>(read));
  CHECK(std::get<ExceptionList>(read).entries.at(0).domain == plain.domain);
  CHECK(text("keys.json").find("\"keys\"") != std::string::npos);
  CHECK(text("changes.json").find("\"changes\"") != std::string::npos);
  const std::string exceptions = (feed / "exceptions.json").string();
  CHECK(run("minisign -V -q -p " + (folder.path() / "key.pub").string() + " -m " + exceptions +
            " -x " + exceptions + ".sig") == 0);
  publisher->set_exception(plain.domain, {});
  publish(*publisher, 1, begin + Seconds(60));
  CHECK(std::get<ExceptionList>(read_exceptions(text("exceptions.json"))).entries.empty());
  for (const auto& each : fs::directory_iterator(feed))  // nothing half written is left
    CHECK_MESSAGE(
        (each.is_directory() || each.path().filename().string().find(".json") != std::string::npos),
        each.path());
}

TEST_CASE("publisher: as many editions lie in the folder as are promised, and one in memory") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  SigningKey::generate().write_files((folder.path() / "key").string());
  std::vector<FeedView> shown;
  const auto publisher = publisher_in(folder.path(), [&](FeedView view) { shown = {view}; });
  const fs::path editions = folder.path() / "feed/editions";
  fs::create_directories(editions);
  write(editions / "notes.txt", "an operator's own");
  publish(*publisher, static_cast<int>(editions_kept) + 5, begin);
  size_t bodies = 0;
  for (const auto& each : fs::directory_iterator(editions))
    bodies += each.path().extension() == ".json";
  CHECK(bodies == editions_kept);
  CHECK(!fs::exists(editions / "5.json"));
  CHECK(!fs::exists(editions / "5.json.sig"));
  CHECK(fs::exists(editions / "6.json.jws"));
  CHECK(fs::exists(editions / "notes.txt"));
  REQUIRE(shown.size() == 1);
  const auto in_memory = std::ranges::count_if(shown.front().documents, [](const auto& each) {
    return each.first.find("/editions/") != std::string::npos;
  });
  CHECK(in_memory == 3);  // the newest and its signatures
}

TEST_CASE("publisher: after a restart the last edition is served while the next one is held") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  SigningKey::generate().write_files((folder.path() / "key").string());
  std::optional<EditionRow> last;
  bool held = false;
  uint64_t shown = 0;
  const auto made = [&] {
    TrustConfig config;
    config.signing_key = folder.path() / "key";
    Publisher::Parts parts;
    parts.save = [&](EditionRow row, std::function<void(bool)> saved) {
      last = std::move(row);
      saved(true);
    };
    parts.show = [&](FeedView view) { shown = view.serial; };
    parts.held = [&](size_t, size_t) { held = true; };
    parts.released = [] {};
    parts.trouble = [](const std::string&) {};
    return std::make_unique<Publisher>(config, "https://mailfleet.example/", std::move(parts));
  };
  const auto first = made();
  for (int i = 0; i < 10; ++i) {
    PressEntry entry = entry_of(0);
    entry.domain = *Name::parse("d" + std::to_string(i) + ".gov.uk");
    first->set_entry(std::move(entry));
  }
  first->tick(begin);
  CHECK(shown == 1);
  shown = 0;
  const auto again = made();
  again->restore(last, {});
  again->tick(begin + Seconds(60));  // nobody is known any more: all would be suspended
  CHECK(held);
  CHECK(shown == 1);
}

TEST_CASE("publisher: a database that was lost does not make the serial go back") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  SigningKey::generate().write_files((folder.path() / "key").string());
  publish(*publisher_in(folder.path()), 3, begin);
  CHECK(publisher_in(folder.path())->serial() == 3);
}

TEST_CASE("publisher: whom nobody remembers is carried on as suspended until a person says no") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  SigningKey::generate().write_files((folder.path() / "key").string());
  publish(*publisher_in(folder.path()), 1, begin);
  const auto publisher = publisher_in(folder.path());
  publisher->tick(begin + Seconds(60));
  const auto entry = [&] {
    const auto read = read_edition(
        *read_whole_file_if_any((folder.path() / "feed/trusted-domains.json").string(), 1 << 20));
    return std::get<Edition>(read).entries.at(0);
  };
  CHECK(entry().state == TrustState::suspended);
  CHECK(entry().reasons == std::vector<std::string>{"left-the-list"});
  CHECK(publisher->withdraw(*Name::parse("a.gov.uk"), begin + Seconds(90)));
  CHECK(!publisher->withdraw(*Name::parse("b.gov.uk"), begin + Seconds(90)));
  publisher->tick(begin + Seconds(100));
  CHECK(entry().state == TrustState::withdrawn);
}
