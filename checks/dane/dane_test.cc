#include "checks/dane/dane.h"

#include <doctest/doctest.h>

#include "monitor/probe/tls_certificate.h"
#include "tests/certificates.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

constexpr const char* domain = "council.gov.uk";
constexpr const char* host = "mx1.council.gov.uk";
constexpr const char* tlsa_name = "_25._tcp.mx1.council.gov.uk";

// Everything signed, one host whose key is in full in a TLSA record.
Table signed_host() {
  Table table;
  table.mx(domain, 10, host).dnssec = Dnssec::secure;
  table.address(host, "192.0.2.1").dnssec = Dnssec::secure;
  CertificateChain& chain = table.smtp(host, "192.0.2.1").tls->chain;
  Certificate leaf = *chain.sent.front();
  leaf.der = "certificate";
  leaf.spki = "key";
  chain.sent.front() = std::make_shared<Certificate>(leaf);
  DnsObservation& tlsa = table.dns(tlsa_name, DnsType::tlsa);
  tlsa.dnssec = Dnssec::secure;
  // SHA-256 of "key".
  tlsa.tlsa = {{3, 1, 1,
                "\x2c\x70\xe1\x2b\x7a\x06\x46\xf9\x22\x79\xf4\x27\xc7\xb3\x8e\x73"
                "\x34\xd8\xe5\x38\x9c\xff\x16\x7a\x1d\xc3\x0e\x73\xf8\x26\xb6\x83"}};
  return table;
}

DnsObservation& tlsa(Table& table) { return table.dns(tlsa_name, DnsType::tlsa); }

std::string digest(char fill) { return std::string(32, fill); }

std::string level_of(const Judgement& judgement) {
  return std::string(dane_check.level_name(judgement.level));
}

std::optional<Severity> severity_of(const Judgement& judgement, std::string_view code) {
  for (const Finding& finding : judgement.findings)
    if (finding.code == code) return finding.severity;
  return {};
}

}  // namespace

TEST_CASE("dane: what a sender does with a host") {
  struct Row {
    std::optional<bool> mx, address, tlsa;
    size_t total, usable;
    const char* action;
  };
  const std::optional<bool> unknown;
  const Row rows[] = {{true, true, true, 1, 1, "authenticate"},
                      {true, true, true, 2, 1, "authenticate"},
                      {true, true, true, 1, 0, "encrypt-only"},
                      {true, true, true, 0, 0, "opportunistic"},
                      {true, false, true, 1, 1, "opportunistic"},
                      {true, false, unknown, 0, 0, "opportunistic"},
                      {true, true, false, 1, 1, "opportunistic"},
                      {false, true, true, 1, 1, "authenticate-host-only"},
                      {false, true, true, 1, 0, "encrypt-only"},
                      {true, true, unknown, 0, 0, "unknown"},
                      {true, unknown, true, 1, 1, "unknown"},
                      {unknown, true, true, 1, 1, "unknown"},
                      {unknown, true, true, 0, 0, "opportunistic"}};
  for (const Row& row : rows)
    CHECK(to_text(decide_dane({.mx_secure = row.mx,
                               .address_secure = row.address,
                               .tlsa_secure = row.tlsa,
                               .total = row.total,
                               .usable = row.usable})) == row.action);
}

TEST_CASE("dane: a match over a secure chain is valid, with the facts of the contract") {
  Table table = signed_host();
  const Judgement judgement = table.judge(dane_check, domain);
  CHECK(level_of(judgement) == "valid");
  CHECK(judgement.findings.empty());
  CHECK(
      to_json(judgement.facts) ==
      R"({"endpoints":[{"host":"mx1.council.gov.uk","address":"192.0.2.1","secure":true,"usable":1,)"
      R"("matches":true}]})");
}

namespace {

struct Row {
  const char* name;
  void (*change)(Table&);
  const char* level;
  const char* finding;  // empty: none
  Severity severity;
  const char* facts;  // secure, usable, matches
};

}  // namespace

