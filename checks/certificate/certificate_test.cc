#include "checks/certificate/certificate.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

constexpr const char* domain = "council.gov.uk";
constexpr const char* host = "mx1.council.gov.uk";
constexpr auto day = std::chrono::days(1);

Table one_host() {
  Table table;
  table.mx(domain, 10, host);
  table.address(host, "192.0.2.1");
  table.smtp(host, "192.0.2.1");
  return table;
}

// Changes the certificate that the host shows.
template <class Change>
void spoil(Table& table, Change change, const char* address = "192.0.2.1") {
  CertificateChain& chain = table.smtp(host, address).tls->chain;
  Certificate leaf = *chain.sent.front();
  change(leaf, chain);
  chain.sent.front() = std::make_shared<Certificate>(leaf);
  if (!chain.path.empty()) chain.path.front() = chain.sent.front();
}

std::optional<Severity> severity_of(const Judgement& judgement, std::string_view code) {
  for (const Finding& finding : judgement.findings)
    if (finding.code == code) return finding.severity;
  return {};
}

std::string level_of(const Judgement& judgement) {
  return std::string(certificate_check.level_name(judgement.level));
}

struct FaultRow {
  const char* fault;
  const char* level;
  Severity plain, verified;  // without and with an MTA-STS record
};

}  // namespace

TEST_CASE("certificate: every fault of the chain has its level and its severity") {
  const auto advice = Severity::advice, fail = Severity::fail;
  const FaultRow rows[] = {{"self-signed", "untrusted", advice, fail},
                           {"incomplete-chain", "untrusted", advice, fail},
                           {"untrusted-ca", "untrusted", advice, fail},
                           {"wrong-purpose", "untrusted", advice, fail},
                           {"too-long", "untrusted", advice, fail},
                           {"expired-intermediate", "untrusted", advice, fail},
                           {"no-san", "mismatch", advice, fail},
                           {"weak-key", "weak", fail, fail},
                           {"weak-signature", "weak", fail, fail},
                           {"too-large", "invalid", fail, fail},
                           {"invalid", "invalid", fail, fail}};
  for (const FaultRow& row : rows) {
    CAPTURE(row.fault);
    for (const bool verified : {false, true}) {
      Table table = one_host();
      if (verified) table.txt("_mta-sts.council.gov.uk", "v=STSv1; id=1;");
      spoil(table, [&](Certificate&, CertificateChain& chain) { chain.faults = {row.fault}; });
      const Judgement judgement = table.judge(certificate_check, domain);
      CHECK(level_of(judgement) == row.level);
      CHECK(severity_of(judgement, "certificate-" + std::string(row.fault)) ==
            (verified ? row.verified : row.plain));
      CHECK(judgement.facts["endpoints"].items().at(0)["chain"] == Value::list({row.fault}));
    }
  }
}

TEST_CASE("certificate: a name that fails those who verify is a fault, for others advice") {
  for (const bool verified : {false, true}) {
    Table table = one_host();
    if (verified) table.txt("_mta-sts.council.gov.uk", "v=STSv1; id=1;");
    spoil(table, [](Certificate& leaf, CertificateChain&) { leaf.names = {"a.example.com"}; });
    CHECK(severity_of(table.judge(certificate_check, domain), "certificate-name-mismatch") ==
          (verified ? Severity::fail : Severity::advice));
  }
}

