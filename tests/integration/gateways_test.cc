// Real mail servers that hold the exported rules: mail to a listed host goes over TLS, and waits
// when the host has dropped STARTTLS or shows another certificate. One Postfix is both the gateway
// under test and, on other loopback addresses, the hosts that it sends to; unbound is their DNS.
#include <doctest/doctest.h>
#include <poll.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <regex>

#include "checks/base/text.h"
#include "exporter/feed/documents.h"
#include "exporter/feed/edition.h"
#include "monitor/cli/feed.h"
#include "tests/certificates.h"
#include "tests/integration/scratch.h"
#include "tests/roots.h"

using namespace mailfleet;

namespace {

const Time now = std::chrono::floor<Seconds>(std::chrono::system_clock::now());

// The hosts, by what became of them since they were listed.
struct Host {
  const char* domain;
  const char* address;
  const char* certificate;  // file; empty: no STARTTLS any more
};
constexpr Host hosts[] = {{"good.test", "127.0.0.2", "good.pem"},
                          {"stripped.test", "127.0.0.3", ""},
                          {"misnamed.test", "127.0.0.4", "misnamed.pem"},
                          {"selfsigned.test", "127.0.0.5", "selfsigned.pem"}};

std::string pem_of(const MadeCertificate& leaf) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), leaf.key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return std::string(text, static_cast<size_t>(size)) + leaf.pem();
}

CertificateRecipe dated(const std::string& host) {
  return {.common_name = host,
          .names = {host},
          .not_before = now - std::chrono::hours(24),
          .not_after = now + std::chrono::hours(24 * 60)};
}

void write_certificates(const Scratch& scratch) {
  CertificateRecipe recipe = dated("Gateways Root");
  recipe.names.clear();
  recipe.ca = true;
  recipe.key = "ec-p256/ca";
  const MadeCertificate root = make_certificate(recipe);
  scratch.write("root.pem", root.pem());
  for (const auto& [file, name] :
       {std::pair{"good.pem", "mx.good.test"}, std::pair{"misnamed.pem", "mx.other.test"}}) {
    recipe = dated(name);
    recipe.issuer = &root;
    scratch.write(file, pem_of(make_certificate(recipe)));
  }
  scratch.write("selfsigned.pem", pem_of(make_certificate(dated("mx.selfsigned.test"))));
}

FeedEntry entry(const std::string& domain, Tier tier) {
  FeedEntry out(*Name::parse(domain));
  out.organisation = "A \"Council\"\n$(touch pwned)";
  out.tier = tier;
  out.mx_hosts = out.match_names = {"mx." + domain};
  out.since = out.expires = now;
  out.evidence_sha256 = std::string(64, '0');
  return out;
}

// A signed edition in which every host is still good, and the exceptions below gov.test.
void write_feed(const Scratch& scratch) {
  Edition edition{.issuer = "https://monitor.test/",
                  .serial = 1,
                  .issued = now,
                  .expires = now + Seconds(3600),
                  .is_signed = true};
  edition.entries = {entry("good.test", Tier::t2), entry("misnamed.test", Tier::t2),
                     entry("selfsigned.test", Tier::t1), entry("stripped.test", Tier::t2)};
  const SigningKey key = SigningKey::generate();
  const auto write = [&](const std::string& file, const std::string& body) {
    scratch.write(file, body);
    scratch.write(file + ".sig", minisign_text(key, body, "file:" + file));
  };
  write("trusted-domains.json", edition_json(edition));
  FeedException plain(*Name::parse("plain.gov.test"));
  plain.seen = now;
  write("exceptions.json", exceptions_json({plain}, edition.issuer, now, now + Seconds(3600)));
  scratch.write("key.pub", key.public_key().minisign());
}

void export_rules(const Scratch& scratch, const std::string& format) {
  FeedExportOptions options{.format = format,
                            .file = scratch.path("trusted-domains.json"),
                            .key = scratch.path("key.pub"),
                            .output = scratch.path(format + "-rules"),
                            .tier = "T1"};
  if (format == "postfix") options.suffixes = {"gov.test"};
  options.exceptions = scratch.path("exceptions.json");
  REQUIRE(run_feed_export(options) == 0);
}