TEST_CASE("dane: one thing changed at a time") {
  const auto info = Severity::info, advice = Severity::advice, fail = Severity::fail;
  const Row rows[] = {
      {"another key", [](Table& t) { tlsa(t).tlsa[0].data = digest('x'); }, "mismatch",
       "dane-mismatch", fail, "true 1 false"},
      {"rollover half done",
       [](Table& t) {
         tlsa(t).tlsa.push_back({3, 1, 1, digest('x')});
       },
       "valid", "", info, "true 2 true"},
      {"a combination without match",
       [](Table& t) {
         tlsa(t).tlsa.push_back({2, 1, 1, digest('x')});
       },
       "valid", "tlsa-combination-without-match", advice, "true 2 true"},
      {"unusable only", [](Table& t) { tlsa(t).tlsa[0].usage = 1; }, "encrypt-only",
       "tlsa-unusable", advice, "true 0 null"},
      {"one of two unusable",
       [](Table& t) {
         tlsa(t).tlsa.push_back({1, 1, 1, digest('x')});
       },
       "valid", "tlsa-record-unusable", info, "true 1 true"},
      {"certificate digest",
       [](Table& t) {
         tlsa(t).tlsa.push_back({3, 0, 1, digest('x')});
       },
       "valid", "tlsa-certificate-selector", advice, "true 2 true"},
      {"long TTL", [](Table& t) { tlsa(t).ttl_seconds = 86401; }, "valid", "tlsa-ttl-long", info,
       "true 1 true"},
      {"TTL of a day", [](Table& t) { tlsa(t).ttl_seconds = 86400; }, "valid", "", info,
       "true 1 true"},
      {"no records, denied securely",
       [](Table& t) { tlsa(t) = {.outcome = Outcome::absent, .dnssec = Dnssec::secure}; }, "none",
       "dane-absent", info, "true 0 null"},
      {"no records, unsigned",
       [](Table& t) { tlsa(t) = {.outcome = Outcome::absent, .dnssec = Dnssec::insecure}; }, "none",
       "dane-absent", info, "false 0 null"},
      {"TLSA unsigned", [](Table& t) { tlsa(t).dnssec = Dnssec::insecure; }, "insecure",
       "tlsa-insecure", fail, "false 1 null"},
      {"address unsigned", [](Table& t) { t.dns(host, DnsType::a).dnssec = Dnssec::insecure; },
       "insecure", "tlsa-insecure", fail, "false 1 null"},
      {"MX unsigned", [](Table& t) { t.dns(domain, DnsType::mx).dnssec = Dnssec::insecure; },
       "host-only", "dane-host-only", info, "false 1 true"},
      {"MX unsigned and another key",
       [](Table& t) {
         t.dns(domain, DnsType::mx).dnssec = Dnssec::insecure;
         tlsa(t).tlsa[0].data = digest('x');
       },
       "mismatch", "dane-mismatch", fail, "false 1 false"},
      {"TLSA look-up fails", [](Table& t) { t.fail(tlsa_name, DnsType::tlsa); }, "unknown",
       "dane-unknown", info, "null null null"},
      {"TLSA look-up times out",
       [](Table& t) { t.fail(tlsa_name, DnsType::tlsa, DnsStatus::timeout); }, "unknown",
       "dane-unknown", info, "null null null"},
      {"TLSA bogus", [](Table& t) { t.bogus(tlsa_name, DnsType::tlsa); }, "unknown", "dane-unknown",
       info, "null null null"},
      {"TLSA look-up fails below an unsigned address",
       [](Table& t) {
         t.dns(host, DnsType::a).dnssec = Dnssec::insecure;
         t.fail(tlsa_name, DnsType::tlsa);
       },
       "none", "dane-absent", info, "false null null"},
      {"host does not answer",
       [](Table& t) {
         t.smtp(host, "192.0.2.1") = {.outcome = Outcome::answered, .reason = SmtpReason::timeout};
       },
       "unknown", "", info, "true 1 null"},
      {"host puts us off",
       [](Table& t) {
         t.smtp(host, "192.0.2.1") = {.outcome = Outcome::answered,
                                      .reason = SmtpReason::starttls_454,
                                      .reachable = true,
                                      .offered = true};
       },
       "unknown", "", info, "true 1 null"},
      {"host has no STARTTLS",
       [](Table& t) {
         t.smtp(host, "192.0.2.1") = {.outcome = Outcome::answered,
                                      .reason = SmtpReason::not_offered,
                                      .reachable = true,
                                      .offered = false};
       },
       "unknown", "dane-without-tls", fail, "true 1 null"},
      {"expired and for another name, usage 3",
       [](Table& t) {
         CertificateChain& chain = t.smtp(host, "192.0.2.1").tls->chain;
         Certificate leaf = *chain.sent.front();
         leaf.not_after = *parse_time("2020-01-01");
         leaf.names = {"elsewhere.example"};
         chain.sent.front() = std::make_shared<Certificate>(leaf);
       },
       "valid", "", info, "true 1 true"},
      {"security not known", [](Table& t) { tlsa(t).dnssec.reset(); }, "unknown", "dane-unknown",
       info, "null null null"}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Table table = signed_host();
    row.change(table);
    const Judgement judgement = table.judge(dane_check, domain);
    CHECK(level_of(judgement) == row.level);
    if (*row.finding)
      CHECK(severity_of(judgement, row.finding) == row.severity);
    else
      CHECK(judgement.findings.empty());
    const Value& endpoint = judgement.facts["endpoints"].items().at(0);
    CHECK(to_json(endpoint["secure"]) + " " + to_json(endpoint["usable"]) + " " +
              to_json(endpoint["matches"]) ==
          row.facts);
  }
}