TEST_CASE("certificate: dates are judged at the time of the look") {
  struct Row {
    int from_days, to_days;
    const char* level;
    const char* finding;
  };
  const Row rows[] = {{-100, -1, "invalid", "certificate-expired"},
                      {1, 100, "invalid", "certificate-not-yet-valid"},
                      {-10, 80, "trusted", ""}};
  for (const Row& row : rows) {
    Table table = one_host();
    spoil(table, [&](Certificate& leaf, CertificateChain&) {
      leaf.not_before = table.now + row.from_days * day;
      leaf.not_after = table.now + row.to_days * day;
    });
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(level_of(judgement) == row.level);
    if (*row.finding) CHECK(severity_of(judgement, row.finding) == Severity::fail);
    CHECK(!has_finding(judgement, "certificate-expiring"));
  }
  Table table = one_host();
  spoil(table, [&](Certificate& leaf, CertificateChain& chain) {
    const auto old = certificate_for("ca", table.now - 400 * day, table.now - 1 * day);
    const auto root = certificate_for("root", table.now - 4000 * day, table.now - 1 * day);
    chain.path = {std::make_shared<Certificate>(leaf), std::make_shared<Certificate>(old),
                  std::make_shared<Certificate>(root)};
  });
  const Judgement judgement = table.judge(certificate_check, domain);
  CHECK(level_of(judgement) == "untrusted");
  CHECK(severity_of(judgement, "certificate-expired-intermediate") == Severity::advice);
}

TEST_CASE("certificate: expiry is told by fractions of the lifetime") {
  struct Row {
    double lifetime_days, left_days;
    Expiry expiry;
  };
  using enum Expiry;
  const Row rows[] = {
      {398, 22, far},    {398, 20.9, near},   {398, 7.1, near},   {398, 6.9, imminent},
      {200, 21.1, far},  {200, 20.9, near},   {200, 7.1, near},   {200, 6.9, imminent},
      {90, 23, far},     {90, 20, near},      {90, 8, near},      {90, 6, imminent},
      {47, 17, far},     {47, 14, far},       {47, 11.8, far},    {47, 11.7, near},
      {47, 4.8, near},   {47, 4.6, imminent}, {6, 4, far},        {6, 2, far},
      {6, 1.4, near},    {6, 1.1, near},      {6, 0.9, imminent}, {1, 0.9, imminent},
      {90, -1, imminent}};
  const Time now = *parse_time("2026-11-21");
  for (const Row& row : rows) {
    CAPTURE(row.lifetime_days);
    CAPTURE(row.left_days);
    const Time end = now + Seconds(static_cast<int64_t>(row.left_days * 86400));
    const Time start = end - Seconds(static_cast<int64_t>(row.lifetime_days * 86400));
    CHECK(expiry_of(certificate_for(host, start, end), now, nullptr) == row.expiry);
  }
  Reference tighter;
  tighter.thresholds["certificate.ticket_ceiling_hours"] = 24 * 14;
  CHECK(expiry_of(certificate_for(host, now - 70 * day, now + 20 * day), now, &tighter) == far);
  CHECK(expiry_of(certificate_for(host, now - 77 * day, now + 13 * day), now, &tighter) == near);
}

TEST_CASE("certificate: near its end is advice, at its end a failure, without days in the facts") {
  const std::tuple<int, std::optional<Severity>, const char*> rows[] = {
      {25, std::nullopt, "trusted"},
      {20, Severity::advice, "expiring"},
      {5, Severity::fail, "expiring"}};
  for (const auto& [left, severity, level] : rows) {
    Table table = one_host();
    spoil(table, [&, left = left](Certificate& leaf, CertificateChain&) {
      leaf.not_before = table.now + (left - 90) * day;
      leaf.not_after = table.now + left * day;
    });
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(severity_of(judgement, "certificate-expiring") == severity);
    CHECK(level_of(judgement) == level);
    Table later = table;
    later.now += Seconds(3600);
    CHECK(later.judge(certificate_check, domain) == judgement);
  }
}

namespace {

struct NameRow {
  std::vector<std::string> names;
  const char* mx;
  bool match;
};

}  // namespace

