#include "checks/starttls/starttls.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

constexpr const char* domain = "council.gov.uk";

// One MX host on one address, and what the session showed.
Table one_host() {
  Table table;
  table.mx(domain, 10, "mx1.council.gov.uk");
  table.address("mx1.council.gov.uk", "192.0.2.1");
  return table;
}

SmtpObservation& basic(Table& table) { return table.smtp("mx1.council.gov.uk", "192.0.2.1"); }
SmtpObservation& deep(Table& table) {
  return table.smtp("mx1.council.gov.uk", "192.0.2.1", SmtpDepth::deep);
}

Severity severity_of(const Judgement& judgement, std::string_view code) {
  for (const Finding& finding : judgement.findings)
    if (finding.code == code) return finding.severity;
  FAIL("no finding " << code);
  return Severity::info;
}

struct PhaseRow {
  SmtpReason reason;
  bool reachable;
  std::optional<bool> offered;
  const char* level;
  const char* word;     // `reason` in the facts
  const char* finding;  // empty: none but unreachable
};

}  // namespace

TEST_CASE("starttls: each phase of a session ends in a level or in the unknown") {
  const PhaseRow rows[] = {
      {SmtpReason::refused, false, {}, "unknown", "refused", "starttls-unreachable"},
      {SmtpReason::timeout, false, {}, "unknown", "timeout", "starttls-unreachable"},
      {SmtpReason::timeout, true, {}, "unknown", "timeout", "starttls-inconclusive"},
      {SmtpReason::banner_4xx, true, {}, "unknown", "banner-4xx", "starttls-turned-away"},
      {SmtpReason::banner_5xx, true, {}, "unknown", "banner-5xx", "starttls-turned-away"},
      {SmtpReason::ehlo_failed, true, {}, "unknown", "ehlo-failed", "starttls-inconclusive"},
      {SmtpReason::closed, true, {}, "unknown", "closed", "starttls-inconclusive"},
      {SmtpReason::closed, true, true, "unknown", "closed", "starttls-inconclusive"},
      {SmtpReason::starttls_454, true, true, "unknown", "starttls-454", "starttls-deferred"},
      {SmtpReason::handshake_timeout, true, true, "unknown", "handshake-timeout",
       "starttls-inconclusive"},
      {SmtpReason::our_load, false, {}, "unknown", "our-load", "starttls-unreachable"},
      {SmtpReason::not_offered, true, false, "plaintext", "not-offered", "starttls-not-offered"},
      {SmtpReason::masked, true, false, "plaintext", "masked", "starttls-masked"},
      {SmtpReason::starttls_5xx, true, true, "plaintext", "starttls-5xx", "starttls-refused"},
      {SmtpReason::handshake_failed, true, true, "broken", "handshake-failed",
       "starttls-handshake-failed"},
      {SmtpReason::injection, true, true, "broken", "injection", "starttls-injection"}};
  for (const PhaseRow& row : rows) {
    CAPTURE(row.word);
    Table table = one_host();
    basic(table) = {.outcome = Outcome::answered,
                    .reason = row.reason,
                    .reachable = row.reachable,
                    .offered = row.offered,
                    .why = "said the server"};
    const Judgement judgement = table.judge(starttls_check, domain);
    CHECK(starttls_check.level_name(judgement.level) == row.level);
    const Value& endpoint = judgement.facts["endpoints"].items().at(0);
    CHECK(endpoint["reason"] == Value(row.word));
    CHECK(endpoint["offered"] == Value(row.offered));
    CHECK(endpoint["version"].is_null());
    CHECK(endpoint["versions"].is_null());
    if (*row.finding) CHECK(has_finding(judgement, row.finding));
    // What is not conclusive is nobody's fault.
    if (!judgement.level)
      for (const Finding& finding : judgement.findings) CHECK(finding.severity == Severity::info);
    else
      CHECK(severity_of(judgement, row.finding) == Severity::fail);
  }
}