TEST_CASE("dane: full data is usable and not recommended") {
  Table table = signed_host();
  // A P-256 key, made for this test.
  static constexpr char key[] =
      "\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
      "\x03"
      "\x42\x00\x04\xcf\x52\xae\x9a\x75\xb2\x73\x09\x29\x81\x7d\xd7\x36\x0c\x1d\x2f\x5d\x63\x9f\xff"
      "\x4e"
      "\x30\xab\xa5\xbc\x69\xd9\x4b\xd5\xfb\xa7\x14\xd4\xa3\x71\x79\x2a\x91\x7a\x32\xfc\xe3\x6b\x34"
      "\x6b"
      "\xee\x70\xa7\x68\xd3\xc0\x35\x34\xaf\xe3\x85\x57\x62\x85\xf1\xe8\x98\x54\xfb";
  const std::string spki(key, sizeof key - 1);
  tlsa(table).tlsa = {{3, 1, 0, spki}};
  CertificateChain& chain = table.smtp(host, "192.0.2.1").tls->chain;
  Certificate leaf = *chain.sent.front();
  leaf.spki = spki;
  chain.sent.front() = std::make_shared<Certificate>(leaf);
  const Judgement judgement = table.judge(dane_check, domain);
  CHECK(level_of(judgement) == "valid");
  CHECK(severity_of(judgement, "tlsa-full-matching") == Severity::advice);
}

TEST_CASE("dane: an alias is looked at where it leads, then by its own name") {
  struct AliasRow {
    const char* name;
    Dnssec address, alias;
    bool at_target, at_host;
    const char* level;
  };
  const auto secure = Dnssec::secure, insecure = Dnssec::insecure;
  const AliasRow rows[] = {
      {"at the target", secure, secure, true, false, "valid"},
      {"at the host", secure, secure, false, true, "valid"},
      {"target first", secure, secure, true, true, "valid"},
      {"nowhere", secure, secure, false, false, "none"},
      {"the target is unsigned, the alias is not", insecure, secure, false, true, "valid"},
      {"the target is unsigned and has records", insecure, secure, true, false, "none"},
      {"all unsigned", insecure, insecure, false, true, "insecure"}};
  for (const AliasRow& row : rows) {
    CAPTURE(row.name);
    Table table = signed_host();
    const TlsaRecord good = tlsa(table).tlsa[0];
    table.dns(host, DnsType::a).aliases = {*Name::parse("real.example.net")};
    table.dns(host, DnsType::a).dnssec = row.address;
    DnsObservation& alias = table.dns(host, DnsType::cname);
    alias.names = {*Name::parse("real.example.net")};
    alias.dnssec = row.alias;
    if (!row.at_host) tlsa(table) = {.outcome = Outcome::absent, .dnssec = secure};
    // When the target has records, those of the host must not be read.
    else if (row.at_target)
      tlsa(table).tlsa[0].data = digest('x');
    DnsObservation& target = table.dns("_25._tcp.real.example.net", DnsType::tlsa);
    target = {.outcome = row.at_target ? Outcome::answered : Outcome::absent, .dnssec = secure};
    if (row.at_target) target.tlsa = {good};
    // The server is asked for by its TLSA base domain, and has a certificate for each name.
    const bool by_target = row.at_target && row.address == secure;
    if (by_target) {
      table.smtp("real.example.net", "192.0.2.1") = table.smtp(host, "192.0.2.1");
      table.smtp(host, "192.0.2.1").tls->chain.sent = {std::make_shared<Certificate>()};
    }
    CHECK(table.level(dane_check, domain) == row.level);
  }
}