TEST_CASE("certificate: names are matched strictly") {
  const NameRow rows[] = {{{"mx1.example.com"}, "mx1.example.com", true},
                          {{"MX1.Example.COM"}, "mx1.example.com", true},
                          {{"other.example.com", "mx1.example.com"}, "mx1.example.com", true},
                          {{"mx1.example.com."}, "mx1.example.com", false},
                          {{"mx1.example.com"}, "mx1.example.com.", true},
                          {{"*.example.com"}, "mx1.example.com", true},
                          {{"*.EXAMPLE.com"}, "mx1.example.com", true},
                          {{"*.example.com"}, "example.com", false},
                          {{"*.example.com"}, "a.mx1.example.com", false},
                          {{"*.mx1.example.com"}, "mx1.example.com", false},
                          {{"example.com"}, "mx1.example.com", false},
                          {{"mx2.example.com"}, "mx1.example.com", false},
                          {{"evilmx1.example.com"}, "mx1.example.com", false},
                          {{"mx1.example.com.evil.example"}, "mx1.example.com", false},
                          {{"*.*.example.com"}, "a.b.example.com", false},
                          {{"mx*.example.com"}, "mx1.example.com", false},
                          {{"*1.example.com"}, "mx1.example.com", false},
                          {{"m*1.example.com"}, "mx1.example.com", false},
                          {{"mx1.*.com"}, "mx1.example.com", false},
                          {{"*"}, "mx1.example.com", false},
                          {{"*."}, "mx1.example.com", false},
                          {{"*.com"}, "example.com", false},
                          {{"*.uk"}, "council.uk", false},
                          {{""}, "mx1.example.com", false},
                          {{"."}, "mx1.example.com", false},
                          {{}, "mx1.example.com", false},
                          {{"mx1.example.com\\000.evil.example"}, "mx1.example.com", false},
                          {{"mx1\\046example.com"}, "mx1.example.com", false},
                          {{" mx1.example.com"}, "mx1.example.com", false},
                          {{"xn--mx-eka.example.com"}, "xn--mx-eka.example.com", true},
                          {{"xn--*.example.com"}, "xn--mx-eka.example.com", false},
                          {{"*.example.com"}, "xn--mx-eka.example.com", true},
                          {{"m\xC3\xBCx.example.com"}, "xn--mx-eka.example.com", false},
                          {{"192.0.2.1"}, "mx1.example.com", false},
                          {{"_smtp.example.com"}, "mx1.example.com", false}};
  for (const NameRow& row : rows) {
    CAPTURE(row.mx);
    CAPTURE((row.names.empty() ? std::string("(none)") : row.names.front()));
    Table table;
    table.mx(domain, 10, row.mx);
    table.address(row.mx, "192.0.2.1");
    CertificateChain& chain = table.smtp(row.mx, "192.0.2.1").tls->chain;
    Certificate leaf = *chain.sent.front();
    leaf.names = row.names;
    leaf.common_name = row.mx;  // never counts, RFC 8461 §4.1
    chain.sent = chain.path = {std::make_shared<Certificate>(leaf)};
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(judgement.facts["endpoints"].items().at(0)["name_match"] == Value(row.match));
    CHECK(has_finding(judgement, "certificate-name-mismatch") == !row.match);
    CHECK(level_of(judgement) == (row.match ? "trusted" : "mismatch"));
  }
}

TEST_CASE("certificate: facts are the contract's, in full") {
  Table table = one_host();
  CHECK(
      to_json(table.judge(certificate_check, domain).facts) ==
      R"({"endpoints":[{"host":"mx1.council.gov.uk","address":"192.0.2.1","chain":[],)"
      R"("name_match":true,"not_before":"2026-11-11T12:00:00Z","not_after":"2027-02-09T12:00:00Z",)"
      R"("issuer":"CN=Test CA","key":"ec-p256","signature":"sha256","names":["mx1.council.gov.uk"],)"
      R"("sha256":"ab"}]})");
}