class MailHosts {
 public:
  MailHosts() {
    write_certificates(scratch_);
    write_feed(scratch_);
    scratch_.run({program("g++", "g++"), "-shared", "-fPIC", "-o", shim(),
                  source_root() + "/tests/integration/preload/resolver.cc"});
    start_dns();
    start_postfix();
  }
  ~MailHosts() {
    scratch_.run({program("postfix", "postfix"), "-c", scratch_.path("etc"), "stop"});
  }
  MailHosts(const MailHosts&) = delete;
  MailHosts& operator=(const MailHosts&) = delete;

  const Scratch& scratch() const { return scratch_; }
  uint16_t smtp_port() const { return smtp_port_; }
  std::string shim() const { return scratch_.path("resolver.so"); }
  std::string dns_port() const { return std::to_string(dns_port_); }

  void send(const std::string& recipient) const {
    scratch_.run({program("smtp-source", "postfix"), "-f", "staff@sender.test", "-t", recipient,
                  "127.0.0.1:" + std::to_string(smtp_port_)});
  }
  // The line of the log that says what became of mail to a recipient, once it is there.
  std::string fate_of(const std::string& recipient) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < end) {
      const std::string log = scratch_.read("mail.log");
      for (const std::string_view line : split(log, '\n'))
        if (line.find("/smtp[") != std::string_view::npos &&
            line.find("to=<" + recipient + ">") != std::string_view::npos)
          return std::string(line);
      poll(nullptr, 0, 50);
    }
    return "nothing became of it: " + scratch_.read("mail.log");
  }

 private:
  void start_dns() {
    const std::string port = dns_port();
    std::string text = "server:\n  interface: 127.0.0.1@" + port + "\n  port: " + port +
                       "\n  username: \"\"\n  chroot: \"\"\n  directory: \"" + scratch_.path("") +
                       "\"\n  pidfile: \"\"\n  use-syslog: no\n  do-daemonize: no\n"
                       "  module-config: \"iterator\"\n  local-zone: \"test.\" static\n";
    const auto mail = [&](const std::string& domain, const std::string& host,
                          const std::string& address) {
      text += "  local-data: \"" + domain + ". MX 10 " + host + ".\"\n  local-data: \"" + host +
              ". A " + address + "\"\n";
    };
    for (const Host& host : hosts)
      mail(host.domain, "mx." + std::string(host.domain), host.address);
    for (const char* domain : {"unlisted.test", "some.gov.test", "plain.gov.test"})
      mail(domain, "mx.stripped.test", "127.0.0.3");
    scratch_.write("unbound.conf", text + "remote-control:\n  control-enable: no\n");
    scratch_.serve({program("unbound", "unbound"), "-d", "-c", scratch_.path("unbound.conf")},
                   dns_port_);
  }

  std::string main_cf() const {
    const std::string folder = scratch_.path("");
    return "compatibility_level = 3.7\nqueue_directory = " + folder +
           "queue\ndata_directory = " + folder +
           "data\nmail_owner = postfix\nsetgid_group = postdrop\ncommand_directory = /usr/sbin\n"
           "daemon_directory = /usr/lib/postfix/sbin\nmyhostname = gateway.test\n"
           "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmydestination =\n"
           "mynetworks = 127.0.0.0/8\nmaillog_file = " +
           folder + "mail.log\nmaillog_file_prefixes = " + folder +
           "\nimport_environment = MAIL_CONFIG LD_PRELOAD=" + shim() +
           " TEST_DNS_PORT=" + dns_port() + "\nsmtp_tcp_port = " + std::to_string(smtp_port_) +
           "\nfast_flush_domains =\nsmtp_tls_loglevel = 1\nsmtp_tls_security_level = may\n"
           "smtp_tls_CAfile = " +
           folder + "root.pem\nsmtp_tls_policy_maps = hash:" + folder + "postfix-rules\n";
  }

  std::string master_cf() const {
    const std::string port = std::to_string(smtp_port_);
    std::string text = "127.0.0.1:" + port + " inet n - n - - smtpd\n";
    for (const Host& host : hosts) {
      text += std::string(host.address) + ":" + port +
              " inet n - n - - smtpd -o content_filter=discard: -o myhostname=mx." + host.domain;
      if (*host.certificate)
        text += " -o smtpd_tls_security_level=may -o smtpd_tls_chain_files=" +
                scratch_.path(host.certificate);
      text += "\n";
    }
    return text +
           "tlsmgr unix - - n 1000? 1 tlsmgr\nanvil unix - - n - 1 anvil\n"
           "rewrite unix - - n - - trivial-rewrite\nproxymap unix - - n - - proxymap\n"
           "cleanup unix n - n - 0 cleanup\nqmgr unix n - n 300 1 qmgr\n"
           "pickup unix n - n 60 1 pickup\nbounce unix - - n - 0 bounce\n"
           "defer unix - - n - 0 bounce\ntrace unix - - n - 0 bounce\n"
           "error unix - - n - - error\nretry unix - - n - - error\n"
           "discard unix - - n - - discard\nsmtp unix - - n - - smtp\n"
           "postlog unix-dgram n - n - 1 postlogd\n";
  }

  void start_postfix() {
    for (const char* name : {"etc", "queue", "data"})
      std::filesystem::create_directory(scratch_.path(name));
    if (const passwd* owner = getpwnam("postfix"))
      REQUIRE(chown(scratch_.path("data").c_str(), owner->pw_uid, owner->pw_gid) == 0);
    scratch_.write("etc/main.cf", main_cf());
    scratch_.write("etc/master.cf", master_cf());
    export_rules(scratch_, "postfix");
    scratch_.run({program("postmap", "postfix"), "-c", scratch_.path("etc"),
                  "hash:" + scratch_.path("postfix-rules")});
    scratch_.run({program("postfix", "postfix"), "-c", scratch_.path("etc"), "start"});
    scratch_.wait_for(smtp_port_);
  }

  Scratch scratch_{};
  uint16_t dns_port_ = free_port();
  uint16_t smtp_port_ = free_port();
};

