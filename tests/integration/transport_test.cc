// `mailfleet check --json` through a forwarder, against servers that others wrote: nsd with signed,
// spoilt and nearly ended zones behind unbound, Postfix with TLSA records, openssl s_server with
// old versions and odd certificates, and doors that put us off. What the standards say must be what
// is printed, and nothing may be judged bad that only kept us waiting.
#include <doctest/doctest.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <optional>

#include "monitor/probe/tls_certificate.h"
#include "tests/certificates.h"
#include "tests/integration/name_servers.h"
#include "tests/integration/postfix.h"
#include "tests/integration/smtp_front.h"
#include "tests/roots.h"

using namespace mailfleet;
using namespace std::chrono_literals;

namespace {

namespace json = boost::json;
using Days = std::chrono::days;

Time today() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

std::string key_pem(const MadeCertificate& made) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(out.get(), made.key, nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<size_t>(size)};
}

// A public authority with an intermediate, and one that nobody trusts.
struct Authorities {
  static MadeCertificate authority(const char* name, const char* key,
                                   const MadeCertificate* above) {
    return make_certificate({.common_name = name,
                             .issuer = above,
                             .ca = true,
                             .key = key,
                             .not_before = today() - Days(100),
                             .not_after = today() + Days(1000)});
  }
  MadeCertificate root = authority("Test Root", "ec-p256/test-root", nullptr);
  MadeCertificate issuing = authority("Test Issuing CA", "ec-p256/test-issuing", &root);
  MadeCertificate stranger = authority("Stranger Root", "ec-p256/stranger", nullptr);
};

// Leaf first, and who else is shown.
enum class Shown : uint8_t { full, leaf_only, stranger, itself };

struct Served {
  const char* label;  // LABEL.certs.test, whose mail host is mx.LABEL.certs.test
  CertificateRecipe recipe;
  Shown shown;
  std::vector<std::string> options;  // of s_server
  const char* check;                 // the check that the rest is about
  const char* level;
  const char* fact;  // of its one endpoint
  const char* value;
  std::vector<const char*> findings;  // "code severity"
};

CertificateRecipe usual(const std::string& label) {
  const std::string host = "mx." + label + ".certs.test";
  return {.common_name = host,
          .names = {host},
          .not_before = today() - Days(20),
          .not_after = today() + Days(70)};
}

CertificateRecipe changed(const std::string& label, void (*change)(CertificateRecipe&)) {
  CertificateRecipe out = usual(label);
  change(out);
  return out;
}

const char* const certificate = "certificate";
const char* const starttls = "starttls";