TEST_CASE("starttls: the best version negotiated is the level") {
  const std::pair<const char*, const char*> rows[] = {{"TLSv1.3", "tls13"},
                                                      {"TLSv1.2", "tls12"},
                                                      {"TLSv1.1", "legacy"},
                                                      {"TLSv1", "legacy"},
                                                      {"SSLv3", "legacy"}};
  for (const auto& [version, level] : rows) {
    Table table = one_host();
    basic(table).tls->version = version;
    deep(table).support.reset();
    const Judgement judgement = table.judge(starttls_check, domain);
    CHECK(starttls_check.level_name(judgement.level) == level);
    CHECK(judgement.facts["endpoints"].items().at(0)["version"] == Value(version));
    CHECK(judgement.facts["endpoints"].items().at(0)["versions"].is_null());
  }
}

TEST_CASE("starttls: facts are the contract's, in full") {
  Table table = one_host();
  basic(table);
  deep(table);
  CHECK(to_json(table.judge(starttls_check, domain).facts) ==
        R"({"endpoints":[{"host":"mx1.council.gov.uk","address":"192.0.2.1","reachable":true,)"
        R"("offered":true,"version":"TLSv1.3","versions":["TLSv1.2","TLSv1.3"],)"
        R"("suite":"TLS_AES_256_GCM_SHA384","group":"x25519","reason":null}]})");
}

TEST_CASE("starttls: a deep scan with holes lists no versions") {
  Table table = one_host();
  basic(table);
  deep(table).support->versions.erase("TLSv1.2");
  CHECK(table.judge(starttls_check, domain).facts["endpoints"].items().at(0)["versions"].is_null());
}

TEST_CASE("starttls: the worst host decides, one out of reach does not") {
  Table table = one_host();
  basic(table);
  deep(table);
  table.mx(domain, 20, "mx2.council.gov.uk");
  table.address("mx2.council.gov.uk", "192.0.2.2");
  table.address("mx2.council.gov.uk", "2001:db8::2");
  const Judgement judgement = table.judge(starttls_check, domain);
  CHECK(starttls_check.level_name(judgement.level) == "tls13");
  CHECK(judgement.facts["endpoints"].items().size() == 3);
  CHECK(has_finding(judgement, "starttls-unreachable"));
  CHECK(judgement.findings.back().seen ==
        "1 of 3 reachable; not reached: mx2.council.gov.uk 192.0.2.2, mx2.council.gov.uk "
        "2001:db8::2");
  table.smtp("mx2.council.gov.uk", "2001:db8::2") = {.outcome = Outcome::answered,
                                                     .reason = SmtpReason::not_offered,
                                                     .reachable = true,
                                                     .offered = false};
  CHECK(table.level(starttls_check, domain) == "plaintext");
}

TEST_CASE("starttls: a host without an address, and one whose address is not known") {
  Table table;
  table.mx(domain, 10, "gone.council.gov.uk");
  table.mx(domain, 20, "mx2.council.gov.uk");
  table.fail("mx2.council.gov.uk", DnsType::a);
  const Judgement judgement = table.judge(starttls_check, domain);
  CHECK(!judgement.level);
  CHECK(
      to_json(judgement.facts) ==
      R"({"endpoints":[{"host":"gone.council.gov.uk","address":null,"reachable":false,"offered":null,)"
      R"("version":null,"versions":null,"suite":null,"group":null,"reason":"no-address"},)"
      R"({"host":"mx2.council.gov.uk","address":null,"reachable":null,"offered":null,)"
      R"("version":null,"versions":null,"suite":null,"group":null,"reason":null}]})");
}

TEST_CASE("starttls: an address too many is listed, and nothing is known of it") {
  Table table;
  table.mx(domain, 10, "mx1.council.gov.uk");
  for (int i = 1; i <= 9; ++i) {
    const std::string address = "192.0.2." + std::to_string(i);
    table.address("mx1.council.gov.uk", address);
    table.smtp("mx1.council.gov.uk", address);
  }
  const Judgement judgement = table.judge(starttls_check, domain);
  CHECK(starttls_check.level_name(judgement.level) == "tls13");
  REQUIRE(judgement.facts["endpoints"].items().size() == 9);
  const Value& last = judgement.facts["endpoints"].items()[8];
  CHECK(last["address"].as_string() == "192.0.2.9");
  for (const char* fact : {"reachable", "offered", "version", "reason"})
    CHECK(last[fact].is_null());
  CHECK(!has_finding(judgement, "starttls-unreachable"));
}