// Master must be root; elsewhere the test says so and is over.
bool can_run_postfix() {
  if (geteuid() == 0) return true;
  MESSAGE("SKIPPED: only root can start Postfix; the exported rules were not tried in it");
  return false;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Debian's Exim, unpacked beside what is installed (the packages of mail servers exclude each
// other). Empty when the package cannot be had.
std::string unpack_exim(const Scratch& scratch) {
  try {
    scratch.run({"/bin/sh", "-c", "apt-get -q download exim4-daemon-light >download.log 2>&1"});
    scratch.run({"/bin/sh", "-c", "dpkg-deb -x exim4-daemon-light_*.deb exim"});
    std::filesystem::permissions(scratch.path("exim/usr/sbin/exim4"), std::filesystem::perms(0755));
    return scratch.path("exim/usr/sbin/exim4");
  } catch (const std::runtime_error&) {
    MESSAGE("SKIPPED: exim4-daemon-light cannot be downloaded; the exported rules were not tried: "
            << scratch.read("download.log"));
    return {};
  }
}

std::string exim_configuration(const MailHosts& mail, const std::string& exim) {
  const Scratch& scratch = mail.scratch();
  const std::string contrib = source_root() + "/contrib/exim/";
  return "MAILFLEET_LIST = " + scratch.path("exim-rules") +
         "\nMAILFLEET_PORT = " + std::to_string(mail.smtp_port()) +
         "\nMAILFLEET_CA = " + scratch.path("root.pem") + "\nexim_path = " + exim +
         "\nspool_directory = " + scratch.path("spool") +
         "\nlog_file_path = " + scratch.path("exim-%slog") +
         "\nprimary_hostname = sender.test\ndeliver_drop_privilege\nkeep_environment = "
         "^LD_:^TEST_\n"
         "begin routers\n.include " +
         contrib +
         "mailfleet.routers\nby_mx:\n  driver = dnslookup\n"
         "  transport = ordinary\nbegin transports\n.include " +
         contrib +
         "mailfleet.transports\nordinary:\n  driver = smtp\n  port = MAILFLEET_PORT\n"
         "begin retry\n* * F,1h,10m\n";
}

// What Exim's log says of a recipient after one attempt.
std::string exim_fate(const MailHosts& mail, const std::string& exim, const std::string& to) {
  const Scratch& scratch = mail.scratch();
  scratch.run({"/bin/sh", "-c",
               "echo 'Subject: x' | LD_PRELOAD=" + mail.shim() + " TEST_DNS_PORT=" +
                   mail.dns_port() + " " + exim + " -C " + scratch.path("exim.conf") +
                   " -odf -f staff@sender.test " + to + " >exim.out 2>&1 || true"});
  const std::string log = scratch.read("exim-mainlog");
  std::string out;
  for (const std::string_view line : split(log, '\n'))
    if (has(std::string(line), to)) (out += line) += '\n';
  return out + scratch.read("exim.out");
}

}  // namespace