std::vector<Served> odd_servers() {
  using Recipe = CertificateRecipe;
  const std::vector<std::string> any{"-cipher", "ALL:@SECLEVEL=0"};
  const std::vector<std::string> old{"-tls1", "-cipher", "ALL:@SECLEVEL=0"};
  const std::vector<std::string> no_13{"-no_tls1_3", "-cipher", "ALL:@SECLEVEL=0"};
  const std::vector<std::string> only_rsa{"-tls1_2", "-cipher", "AES128-SHA"};
  const std::vector<std::string> only_13{"-tls1_3"};
  return {
      {"good", usual("good"), Shown::full, {}, certificate, "trusted", "chain", "[]", {}},
      {"expired",
       changed("expired", [](Recipe& r) { r.not_after = today() - Days(1); }),
       Shown::full,
       {},
       certificate,
       "invalid",
       "chain",
       R"(["expired"])",
       {"certificate-expired fail"}},
      {"early",
       changed("early", [](Recipe& r) { r.not_before = today() + Days(1); }),
       Shown::full,
       {},
       certificate,
       "invalid",
       "chain",
       R"(["not-yet-valid"])",
       {"certificate-not-yet-valid fail"}},
      {"ending",
       changed("ending",
               [](Recipe& r) {
                 r.not_before = today() - Days(80);
                 r.not_after = today() + Days(10);
               }),
       Shown::full,
       {},
       certificate,
       "expiring",
       "chain",
       "[]",
       {"certificate-expiring advice"}},
      {"short",
       changed("short",
               [](Recipe& r) {
                 r.not_before = today() - Days(4);
                 r.not_after = today() + Days(2);
               }),
       Shown::full,
       {},
       certificate,
       "trusted",
       "chain",
       "[]",
       {}},
      {"misnamed",
       changed("misnamed", [](Recipe& r) { r.names = {"mail.elsewhere.test"}; }),
       Shown::full,
       {},
       certificate,
       "mismatch",
       "name_match",
       "false",
       {"certificate-name-mismatch advice"}},
      {"sanless",
       changed("sanless", [](Recipe& r) { r.names.clear(); }),
       Shown::full,
       {},
       certificate,
       "mismatch",
       "chain",
       R"(["no-san"])",
       {"certificate-no-san advice", "certificate-name-mismatch advice"}},
      {"partial",
       changed("partial", [](Recipe& r) { r.names = {"m*.partial.certs.test"}; }),
       Shown::full,
       {},
       certificate,
       "mismatch",
       "name_match",
       "false",
       {"certificate-name-mismatch advice"}},
      {"wild",
       changed("wild", [](Recipe& r) { r.names = {"*.WILD.certs.test"}; }),
       Shown::full,
       {},
       certificate,
       "trusted",
       "name_match",
       "true",
       {}},
      {"sha1",
       changed("sha1", [](Recipe& r) { r.digest = "sha1"; }),
       Shown::full,
       any,
       certificate,
       "weak",
       "chain",
       R"(["weak-signature"])",
       {"certificate-weak-signature fail"}},
      {"rsa1024",
       changed("rsa1024", [](Recipe& r) { r.key = "rsa-1024"; }),
       Shown::full,
       any,
       certificate,
       "weak",
       "chain",
       R"(["weak-key"])",
       {"certificate-weak-key fail"}},
      {"rsa2048",
       changed("rsa2048", [](Recipe& r) { r.key = "rsa-2048"; }),
       Shown::full,
       {},
       certificate,
       "trusted",
       "key",
       R"("rsa-2048")",
       {"certificate-rsa-under-3072 info"}},
      {"ed25519",
       changed("ed25519", [](Recipe& r) { r.key = "ed25519"; }),
       Shown::full,
       {},
       certificate,
       "trusted",
       "key",
       R"("ed25519")",
       {}},
      {"selfsigned",
       usual("selfsigned"),
       Shown::itself,
       {},
       certificate,
       "untrusted",
       "chain",
       R"(["self-signed"])",
       {"certificate-self-signed advice"}},
      {"incomplete",
       usual("incomplete"),
       Shown::leaf_only,
       {},
       certificate,
       "untrusted",
       "chain",
       R"(["incomplete-chain"])",
       {"certificate-incomplete-chain advice"}},
      {"stranger",
       usual("stranger"),
       Shown::stranger,
       {},
       certificate,
       "untrusted",
       "chain",
       R"(["untrusted-ca"])",
       {"certificate-untrusted-ca advice"}},
      {"client",
       changed("client", [](Recipe& r) { r.extended_usage = "clientAuth"; }),
       Shown::full,
       {},
       certificate,
       "untrusted",
       "chain",
       R"(["wrong-purpose"])",
       {"certificate-wrong-purpose advice"}},
      {"tls10",
       usual("tls10"),
       Shown::full,
       old,
       starttls,
       "legacy",
       "versions",
       R"(["TLSv1"])",
       {"tls-version-old fail"}},
      {"tls12",
       usual("tls12"),
       Shown::full,
       no_13,
       starttls,
       "tls12",
       "versions",
       R"(["TLSv1","TLSv1.1","TLSv1.2"])",
       {"tls-legacy-version advice", "tls13-absent info"}},
      {"rsakex",
       changed("rsakex", [](Recipe& r) { r.key = "rsa-2048"; }),
       Shown::full,
       only_rsa,
       starttls,
       "tls12",
       "group",
       "null",
       {"tls-rsa-key-transport advice", "tls-no-forward-secrecy advice"}},
      {"tls13",
       usual("tls13"),
       Shown::full,
       only_13,
       starttls,
       "tls13",
       "versions",
       R"(["TLSv1.3"])",
       {}},
  };
}

struct Waiting {
  const char* label;
  SmtpDoor::Manner manner;
  const char* reason;
};
constexpr Waiting waiting[] = {
    {"silent", SmtpDoor::Manner::silent, "timeout"},
    {"drip", SmtpDoor::Manner::drip, "timeout"},
    {"hangup", SmtpDoor::Manner::hang_up, "closed"},
    {"busy", SmtpDoor::Manner::greet_421, "banner-4xx"},
    {"refusing", SmtpDoor::Manner::greet_554, "banner-5xx"},
    {"later", SmtpDoor::Manner::starttls_454, "starttls-454"},
    {"mute", SmtpDoor::Manner::starttls_silent, "handshake-timeout"},
    {"reset", SmtpDoor::Manner::starttls_reset, "closed"},
};