TEST_CASE("starttls: a domain without mail hosts, and one that DNS could not tell of") {
  Table table;
  table.mx(domain, 0, ".");
  CHECK(to_json(table.judge(starttls_check, domain).facts) == R"({"endpoints":[]})");
  CHECK(table.level(starttls_check, domain) == "unknown");
  Table broken;
  broken.fail(domain, DnsType::mx);
  CHECK(to_json(broken.judge(starttls_check, domain).facts) == R"({"endpoints":null})");
  Table failed = one_host();
  basic(failed) = {.outcome = Outcome::failed};
  const Judgement judgement = failed.judge(starttls_check, domain);
  CHECK(judgement.facts["endpoints"].items().at(0)["reason"] == Value("our-load"));
  CHECK(judgement.facts["endpoints"].items().at(0)["reachable"].is_null());
}

namespace {

struct SupportRow {
  const char* name;
  TlsSession session;
  TlsSupport support;
  const char* finding;  // empty: none at all
  Severity severity = Severity::info;
};

}  // namespace

TEST_CASE("starttls: what the deep scan finds is weighed by the level table") {
  const TlsSession modern{
      .version = "TLSv1.3", .suite = "TLS_AES_128_GCM_SHA256", .group = "x25519"};
  const TlsSession older{
      .version = "TLSv1.2", .suite = "ECDHE-RSA-AES128-GCM-SHA256", .group = "P-256"};
  const SupportRow rows[] = {
      {"clean 1.3", modern, {.versions = {{"TLSv1.2", true}, {"TLSv1.1", false}}}, ""},
      {"clean 1.2 not tested for 1.3", older, {}, ""},
      {"no 1.3", older, {.versions = {{"TLSv1.3", false}}}, "tls13-absent", Severity::info},
      {"1.1 beside 1.3",
       modern,
       {.versions = {{"TLSv1.1", true}}},
       "tls-legacy-version",
       Severity::advice},
      {"1.0 beside 1.2",
       older,
       {.versions = {{"TLSv1", true}}},
       "tls-legacy-version",
       Severity::advice},
      {"1.1 refused", modern, {.versions = {{"TLSv1.1", false}}}, ""},
      {"SSLv3", modern, {.versions = {{"SSLv3", true}}}, "tls-ssl-accepted", Severity::fail},
      {"SSLv3 refused", modern, {.versions = {{"SSLv3", false}}}, ""},
      {"only 1.1",
       {.version = "TLSv1.1", .suite = "ECDHE-RSA-AES128-SHA"},
       {},
       "tls-version-old",
       Severity::fail},
      {"only 1.0",
       {.version = "TLSv1", .suite = "ECDHE-RSA-AES128-SHA"},
       {},
       "tls-version-old",
       Severity::fail},
      {"RC4", modern, {.suites = {{"RC4", true}}}, "tls-weak-suite", Severity::fail},
      {"3DES", modern, {.suites = {{"3DES", true}}}, "tls-weak-suite", Severity::fail},
      {"NULL", modern, {.suites = {{"NULL", true}}}, "tls-weak-suite", Severity::fail},
      {"export", modern, {.suites = {{"EXPORT", true}}}, "tls-weak-suite", Severity::fail},
      {"DES", modern, {.suites = {{"DES", true}}}, "tls-weak-suite", Severity::fail},
      {"anonymous", modern, {.suites = {{"ANON", true}}}, "tls-weak-suite", Severity::fail},
      {"weak all refused",
       modern,
       {.suites = {{"RC4", false}, {"3DES", false}, {"NULL", false}}},
       ""},
      {"RSA accepted",
       modern,
       {.suites = {{"RSA-KEX", true}}},
       "tls-rsa-key-transport",
       Severity::advice},
      {"DHE accepted", modern, {.suites = {{"DHE", true}}}, "tls-dhe", Severity::advice},
      {"CBC accepted", modern, {.suites = {{"CBC", true}}}, "tls-cbc", Severity::info},
      {"CBC negotiated",
       {.version = "TLSv1.2", .suite = "ECDHE-RSA-AES256-SHA384"},
       {},
       "tls-cbc",
       Severity::info},
      {"RC4 negotiated",
       {.version = "TLSv1.2", .suite = "RC4-SHA"},
       {},
       "tls-weak-suite",
       Severity::fail},
      {"3DES negotiated",
       {.version = "TLSv1.2", .suite = "DES-CBC3-SHA"},
       {},
       "tls-weak-suite",
       Severity::fail},
      {"RSA only",
       {.version = "TLSv1.2", .suite = "AES128-GCM-SHA256"},
       {},
       "tls-no-forward-secrecy",
       Severity::advice},
      {"RSA chosen, ECDHE there",
       {.version = "TLSv1.2", .suite = "AES128-GCM-SHA256"},
       {.suites = {{"ECDHE", true}}},
       "tls-rsa-key-transport",
       Severity::advice},
      {"P-224", modern, {.groups = {{"P-224", true}}}, "tls-weak-group", Severity::advice},
      {"P-192", modern, {.groups = {{"P-192", true}}}, "tls-weak-group", Severity::fail},
      {"P-224 refused", modern, {.groups = {{"P-224", false}}}, ""},
      {"P-521", modern, {.groups = {{"P-521", true}}}, ""},
      {"DH of 1024 bits", modern, {.dh_bits = 1024}, "tls-small-dh", Severity::fail},
      {"DH of 2047 bits", modern, {.dh_bits = 2047}, "tls-small-dh", Severity::fail},
      {"DH of 2048 bits", modern, {.dh_bits = 2048}, ""}};
  for (const SupportRow& row : rows) {
    CAPTURE(row.name);
    Table table = one_host();
    basic(table).tls = row.session;
    deep(table).support = row.support;
    const Judgement judgement = table.judge(starttls_check, domain);
    if (!*row.finding) {
      CHECK(judgement.findings.empty());
      continue;
    }
    CHECK(severity_of(judgement, row.finding) == row.severity);
    if (row.name == std::string_view("RSA chosen, ECDHE there"))
      CHECK(!has_finding(judgement, "tls-no-forward-secrecy"));
  }
}