TEST_CASE("certificate: what was not seen is null and blames nobody") {
  for (const SmtpReason reason :
       {SmtpReason::refused, SmtpReason::not_offered, SmtpReason::starttls_454,
        SmtpReason::handshake_failed, SmtpReason::our_load}) {
    Table table = one_host();
    table.smtp(host, "192.0.2.1") = {.outcome = Outcome::answered, .reason = reason};
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(!judgement.level);
    CHECK(judgement.findings.empty());
    for (const char* fact : {"chain", "name_match", "not_after", "not_before", "issuer", "key",
                             "signature", "names", "sha256"})
      CHECK(judgement.facts["endpoints"].items().at(0)[fact].is_null());
  }
  Table null_mx;
  null_mx.mx(domain, 0, ".");
  CHECK(to_json(null_mx.judge(certificate_check, domain).facts) == R"({"endpoints":[]})");
  Table broken;
  broken.fail(domain, DnsType::mx);
  CHECK(to_json(broken.judge(certificate_check, domain).facts) == R"({"endpoints":null})");
}

TEST_CASE("certificate: the worst endpoint decides, unseen ones do not") {
  Table table = one_host();
  table.mx(domain, 20, "mx2.council.gov.uk");
  table.address("mx2.council.gov.uk", "192.0.2.2");
  CHECK(table.level(certificate_check, domain) == "trusted");
  table.smtp("mx2.council.gov.uk", "192.0.2.2").tls->chain.faults = {"self-signed"};
  CHECK(table.level(certificate_check, domain) == "untrusted");
}

TEST_CASE("certificate: a chain too large to be read is told as such") {
  Table table = one_host();
  table.smtp(host, "192.0.2.1").reason = SmtpReason::handshake_failed;
  table.smtp(host, "192.0.2.1").tls = TlsSession{.chain = {.faults = {"too-large"}}};
  const Judgement judgement = table.judge(certificate_check, domain);
  CHECK(level_of(judgement) == "invalid");
  CHECK(severity_of(judgement, "certificate-too-large") == Severity::fail);
  CHECK(judgement.facts["endpoints"].items().at(0)["name_match"].is_null());
}

TEST_CASE("certificate: RSA of 2048 bits is enough and noted") {
  const std::pair<int, bool> rows[] = {{2048, true}, {3071, true}, {3072, false}, {4096, false}};
  for (const auto& [bits, noted] : rows) {
    Table table = one_host();
    spoil(table, [bits = bits](Certificate& leaf, CertificateChain&) {
      leaf.key = "rsa-" + std::to_string(bits);
      leaf.key_bits = bits;
    });
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(has_finding(judgement, "certificate-rsa-under-3072") == noted);
    CHECK(level_of(judgement) == "trusted");
  }
}

TEST_CASE("certificate: DANE-EE is looked for where the dane check looks, and with its rules") {
  const std::string sha256(
      "\x2c\x70\xe1\x2b\x7a\x06\x46\xf9\x22\x79\xf4\x27\xc7\xb3\x8e\x73"
      "\x34\xd8\xe5\x38\x9c\xff\x16\x7a\x1d\xc3\x0e\x73\xf8\x26\xb6\x83");
  const TlsaRecord good{3, 1, 1, sha256};  // of "key"
  const TlsaRecord stronger{3, 1, 2, std::string(64, 'x')},
      elsewhere{3, 0, 2, std::string(64, 'x')}, malformed{3, 1, 2, "short"},
      authority{2, 1, 2, std::string(64, 'x')};
  struct Row {
    const char* name;
    bool alias;
    std::vector<TlsaRecord> at_host, at_target;
    bool vouches;
  };
  const Row rows[] = {
      {"at the host", false, {good}, {}, true},
      {"where the alias leads", true, {}, {good}, true},
      {"at the alias itself", true, {good}, {}, true},
      {"other records where the alias leads", true, {good}, {stronger}, false},
      // RFC 7671 §9: a stronger digest of the same kind puts the weaker out.
      {"beside a stronger digest", false, {good, stronger}, {}, false},
      {"beside a stronger one of another selector", false, {good, elsewhere}, {}, true},
      {"beside a stronger one of another usage", false, {good, authority}, {}, true},
      {"beside a malformed one", false, {good, malformed}, {}, true}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Table table = one_host();
    spoil(table, [](Certificate& leaf, CertificateChain& chain) {
      leaf.spki = "key";
      chain.faults = {"self-signed"};
    });
    table.dns(domain, DnsType::mx).dnssec = Dnssec::secure;
    table.dns(host, DnsType::a).dnssec = Dnssec::secure;
    if (row.alias) table.dns(host, DnsType::a).aliases = {*Name::parse("real.example.net")};
    for (const auto& [owner, records] :
         {std::pair(std::string(host), row.at_host), {"real.example.net", row.at_target}}) {
      DnsObservation& tlsa = table.dns("_25._tcp." + owner, DnsType::tlsa);
      tlsa = {.outcome = records.empty() ? Outcome::absent : Outcome::answered,
              .dnssec = Dnssec::secure,
              .tlsa = records};
    }
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(level_of(judgement) == (row.vouches ? "trusted" : "untrusted"));
    CHECK(has_finding(judgement, "certificate-by-dane") == row.vouches);
  }
}