std::string hex(std::string_view octets) {
  std::string out;
  char digits[3];
  for (const char octet : octets) {
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(octet));
    out += digits;
  }
  return out;
}

std::string key_digest(const MadeCertificate& made) {
  const std::string spki = read_certificate(made.certificate.get()).spki;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(spki.data(), spki.size(), digest, &size, EVP_sha256(), nullptr);
  return hex({reinterpret_cast<const char*>(digest), size});
}

std::string stamp(Time time) {
  std::string out = to_text(time);  // 2026-11-25T12:00:00Z
  std::erase_if(out, [](char c) { return c < '0' || c > '9'; });
  return out;
}

std::string address_of(size_t door) { return "127.30.0." + std::to_string(door + 1); }

constexpr const char* postfix_address = "127.30.1.1";

// Everything started once, asked by one run of the program.
class Internet {
 public:
  Internet() : served_(odd_servers()) {
    std::map<std::string, SmtpDoor> doors;
    size_t at = 0;
    for (const Served& each : served_) doors[address_of(at++)] = start(each);
    for (const Waiting& each : waiting) doors[address_of(at++)] = {.manner = each.manner};
    front_.emplace(std::move(doors));
    MadeCertificate leaf = make_certificate([this] {
      CertificateRecipe recipe = usual("postfix");
      recipe.names = {"mx.good.test"};
      recipe.issuer = &authorities_.issuing;
      return recipe;
    }());
    postfix_.emplace("mx.good.test", postfix_address, front_->port(),
                     key_pem(leaf) + leaf.pem() + authorities_.issuing.pem());
    names_.emplace(zones(key_digest(leaf)));
    check();
  }

  const std::vector<Served>& served() const { return served_; }
  const json::object& judged(const std::string& domain, const char* check) const {
    for (const json::value& each : answer_)
      if (each.at("domain").as_string() == domain) return each.at("checks").at(check).as_object();
    throw std::runtime_error("nothing about " + domain);
  }

 private:
  SmtpDoor start(const Served& each) {
    CertificateRecipe recipe = each.recipe;
    if (each.shown == Shown::stranger) recipe.issuer = &authorities_.stranger;
    if (each.shown == Shown::full || each.shown == Shown::leaf_only)
      recipe.issuer = &authorities_.issuing;
    const MadeCertificate leaf = make_certificate(recipe);
    const std::string file(each.label);
    scratch_.write(file + ".pem", leaf.pem());
    scratch_.write(file + ".key", key_pem(leaf));
    const uint16_t port = free_port();
    std::vector<std::string> command{program("openssl", "openssl"),
                                     "s_server",
                                     "-quiet",
                                     "-accept",
                                     "127.0.0.1:" + std::to_string(port),
                                     "-cert",
                                     file + ".pem",
                                     "-key",
                                     file + ".key"};
    if (each.shown == Shown::full || each.shown == Shown::stranger) {
      const bool ours = each.shown == Shown::full;
      scratch_.write(file + ".chain", (ours ? authorities_.issuing : authorities_.stranger).pem());
      command.insert(command.end(), {"-cert_chain", file + ".chain"});
    }
    command.insert(command.end(), each.options.begin(), each.options.end());
    const int input = scratch_.serve_with_input(command, port);
    return {.server_port = port, .server_input = input};
  }