TEST_CASE("dane: with usage 2 the certificate may name where the names lead") {
  struct NameRow {
    const char* in_certificate;
    Dnssec mx;
    const char* level;
  };
  const auto secure = Dnssec::secure, insecure = Dnssec::insecure;
  const NameRow rows[] = {{host, secure, "valid"},
                          {"real.example.net", secure, "valid"},
                          {domain, secure, "valid"},
                          {"next.example.net", secure, "valid"},
                          {"other.example.net", secure, "mismatch"},
                          {host, insecure, "host-only"},
                          {"real.example.net", insecure, "host-only"},
                          {"next.example.net", insecure, "mismatch"}};
  const MadeCertificate root = make_root("Own Root");
  for (const NameRow& row : rows) {
    CAPTURE(row.in_certificate);
    Table table = signed_host();
    table.dns(domain, DnsType::mx).dnssec = row.mx;
    table.dns(domain, DnsType::mx).aliases = {*Name::parse("next.example.net")};
    table.dns(host, DnsType::a).aliases = {*Name::parse("real.example.net")};
    DnsObservation& target = table.dns("_25._tcp.real.example.net", DnsType::tlsa);
    target = {.outcome = Outcome::answered, .dnssec = secure, .tlsa = {{2, 0, 0, root.der()}}};
    const MadeCertificate leaf = make_certificate({.names = {row.in_certificate}, .issuer = &root});
    CertificateChain& chain = table.smtp("real.example.net", "192.0.2.1").tls->chain;
    chain.sent.clear();
    for (const MadeCertificate* each : {&leaf, &root})
      chain.sent.push_back(
          std::make_shared<Certificate>(read_certificate(each->certificate.get())));
    CHECK(table.level(dane_check, domain) == row.level);
  }
}

TEST_CASE("dane: the hosts together") {
  struct HostsRow {
    const char* name;
    void (*second)(Table&);
    const char* level;
    const char* finding;
  };
  const HostsRow rows[] = {
      {"the second has none", [](Table&) {}, "partial", "dane-partial"},
      {"the second mismatches",
       [](Table& t) {
         DnsObservation& o = t.dns("_25._tcp.mx2.council.gov.uk", DnsType::tlsa);
         o.dnssec = Dnssec::secure;
         o.tlsa = {{3, 1, 1, digest('x')}};
       },
       "mismatch", "dane-mismatch"},
      {"the second cannot be looked up",
       [](Table& t) { t.fail("_25._tcp.mx2.council.gov.uk", DnsType::tlsa); }, "unknown",
       "dane-unknown"},
      {"the second's address cannot be looked up",
       [](Table& t) {
         t.fail("mx2.council.gov.uk", DnsType::a);
         t.fail("mx2.council.gov.uk", DnsType::aaaa);
       },
       "unknown", ""},
      {"the first cannot be looked up, the second has none",
       [](Table& t) { t.fail(tlsa_name, DnsType::tlsa); }, "unknown", "dane-unknown"},
      {"the first cannot be looked up, the second mismatches",
       [](Table& t) {
         t.fail(tlsa_name, DnsType::tlsa);
         DnsObservation& o = t.dns("_25._tcp.mx2.council.gov.uk", DnsType::tlsa);
         o.dnssec = Dnssec::secure;
         o.tlsa = {{3, 1, 1, digest('x')}};
       },
       "mismatch", "dane-mismatch"},
      // Nothing can be in use below an unsigned MX record but the hosts alone.
      {"the same under an unsigned MX record",
       [](Table& t) {
         t.fail(tlsa_name, DnsType::tlsa);
         t.dns(domain, DnsType::mx).dnssec = Dnssec::insecure;
       },
       "none", "dane-absent"}};
  for (const HostsRow& row : rows) {
    CAPTURE(row.name);
    Table table = signed_host();
    table.mx(domain, 20, "mx2.council.gov.uk");
    table.address("mx2.council.gov.uk", "192.0.2.2").dnssec = Dnssec::secure;
    table.smtp("mx2.council.gov.uk", "192.0.2.2");
    row.second(table);
    const Judgement judgement = table.judge(dane_check, domain);
    CHECK(level_of(judgement) == row.level);
    if (*row.finding) CHECK(has_finding(judgement, row.finding));
  }
}

TEST_CASE("dane: the domain's own name counts for usage 2 only under a signed MX record") {
  const MadeCertificate root = make_root("Own Root");
  const MadeCertificate leaf = make_certificate({.names = {domain}, .issuer = &root});
  for (const Dnssec mx : {Dnssec::secure, Dnssec::insecure}) {
    Table table = signed_host();
    table.dns(domain, DnsType::mx).dnssec = mx;
    tlsa(table).tlsa = {{2, 0, 0, root.der()}};
    CertificateChain& chain = table.smtp(host, "192.0.2.1").tls->chain;
    chain.sent.clear();
    for (const MadeCertificate* each : {&leaf, &root})
      chain.sent.push_back(
          std::make_shared<Certificate>(read_certificate(each->certificate.get())));
    CHECK(table.level(dane_check, domain) == (mx == Dnssec::secure ? "valid" : "mismatch"));
  }
}