TEST_CASE("certificate: DANE-EE over a secure chain makes the authority needless") {
  struct Row {
    const char* name;
    Dnssec mx, address, tlsa;
    TlsaRecord record;
    bool vouches;
  };
  const auto secure = Dnssec::secure, insecure = Dnssec::insecure;
  const TlsaRecord full{3, 0, 0, "the certificate"}, key{3, 1, 0, "the key"};
  const TlsaRecord digest{3, 1, 1,
                          "\x2c\x70\xe1\x2b\x7a\x06\x46\xf9\x22\x79\xf4\x27\xc7\xb3\x8e\x73"
                          "\x34\xd8\xe5\x38\x9c\xff\x16\x7a\x1d\xc3\x0e\x73\xf8\x26\xb6\x83"};
  const Row rows[] = {{"certificate", secure, secure, secure, full, true},
                      {"key", secure, secure, secure, key, true},
                      {"wrong digest", secure, secure, secure, digest, false},
                      {"usage 2", secure, secure, secure, {2, 0, 0, "the certificate"}, false},
                      {"usage 1", secure, secure, secure, {1, 0, 0, "the certificate"}, false},
                      {"other data", secure, secure, secure, {3, 0, 0, "another"}, false},
                      {"odd selector", secure, secure, secure, {3, 2, 0, "the key"}, false},
                      {"MX insecure", insecure, secure, secure, full, false},
                      {"address insecure", secure, insecure, secure, full, false},
                      {"TLSA insecure", secure, secure, insecure, full, false}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Table table = one_host();
    spoil(table, [](Certificate& leaf, CertificateChain& chain) {
      leaf.der = "the certificate";
      leaf.spki = "the key";
      leaf.names = {"something.else"};
      leaf.not_after = *parse_time("2020-01-01");
      chain.faults = {"self-signed"};
    });
    table.dns(domain, DnsType::mx).dnssec = row.mx;
    table.dns(host, DnsType::a).dnssec = row.address;
    DnsObservation& tlsa = table.dns("_25._tcp." + std::string(host), DnsType::tlsa);
    tlsa.dnssec = row.tlsa;
    tlsa.tlsa = {row.record};
    const Judgement judgement = table.judge(certificate_check, domain);
    CHECK(level_of(judgement) == (row.vouches ? "trusted" : "invalid"));
    CHECK(has_finding(judgement, "certificate-by-dane") == row.vouches);
    CHECK(has_finding(judgement, "certificate-expired") == !row.vouches);
    // The facts say what is there all the same.
    CHECK(judgement.facts["endpoints"].items().at(0)["chain"] ==
          Value::list({"expired", "self-signed"}));
  }
}