  std::vector<TestZone> zones(const std::string& digest) const {
    std::string certs, reverse;
    const auto host = [&](size_t at, const std::string& label) {
      certs += label + " IN MX 10 mx." + label + "\nmx." + label + " IN A " + address_of(at) + "\n";
    };
    size_t at = 0;
    for (const Served& each : served_) host(at++, each.label);
    for (const Waiting& each : waiting) host(at++, each.label);
    const std::string to_postfix = std::string("mx IN A ") + postfix_address + "\n@ IN MX 10 mx\n";
    const std::string tlsa = "_25._tcp.mx IN TLSA 3 1 1 ";
    return {
        {.name = "test"},  // what is asked above the zones ends here
        {.name = "certs.test", .records = certs},
        {.name = "good.test", .records = to_postfix + tlsa + digest + "\n", .is_signed = true},
        {.name = "stale.test",
         .records = to_postfix + tlsa + std::string(64, 'a') + "\n",
         .is_signed = true},
        {.name = "half.test",
         .records = to_postfix + tlsa + digest + "\n" + tlsa + std::string(64, 'a') + "\n" +
                    "_25._tcp.mx IN TLSA 2 1 1 " + std::string(64, 'b') + "\n",
         .is_signed = true},
        {.name = "alias.test",
         .records = "@ IN MX 10 mail\nmail IN CNAME mx.good.test.\n",
         .is_signed = true},
        {.name = "unsigned.test", .records = to_postfix + tlsa + digest + "\n"},
        {.name = "ends.test",
         .records = to_postfix,
         .is_signed = true,
         .signatures_end = stamp(today() + Days(1))},
        {.name = "bogus.test",
         .records = to_postfix,
         .is_signed = true,
         .spoil = "10 mx.bogus.test.",
         .spoilt = "20 mx.bogus.test."},
        {.name = "30.127.in-addr.arpa",
         .records = "1.1 IN PTR mx.good.test.\n1.0 IN PTR mx.elsewhere.test.\n"},
    };
  }

  void check() {
    scratch_.write("root.pem", authorities_.root.pem());
    const std::string port = std::to_string(front_->port());
    scratch_.write("config.toml",
                   "[resolver]\nforward = [\"" + names_->forwarder() +
                       "\"]\ntrust_anchor_file = \"" + names_->anchors() +
                       "\"\n[probe]\nehlo_name = \"monitor.test\"\nsmtp_port = " + port +
                       "\nhttps_port = " + std::to_string(free_port()) + "\nca_file = \"" +
                       scratch_.path("root.pem") +
                       "\"\nallow_addresses = [\"127.0.0.0/8\"]\nper_address_per_minute = 600\n"
                       "banner_timeout = \"3s\"\nsmtp_deadline = \"8s\"\n");
    std::string command = "exec '" + binary_root() + "/mailfleet' check --json --config '" +
                          scratch_.path("config.toml") + "'";
    for (const Served& each : served_) command += std::string(" ") + each.label + ".certs.test";
    for (const Waiting& each : waiting) command += std::string(" ") + each.label + ".certs.test";
    for (const char* zone : {"good", "stale", "half", "alias", "unsigned", "ends", "bogus"})
      command += std::string(" ") + zone + ".test";
    scratch_.run({"/bin/sh", "-c", command + " > out.json 2> errors"});
    answer_ = json::parse(scratch_.read("out.json")).as_array();
  }

  std::vector<Served> served_;
  Authorities authorities_{};
  Scratch scratch_{};
  std::optional<SmtpFront> front_{};
  std::optional<Postfix> postfix_{};
  std::optional<NameServers> names_{};
  json::array answer_{};
};

const Internet& internet() {
  static const Internet one;
  return one;
}

std::string level_of(const json::object& judgement) {
  const json::value& level = judgement.at("level");
  return level.is_null() ? "unknown" : std::string(level.as_string());
}

std::vector<std::string> findings_of(const json::object& judgement) {
  std::vector<std::string> out;
  for (const json::value& each : judgement.at("findings").as_array())
    out.push_back(std::string(each.at("code").as_string()) + " " +
                  std::string(each.at("severity").as_string()));
  return out;
}

std::string fact_of(const json::object& judgement, const char* list, const char* fact) {
  return json::serialize(judgement.at("facts").at(list).at(0).at(fact));
}

bool holds(const std::vector<std::string>& list, const std::string& text) {
  return std::ranges::find(list, text) != list.end();
}

}  // namespace

TEST_CASE("transport: odd certificates and old versions of a real TLS server") {
  for (const Served& each : internet().served()) {
    CAPTURE(each.label);
    const json::object& judged =
        internet().judged(std::string(each.label) + ".certs.test", each.check);
    CAPTURE(json::serialize(judged));
    CHECK(level_of(judged) == each.level);
    CHECK(fact_of(judged, "endpoints", each.fact) == each.value);
    const auto findings = findings_of(judged);
    for (const char* finding : each.findings) CHECK(holds(findings, finding));
    if (std::string_view(each.check) == certificate) CHECK(findings.size() == each.findings.size());
  }
}