TEST_CASE("dane: a domain without hosts, without DNS, and a host without address") {
  Table null_mx;
  null_mx.mx(domain, 0, ".");
  CHECK(to_json(null_mx.judge(dane_check, domain).facts) == R"({"endpoints":[]})");
  Table broken;
  broken.fail(domain, DnsType::mx);
  CHECK(to_json(broken.judge(dane_check, domain).facts) == R"({"endpoints":null})");
  CHECK(broken.level(dane_check, domain) == "unknown");
  Table no_address = signed_host();
  no_address.mx(domain, 20, "gone.council.gov.uk");
  const Judgement judgement = no_address.judge(dane_check, domain);
  CHECK(level_of(judgement) == "valid");
  CHECK(
      to_json(judgement.facts["endpoints"].items().at(1)) ==
      R"({"host":"gone.council.gov.uk","address":null,"secure":null,"usable":null,"matches":null})");
}

namespace {

Value shown(std::optional<bool> secure, std::optional<int64_t> usable,
            std::optional<bool> matches) {
  return Value::object({{"host", "mx1"},
                        {"address", "192.0.2.1"},
                        {"secure", secure},
                        {"usable", usable},
                        {"matches", matches}});
}

Judgement look(std::initializer_list<Value> endpoints, std::vector<Finding> findings = {}) {
  return {.level = 6,
          .findings = std::move(findings),
          .facts = Value::object({{"endpoints", Value::list(endpoints)}})};
}

struct MoveRow {
  const char* name;
  Judgement before, after;
  const char* kind;  // empty: no move
  AlertLevel alert = AlertLevel::none;
  Confirmation confirm = Confirmation::c3;
  TrustEffect trust = TrustEffect::keep;
};

}  // namespace

TEST_CASE("dane: what a change means") {
  const Value good = shown(true, 1, true), bad = shown(true, 1, false), none = shown(true, 0, {});
  const Value unseen = shown(true, 1, {}), unknown = shown({}, {}, {}),
              unsigned_now = shown(false, 0, {});
  const Finding uncovered{"tlsa-combination-without-match", Severity::advice, "mx1", "2 1 1"};
  const auto ticket = AlertLevel::ticket;
  const auto c2 = Confirmation::c2, c3 = Confirmation::c3;
  const MoveRow rows[] = {
      {"mismatch", look({good}), look({bad}), "dane-mismatch", AlertLevel::page, c3,
       TrustEffect::suspend},
      {"mismatch on one address", look({good, good}), look({good, bad}), "dane-mismatch",
       AlertLevel::page, c3, TrustEffect::suspend},
      {"removed", look({good}), look({none}), "dane-removed", ticket, c2, TrustEffect::dane_off},
      {"signatures removed", look({good}), look({unsigned_now}), "dane-removed", ticket, c2,
       TrustEffect::dane_off},
      {"only unusable records now", look({good}), look({none}), "dane-removed", ticket, c2,
       TrustEffect::dane_off},
      {"rollover half done", look({good}), look({good}, {uncovered}), "dane-rollover-incomplete",
       ticket},
      {"rollover still half done", look({good}, {uncovered}), look({good}, {uncovered}), ""},
      {"rollover finished", look({good}, {uncovered}), look({good}), ""},
      {"one record more", look({good}), look({shown(true, 2, true)}), ""},
      {"host out of reach", look({good}), look({unseen}), ""},
      {"DNS out of reach", look({good}), look({unknown}), ""},
      {"was out of reach", look({unseen}), look({bad}), ""},
      {"mended", look({bad}), look({good}), "improvement", AlertLevel::none},
      {"introduced", look({none}), look({good}), "improvement", AlertLevel::none, Confirmation::c1},
      {"still wrong", look({bad}), look({bad}), ""},
      {"nothing", look({good}), look({good}), ""}};
  for (const MoveRow& row : rows) {
    CAPTURE(row.name);
    const auto moves = compare_dane(Domain(*Name::parse(domain)), row.before, row.after);
    if (!*row.kind) {
      CHECK(moves.empty());
      continue;
    }
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].kind == row.kind);
    CHECK(moves[0].alert == row.alert);
    CHECK(moves[0].confirm == row.confirm);
    CHECK(moves[0].trust == row.trust);
    CHECK(moves[0].cause == "endpoint:mx1");
  }
}