TEST_CASE("certificate: hostile and endless names are shown short and clean") {
  Table table = one_host();
  spoil(table, [](Certificate& leaf, CertificateChain&) {
    leaf.names.assign(5000, "x.example");
    leaf.names[0] = "\xe2\x80\xae" + std::string(500, 'a');
    leaf.issuer = "CN=\x1b[31m";
  });
  const Judgement judgement = table.judge(certificate_check, domain);
  CHECK(judgement.facts["endpoints"].items().at(0)["names"].items().size() == 200);
  REQUIRE(has_finding(judgement, "certificate-name-mismatch"));
  CHECK(judgement.findings.front().seen.size() < 1300);
  CHECK(judgement.findings.front().seen.find("\xe2\x80\xae") == std::string::npos);
}

namespace {

struct Shown {
  std::vector<const char*> chain{};
  std::optional<bool> name_match = true;
  const char* issuer = "CN=R3,O=CA A,C=US";
  const char* sha256 = "aa";
  const char* not_after = "2027-01-01T00:00:00Z";
  const char* address = "192.0.2.1";
  bool seen = true;
};

Value endpoint_of(const Shown& shown) {
  Value chain = shown.seen ? Value::list() : Value();
  for (const char* fault : shown.chain) chain.push(fault);
  const auto known = [&](Value value) { return shown.seen ? value : Value(); };
  return Value::object({{"host", "mx1"},
                        {"address", shown.address},
                        {"chain", chain},
                        {"name_match", known(shown.name_match)},
                        {"not_after", known(shown.not_after)},
                        {"issuer", known(shown.issuer)},
                        {"sha256", known(shown.sha256)}});
}

Judgement look(std::initializer_list<Shown> all, std::vector<Finding> findings = {}) {
  Value endpoints = Value::list();
  for (const Shown& each : all) endpoints.push(endpoint_of(each));
  return {.level = 5,
          .findings = std::move(findings),
          .facts = Value::object({{"endpoints", std::move(endpoints)}})};
}

struct MoveRow {
  const char* name;
  Judgement before, after;
  const char* kind;  // empty: no move
  AlertLevel alert = AlertLevel::none;
  Confirmation confirm = Confirmation::c3;
  TrustEffect trust = TrustEffect::keep;
  const char* cause = "endpoint:mx1";
};

Finding expiring(Severity severity) { return {"certificate-expiring", severity, "mx1", "ends"}; }

}  // namespace