TEST_CASE("transport: whoever keeps us waiting is unknown, never bad") {
  for (const Waiting& each : waiting) {
    CAPTURE(each.label);
    const std::string domain = std::string(each.label) + ".certs.test";
    for (const char* check : {starttls, certificate, "dane"}) {
      CAPTURE(check);
      const json::object& judged = internet().judged(domain, check);
      if (std::string_view(check) != "dane") CHECK(level_of(judged) == "unknown");
      for (const std::string& finding : findings_of(judged)) CHECK(!finding.ends_with(" fail"));
    }
    const json::object& judged = internet().judged(domain, starttls);
    CHECK(fact_of(judged, "endpoints", "reason") == "\"" + std::string(each.reason) + "\"");
    CHECK(fact_of(judged, "endpoints", "version") == "null");
    CHECK(fact_of(judged, "endpoints", "reachable") == "true");
  }
}

TEST_CASE("transport: Postfix under signed, half-changed, aliased and unsigned TLSA records") {
  struct Row {
    const char* domain;
    const char* level;
    const char* facts;  // secure usable matches
    const char* finding;
  };
  for (const Row& row :
       {Row{"good.test", "valid", "true 1 true", ""},
        Row{"stale.test", "mismatch", "true 1 false", "dane-mismatch fail"},
        Row{"half.test", "valid", "true 3 true", "tlsa-combination-without-match advice"},
        Row{"alias.test", "valid", "true 1 true", ""},
        Row{"unsigned.test", "insecure", "false 1 null", "tlsa-insecure fail"},
        Row{"ends.test", "none", "true 0 null", "dane-absent info"},
        Row{"bogus.test", "unknown", "", ""}}) {
    CAPTURE(row.domain);
    const json::object& judged = internet().judged(row.domain, "dane");
    CAPTURE(json::serialize(judged));
    CHECK(level_of(judged) == row.level);
    if (*row.facts)
      CHECK(fact_of(judged, "endpoints", "secure") + " " + fact_of(judged, "endpoints", "usable") +
                " " + fact_of(judged, "endpoints", "matches") ==
            row.facts);
    if (*row.finding)
      CHECK(holds(findings_of(judged), row.finding));
    else
      CHECK(findings_of(judged).empty());
  }
  CHECK(level_of(internet().judged("good.test", starttls)) == "tls13");
  CHECK(level_of(internet().judged("good.test", certificate)) == "trusted");
  CHECK(
      holds(findings_of(internet().judged("good.test", certificate)), "certificate-by-dane info"));
  CHECK(holds(findings_of(internet().judged("alias.test", "mx")), "mx-cname advice"));
}

TEST_CASE("transport: zones that validate, that will not tomorrow, and that do not") {
  const auto dnssec = [](const char* domain) { return internet().judged(domain, "dnssec"); };
  CHECK(level_of(dnssec("good.test")) == "secure");
  CHECK(!holds(findings_of(dnssec("good.test")), "dnssec-expiring advice"));
  CHECK(level_of(dnssec("ends.test")) == "secure");
  CHECK(holds(findings_of(dnssec("ends.test")), "dnssec-expiring advice"));
  CHECK(level_of(dnssec("unsigned.test")) == "insecure");
  CHECK(holds(findings_of(dnssec("unsigned.test")), "dnssec-tlsa-void fail"));
  CHECK(level_of(dnssec("bogus.test")) == "bogus");
  CHECK(holds(findings_of(dnssec("bogus.test")), "dnssec-bogus fail"));
  const json::object& mx = internet().judged("bogus.test", "mx");
  CHECK(level_of(mx) == "unknown");
  CHECK(mx.at("facts").at("kind").is_null());
  CHECK(mx.at("facts").at("hosts").is_null());
  CHECK(mx.at("facts").at("dns").at("status") == "servfail");
  CHECK(mx.at("facts").at("dns").at("dnssec") == "bogus");
}

TEST_CASE("transport: names of addresses, there and back") {
  CHECK(level_of(internet().judged("good.test", "ptr")) == "confirmed");
  CHECK(fact_of(internet().judged("good.test", "ptr"), "addresses", "names") ==
        R"(["mx.good.test"])");
  CHECK(level_of(internet().judged("good.certs.test", "ptr")) == "unconfirmed");
  CHECK(level_of(internet().judged("expired.certs.test", "ptr")) == "missing");
}