TEST_CASE("starttls: without a table of levels the defaults hold, with one it decides") {
  Reference table_of_levels;
  table_of_levels.tls_versions["TLSv1.1"].project = "fail";
  table_of_levels.tls_suites["DHE"].project = "pass";
  table_of_levels.tls_groups["ffdhe2048"].project = "advice";
  Table table = one_host();
  basic(table).tls->group = "ffdhe2048";
  deep(table).support = TlsSupport{.versions = {{"TLSv1.1", true}}, .suites = {{"DHE", true}}};
  Domain with(*Name::parse(domain));
  with.reference = &table_of_levels;
  const Judgement judgement = table.judge(starttls_check, with);
  CHECK(severity_of(judgement, "tls-legacy-version") == Severity::fail);
  CHECK(!has_finding(judgement, "tls-dhe"));
  CHECK(severity_of(judgement, "tls-weak-group") == Severity::advice);
}

TEST_CASE("starttls: one finding tells of all addresses of a host") {
  Table table = one_host();
  table.address("mx1.council.gov.uk", "2001:db8::1");
  basic(table).tls->suite = "AES128-SHA";
  basic(table).tls->version = "TLSv1.2";
  table.smtp("mx1.council.gov.uk", "2001:db8::1") = basic(table);
  const Judgement judgement = table.judge(starttls_check, domain);
  int told = 0;
  for (const Finding& finding : judgement.findings)
    if (finding.code == "tls-rsa-key-transport") {
      ++told;
      CHECK(finding.subject == "mx1.council.gov.uk");
      CHECK(finding.seen == "RSA-KEX (192.0.2.1, 2001:db8::1)");
    }
  CHECK(told == 1);
}

TEST_CASE("starttls: REQUIRETLS is for information, and a whole word") {
  const std::pair<const char*, bool> rows[] = {
      {"REQUIRETLS", true}, {"requiretls", true}, {"X-REQUIRETLS", false}, {"REQUIRETLSX", false}};
  for (const auto& [line, there] : rows) {
    Table table = one_host();
    basic(table).ehlo_tls = {"PIPELINING", line};
    CHECK(has_finding(table.judge(starttls_check, domain), "requiretls") == there);
  }
}