TEST_CASE("certificate: what a change means") {
  const auto page = AlertLevel::page, ticket = AlertLevel::ticket, none = AlertLevel::none;
  const auto c0 = Confirmation::c0, c3 = Confirmation::c3;
  const auto suspend = TrustEffect::suspend, keep = TrustEffect::keep;
  const Finding by_dane{"certificate-by-dane", Severity::info, "mx1", ""};
  const MoveRow rows[] = {
      {"renewed", look({{}}), look({{.sha256 = "bb", .not_after = "2027-06-01T00:00:00Z"}}),
       "neutral", none, c0},
      {"expired", look({{}}), look({{.chain = {"expired"}}}), "cert-expired", page, c3, suspend},
      {"expired, as foretold", look({{}}, {expiring(Severity::fail)}),
       look({{.chain = {"expired"}}}), "cert-expired", page, c3, suspend},
      {"90 days, 23 to 20", look({{}}), look({{}}, {expiring(Severity::advice)}), "cert-expiring",
       ticket, c0},
      {"90 days, 8 to 6", look({{}}, {expiring(Severity::advice)}),
       look({{}}, {expiring(Severity::fail)}), "cert-expiring", page, c0},
      {"still expiring", look({{}}, {expiring(Severity::advice)}),
       look({{}}, {expiring(Severity::advice)}), ""},
      {"47 days, 17 to 14", look({{}}), look({{}}), ""},
      {"renewed in time", look({{}}, {expiring(Severity::advice)}), look({{.sha256 = "bb"}}),
       "neutral", none, c0},
      {"another name", look({{}}), look({{.name_match = false, .sha256 = "bb"}}),
       "cert-name-mismatch", page, c3, suspend},
      {"without SAN", look({{}}),
       look({{.chain = {"no-san"}, .name_match = false, .sha256 = "bb"}}), "cert-name-mismatch",
       page, c3, suspend},
      {"self-signed", look({{}}), look({{.chain = {"self-signed"}, .sha256 = "bb"}}),
       "cert-untrusted", page, c3, suspend},
      {"self-signed, expired, other name", look({{}}),
       look({{.chain = {"expired", "self-signed"}, .name_match = false, .sha256 = "bb"}}),
       "cert-untrusted", page, c3, suspend},
      {"intermediate missing", look({{}}), look({{.chain = {"incomplete-chain"}}}),
       "cert-untrusted", ticket, c3, suspend},
      {"wrong purpose", look({{}}), look({{.chain = {"wrong-purpose"}, .sha256 = "bb"}}),
       "cert-untrusted", page, c3, suspend},
      {"too large", look({{}}), look({{.chain = {"too-large"}, .sha256 = "bb"}}), "cert-untrusted",
       page, c3, suspend},
      {"intermediate expired", look({{}}), look({{.chain = {"expired-intermediate"}}}),
       "cert-untrusted", page, c3, suspend, "ca:CA A"},
      {"authority distrusted", look({{}}), look({{.chain = {"untrusted-ca"}}}), "cert-untrusted",
       page, c3, suspend, "ca:CA A"},
      {"own authority now", look({{}}), look({{.chain = {"untrusted-ca"}, .sha256 = "bb"}}),
       "cert-untrusted", page, c3, suspend},
      {"key short", look({{}}), look({{.chain = {"weak-key"}, .sha256 = "bb"}}), "cert-weakened",
       ticket, c3, keep},
      {"SHA-1", look({{}}), look({{.chain = {"weak-signature"}, .sha256 = "bb"}}), "cert-weakened",
       ticket, c3, keep},
      {"another authority", look({{}}), look({{.issuer = "CN=X1,O=CA B,C=GB", .sha256 = "bb"}}),
       "cert-issuer-changed", AlertLevel::info, c0},
      {"another intermediate of it", look({{}}),
       look({{.issuer = "CN=R10,O=CA A,C=US", .sha256 = "bb"}}), "neutral", none, c0},
      {"other wrong", look({{.chain = {"self-signed"}}}), look({{.chain = {"untrusted-ca"}}}), ""},
      {"still wrong, new", look({{.chain = {"self-signed"}}}),
       look({{.chain = {"self-signed"}, .sha256 = "bb"}}), "neutral", none, c0},
      {"mended", look({{.chain = {"expired"}}}), look({{.sha256 = "bb"}}), "improvement", none, c3},
      {"name mended", look({{.name_match = false}}), look({{.sha256 = "bb"}}), "improvement", none,
       c3},
      {"unseen now", look({{}}), look({{.seen = false}}), ""},
      {"unseen before", look({{.seen = false}}), look({{.chain = {"self-signed"}}}), ""},
      {"one of two addresses unseen",
       look({{}, {.issuer = "O=CA B", .sha256 = "bb", .address = "192.0.2.2"}}), look({{}}), ""},
      {"one of two addresses bad", look({{}, {.address = "192.0.2.2"}}),
       look({{}, {.chain = {"expired"}, .address = "192.0.2.2"}}), "cert-expired", page, c3,
       suspend},
      {"address rotated", look({{}}), look({{.address = "192.0.2.9"}}), ""},
      {"DANE vouches", look({{}}), look({{.chain = {"self-signed"}, .sha256 = "bb"}}, {by_dane}),
       "neutral", none, c0},
      {"nothing", look({{}}), look({{}}), ""}};
  for (const MoveRow& row : rows) {
    CAPTURE(row.name);
    const auto moves = compare_certificate(Domain(*Name::parse(domain)), row.before, row.after);
    if (!*row.kind) {
      CHECK(moves.empty());
      continue;
    }
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].kind == row.kind);
    CHECK(moves[0].alert == row.alert);
    CHECK(moves[0].confirm == row.confirm);
    CHECK(moves[0].trust == row.trust);
    CHECK(moves[0].cause == row.cause);
  }
}