TEST_CASE("integration: Postfix sends to listed hosts over TLS, and waits when it cannot") {
  if (!can_run_postfix()) return;
  const MailHosts mail;
  const std::string rules = "hash:" + mail.scratch().path("postfix-rules");
  const auto answer = [&](const std::string& key) {
    return mail.scratch().run(
        {program("postmap", "postfix"), "-c", mail.scratch().path("etc"), "-q", key, rules});
  };
  for (const char* domain : {"good.test", "misnamed.test", "stripped.test"})
    CHECK(answer(domain).starts_with(std::string("secure match=mx.") + domain + " "));
  CHECK(answer("selfsigned.test").starts_with("encrypt "));
  CHECK(answer("plain.gov.test") == "may");
  CHECK(answer(".gov.test").starts_with("encrypt "));

  const char* recipients[] = {"a@good.test",       "a@stripped.test", "a@misnamed.test",
                              "a@selfsigned.test", "a@unlisted.test", "a@some.gov.test",
                              "a@plain.gov.test"};
  for (const char* recipient : recipients) mail.send(recipient);
  const auto fate = [&](const char* recipient, const char* status) {
    const std::string line = mail.fate_of(recipient);
    CHECK_MESSAGE(has(line, std::string("status=") + status), line);
    return line;
  };
  fate("a@good.test", "sent");
  CHECK(
      has(mail.scratch().read("mail.log"), "Verified TLS connection established to mx.good.test"));
  CHECK(has(fate("a@stripped.test", "deferred"), "TLS is required, but was not offered"));
  CHECK(has(fate("a@misnamed.test", "deferred"), "Server certificate not verified"));
  fate("a@selfsigned.test", "sent");  // T1: encrypted is all that was promised
  CHECK(has(mail.scratch().read("mail.log"),
            "Untrusted TLS connection established to mx.selfsigned.test"));
  fate("a@unlisted.test", "sent");  // the same host takes what no rule protects
  CHECK(has(fate("a@some.gov.test", "deferred"), "TLS is required, but was not offered"));
  fate("a@plain.gov.test", "sent");
}

TEST_CASE("integration: Exim sends to listed hosts over TLS, and waits when it cannot") {
  if (!can_run_postfix()) return;  // it plays the hosts
  const MailHosts mail;
  const std::string exim = unpack_exim(mail.scratch());
  if (exim.empty()) return;
  export_rules(mail.scratch(), "exim");
  mail.scratch().write("exim.conf", exim_configuration(mail, exim));
  std::filesystem::permissions(mail.scratch().path(""), std::filesystem::perms(0777));
  const std::string good = exim_fate(mail, exim, "a@good.test");
  CHECK_MESSAGE(has(good, "=> a@good.test"), good);
  CHECK_MESSAGE(has(good, " CV=yes "), good);
  // First what no rule protects, to the host that has lost STARTTLS: Exim remembers failed hosts.
  const std::string unlisted = exim_fate(mail, exim, "a@unlisted.test");
  CHECK_MESSAGE(has(unlisted, "=> a@unlisted.test"), unlisted);
  CHECK_MESSAGE(!has(unlisted, " X=TLS"), unlisted);
  for (const auto& [recipient, why] : {std::pair{"a@stripped.test", "a TLS session is required"},
                                       std::pair{"a@misnamed.test", "certificate"}}) {
    const std::string line = exim_fate(mail, exim, recipient);
    CHECK_MESSAGE(has(line, std::string("== ") + recipient), line);
    CHECK_MESSAGE(has(line, why), line);
    CHECK_MESSAGE(!has(line, std::string("=> ") + recipient), line);
  }
  const std::string encrypted = exim_fate(mail, exim, "a@selfsigned.test");
  CHECK_MESSAGE(has(encrypted, "=> a@selfsigned.test"), encrypted);
  CHECK_MESSAGE(has(encrypted, " X=TLS"), encrypted);
}