TEST_CASE("starttls: the deep scan is asked only where a session stood") {
  Table table = one_host();
  basic(table) = {.outcome = Outcome::answered,
                  .reason = SmtpReason::not_offered,
                  .reachable = true,
                  .offered = false};
  deep(table).support->versions["SSLv3"] = true;
  const Judgement judgement = table.judge(starttls_check, domain);
  CHECK(!has_finding(judgement, "tls-ssl-accepted"));
  CHECK(table.passes() == 4);  // MX, addresses, one session, done
}

TEST_CASE("starttls: what the server said is cleaned before it is shown") {
  Table table = one_host();
  basic(table) = {.outcome = Outcome::answered,
                  .reason = SmtpReason::starttls_5xx,
                  .reachable = true,
                  .offered = true,
                  .why = "502 no\x1b[31m" + std::string(500, 'x')};
  const Judgement judgement = table.judge(starttls_check, domain);
  REQUIRE(has_finding(judgement, "starttls-refused"));
  CHECK(judgement.findings.front().seen.find('\x1b') == std::string::npos);
  CHECK(judgement.findings.front().seen.size() < 300);
}

namespace {

Value seen_endpoint(const char* host, const char* version,
                    std::initializer_list<Value> versions = {},
                    const char* suite = "ECDHE-RSA-AES128-GCM-SHA256",
                    const char* address = "192.0.2.1") {
  return Value::object({{"host", host},
                        {"address", address},
                        {"reachable", true},
                        {"offered", true},
                        {"version", version},
                        {"versions", versions.size() ? Value::list(versions) : Value()},
                        {"suite", suite},
                        {"group", "x25519"},
                        {"reason", nullptr}});
}

Value bad_endpoint(const char* host, const char* reason, const char* address = "192.0.2.1") {
  return Value::object({{"host", host},
                        {"address", address},
                        {"reachable", true},
                        {"offered", nullptr},
                        {"version", nullptr},
                        {"versions", nullptr},
                        {"suite", nullptr},
                        {"group", nullptr},
                        {"reason", reason}});
}

Judgement look(std::initializer_list<Value> endpoints) {
  return {.level = 3, .facts = Value::object({{"endpoints", Value::list(endpoints)}})};
}

struct MoveRow {
  const char* name;
  Judgement before, after;
  const char* kind;  // empty: no move
  AlertLevel alert = AlertLevel::none;
  TrustEffect trust = TrustEffect::keep;
};

}  // namespace

TEST_CASE("starttls: what a change means") {
  const Value good1 = seen_endpoint("mx1", "TLSv1.3"), good2 = seen_endpoint("mx2", "TLSv1.3");
  const auto page = AlertLevel::page;
  const auto suspend = TrustEffect::suspend;
  const MoveRow rows[] = {
      {"lost on all", look({good1, good2}),
       look({bad_endpoint("mx1", "not-offered"), bad_endpoint("mx2", "not-offered")}),
       "starttls-lost", page, suspend},
      {"lost on one", look({good1, good2}), look({good1, bad_endpoint("mx2", "not-offered")}),
       "starttls-lost-partly", page, suspend},
      {"lost on one, the other unseen", look({good1, good2}),
       look({bad_endpoint("mx1", "timeout"), bad_endpoint("mx2", "not-offered")}),
       "starttls-lost-partly", page, suspend},
      {"lost on one of two addresses", look({good1}),
       look({good1, bad_endpoint("mx1", "masked", "192.0.2.9")}), "starttls-lost-partly", page,
       suspend},
      {"masked", look({good1}), look({bad_endpoint("mx1", "masked")}), "starttls-lost", page,
       suspend},
      {"refused by 5xx", look({good1}), look({bad_endpoint("mx1", "starttls-5xx")}),
       "starttls-lost", page, suspend},
      {"does not answer", look({good1}), look({bad_endpoint("mx1", "timeout")}), ""},
      {"refuses to connect", look({good1}), look({bad_endpoint("mx1", "refused")}), ""},
      {"turns us away", look({good1}), look({bad_endpoint("mx1", "banner-5xx")}), ""},
      {"resets", look({good1}), look({bad_endpoint("mx1", "closed")}), ""},
      {"our load", look({good1}), look({bad_endpoint("mx1", "our-load")}), ""},
      {"454, should it last", look({good1}), look({bad_endpoint("mx1", "starttls-454")}),
       "starttls-lost", page, suspend},
      {"handshake fails", look({good1}), look({bad_endpoint("mx1", "handshake-failed")}),
       "starttls-broken", page, suspend},
      {"only 1.0 now", look({good1}), look({seen_endpoint("mx1", "TLSv1")}), "tls-downgraded", page,
       suspend},
      {"1.3 lost", look({good1}), look({seen_endpoint("mx1", "TLSv1.2")}), "tls-downgraded",
       AlertLevel::info},
      {"1.0 appeared", look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1.2", "TLSv1.3"})}),
       look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1", "TLSv1.2", "TLSv1.3"})}),
       "tls-legacy-enabled", AlertLevel::ticket},
      {"1.0 went", look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1", "TLSv1.2", "TLSv1.3"})}),
       look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1.2", "TLSv1.3"})}), ""},
      {"not scanned before", look({good1}),
       look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1", "TLSv1.3"})}), ""},
      {"not scanned now", look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1.3"})}), look({good1}),
       "unknown"},
      {"forward secrecy lost", look({seen_endpoint("mx1", "TLSv1.2")}),
       look({seen_endpoint("mx1", "TLSv1.2", {}, "AES128-GCM-SHA256")}), "tls-weakened",
       AlertLevel::ticket},
      {"forward secrecy by DHE", look({seen_endpoint("mx1", "TLSv1.2")}),
       look({seen_endpoint("mx1", "TLSv1.2", {}, "DHE-RSA-AES128-GCM-SHA256")}), ""},
      {"got encryption", look({bad_endpoint("mx1", "not-offered")}), look({good1}), "improvement"},
      {"got TLS 1.3", look({seen_endpoint("mx1", "TLSv1.2")}), look({good1}), "improvement"},
      {"was already plain", look({bad_endpoint("mx1", "not-offered")}),
       look({bad_endpoint("mx1", "starttls-5xx")}), ""},
      {"unknown before", look({bad_endpoint("mx1", "timeout")}),
       look({bad_endpoint("mx1", "not-offered")}), ""},
      {"still 454", look({bad_endpoint("mx1", "starttls-454")}),
       look({bad_endpoint("mx1", "starttls-454")}), ""},
      {"addresses rotated", look({good1}),
       look({seen_endpoint("mx1", "TLSv1.3", {}, "x", "192.0.2.7")}), ""},
      {"a new host that is worse", look({good1}), look({good1, bad_endpoint("mx9", "not-offered")}),
       ""},
      {"a host removed", look({good1, good2}), look({good1}), ""},
      {"nothing", look({good1}), look({good1}), ""}};
  const Domain any(*Name::parse(domain));
  for (const MoveRow& row : rows) {
    CAPTURE(row.name);
    const std::vector<Move> moves = compare_starttls(any, row.before, row.after);
    if (!*row.kind) {
      CHECK(moves.empty());
      continue;
    }
    REQUIRE(!moves.empty());
    for (const Move& move : moves) {
      CHECK(move.kind == row.kind);
      CHECK(move.alert == row.alert);
      CHECK(move.trust == row.trust);
      CHECK(move.confirm == (move.kind == "unknown" ? Confirmation::c4 : Confirmation::c3));
      CHECK(move.cause.starts_with("endpoint:mx"));
    }
  }
}

TEST_CASE("starttls: a weak suite that appears is a weakening") {
  Judgement before = look({seen_endpoint("mx1", "TLSv1.3", {"TLSv1.3"})});
  Judgement after = before;
  after.findings.push_back({"tls-weak-suite", Severity::fail, "mx1", "RC4"});
  const auto moves = compare_starttls(Domain(*Name::parse(domain)), before, after);
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == "tls-weakened");
  CHECK(moves[0].alert == AlertLevel::ticket);
  CHECK(moves[0].cause == "endpoint:mx1");
  CHECK(compare_starttls(Domain(*Name::parse(domain)), after, after).empty());
}
