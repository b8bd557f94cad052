#include "checks/dmarc/dmarc.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/table.h"

using namespace mailfleet;

namespace {

std::string text(const Value& value) { return std::string(value.as_string().value_or("null")); }

// A record at _dmarc.example.com and what is to be said of it.
struct Row {
  const char* txt;
  const char* level;
  const char* effective;          // own by RFC 9989
  const char* effective_rfc7489;  // own by RFC 7489
  const char* findings = "";      // blank-separated, all must be there
};

Judgement judged(std::string_view txt) {
  Table table;
  table.txt("_dmarc.example.com", std::string(txt));
  return table.judge(dmarc_check, "example.com");
}

void check_findings(const Judgement& judgement, std::string_view wanted) {
  while (!wanted.empty()) {
    const size_t end = std::min(wanted.find(' '), wanted.size());
    const std::string code(wanted.substr(0, end));
    CAPTURE(code);
    CHECK(has_finding(judgement, code));
    wanted.remove_prefix(std::min(end + 1, wanted.size()));
  }
}

}  // namespace

TEST_CASE("dmarc: one record at the domain") {
  const Row rows[] = {
      // Versions (RFC 9989 §4.7 "v", §4.8).
      {"v=DMARC1; p=reject; rua=mailto:d@example.com", "reject", "reject", "reject"},
      {"v=DMARC1;p=reject;rua=mailto:d@example.com;", "reject", "reject", "reject"},
      {"v = DMARC1 ; p = reject ; rua=mailto:d@example.com", "reject", "reject", "reject"},
      {"v=DMARC1\t;\tp=reject", "reject", "reject", "reject", "dmarc-rua-missing"},
      {"v=dmarc1; p=reject", "absent", "absent", "absent", "dmarc-absent dmarc-not-a-record"},
      {"v=DMARC2; p=reject", "absent", "absent", "absent", "dmarc-absent"},
      {"v=DMARC1.0; p=reject", "absent", "absent", "absent", "dmarc-not-a-record"},
      {"v=DMARC1 p=reject", "absent", "absent", "absent", "dmarc-not-a-record"},
      {"v=DMARC; p=reject", "absent", "absent", "absent", "dmarc-absent"},
      {"p=reject; v=DMARC1", "absent", "absent", "absent", "dmarc-absent dmarc-not-a-record"},
      {"\"v=DMARC1; p=reject\"", "absent", "absent", "absent", "dmarc-not-a-record"},
      {";v=DMARC1; p=reject", "absent", "absent", "absent", "dmarc-not-a-record"},
      {"v=spf1 -all", "absent", "absent", "absent", "dmarc-absent"},
      {"", "absent", "absent", "absent", "dmarc-absent"},
      {"V=DMARC1; P=reject", "reject", "reject", "reject", "dmarc-tag-case"},
      {" v=DMARC1; p=reject", "reject", "reject", "reject", "dmarc-syntax"},
      // p: words without case (RFC 5234 §2.3), fall-backs of RFC 9989 §4.10.1.
      {"v=DMARC1; p=none; rua=mailto:d@example.com", "none", "none", "none", "dmarc-p-none"},
      {"v=DMARC1; p=quarantine", "quarantine", "quarantine", "quarantine", "dmarc-quarantine"},
      {"v=DMARC1; p=REJECT", "reject", "reject", "reject"},
      {"v=DMARC1; p=quarentine; rua=mailto:d@example.com", "broken", "none", "none",
       "dmarc-p-invalid"},
      {"v=DMARC1; p=quarentine", "broken", "absent", "absent", "dmarc-p-invalid"},
      {"v=DMARC1; p=", "broken", "absent", "absent", "dmarc-p-invalid"},
      {"v=DMARC1; p=reject reject; rua=mailto:d@example.com", "broken", "none", "none",
       "dmarc-p-invalid"},
      {"v=DMARC1", "broken", "absent", "absent", "dmarc-p-missing"},
      {"v=DMARC1; rua=mailto:d@example.com", "broken", "none", "none", "dmarc-p-missing"},
      {"v=DMARC1; rua=nonsense", "broken", "absent", "absent", "dmarc-p-missing dmarc-rua-invalid"},
      {"v=DMARC1; p=quarentine; rua=https://r.example.com/", "broken", "none", "none",
       "dmarc-p-invalid"},
      {"v=DMARC1; rua=mailto:d@example.com; p=reject", "reject", "reject", "reject",
       "dmarc-p-not-second"},
      // sp and np void the record when they are wrong; np is unknown to RFC 7489.
      {"v=DMARC1; p=reject; sp=all; rua=mailto:d@example.com", "broken", "none", "none",
       "dmarc-sp-invalid"},
      {"v=DMARC1; p=reject; sp=all", "broken", "absent", "absent", "dmarc-sp-invalid"},
      {"v=DMARC1; p=reject; np=all; rua=mailto:d@example.com", "broken", "none", "reject",
       "dmarc-np-invalid"},
      {"v=DMARC1; p=reject; np=all", "broken", "absent", "reject", "dmarc-np-invalid"},
      {"v=DMARC1; p=reject; sp=none", "reject", "reject", "reject", "dmarc-sp-weaker"},
      {"v=DMARC1; p=reject; np=none", "reject", "reject", "reject", "dmarc-np-weaker"},
      {"v=DMARC1; p=reject; sp=quarantine; np=reject", "reject", "reject", "reject",
       "dmarc-sp-weaker"},
      // t: one level lower, only for RFC 9989 (§4.7 "t").
      {"v=DMARC1; p=reject; t=y", "quarantine", "quarantine", "reject", "dmarc-t"},
      {"v=DMARC1; p=quarantine; t=y", "none", "none", "quarantine", "dmarc-t"},
      {"v=DMARC1; p=none; t=y", "none", "none", "none", "dmarc-p-none"},
      {"v=DMARC1; p=reject; t=Y", "quarantine", "quarantine", "reject", "dmarc-t"},
      {"v=DMARC1; p=reject; t=n", "reject", "reject", "reject"},
      {"v=DMARC1; p=reject; t=yes", "reject", "reject", "reject", "dmarc-tag-invalid"},
      // pct: the stated policy stands in both readings, the share beside it (RFC 9989 A.6).
      {"v=DMARC1; p=quarantine; pct=0", "quarantine", "quarantine", "quarantine", "dmarc-pct"},
      {"v=DMARC1; p=reject; pct=5", "reject", "reject", "reject", "dmarc-pct"},
      {"v=DMARC1; p=reject; pct=100", "reject", "reject", "reject", "dmarc-obsolete-tag"},
      {"v=DMARC1; p=reject; pct=101", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; pct=-1", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; pct=", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; pct=50%", "reject", "reject", "reject", "dmarc-tag-invalid"},
      // Other tags: bad values fall back to the default (§4.8).
      {"v=DMARC1; p=reject; adkim=strict", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; aspf=", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; fo=1:d:s", "reject", "reject", "reject"},
      {"v=DMARC1; p=reject; fo=2", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; psd=yes", "reject", "reject", "reject", "dmarc-tag-invalid"},
      {"v=DMARC1; p=reject; psd=y", "reject", "reject", "reject", "dmarc-psd"},
      {"v=DMARC1; p=reject; ri=86400; rf=afrf", "reject", "reject", "reject", "dmarc-obsolete-tag"},
      {"v=DMARC1; p=reject; unknown=tag", "reject", "reject", "reject"},
      {"v=DMARC1; p=reject; stray", "reject", "reject", "reject", "dmarc-syntax"},
      {"v=DMARC1; p=reject; p=none", "reject", "reject", "reject", "dmarc-tag-duplicate"},
      {"v=DMARC1; p=none; p=reject", "none", "none", "none", "dmarc-tag-duplicate"},
      {"v=DMARC1;; p=reject;;", "reject", "reject", "reject"},
      // Reports.
      {"v=DMARC1; p=reject; rua=", "reject", "reject", "reject", "dmarc-rua-invalid"},
      {"v=DMARC1; p=reject; rua=d@example.com", "reject", "reject", "reject", "dmarc-rua-invalid"},
      {"v=DMARC1; p=reject; rua=mailto:d@", "reject", "reject", "reject", "dmarc-rua-invalid"},
      {"v=DMARC1; p=reject; rua=mailto:@example.com", "reject", "reject", "reject",
       "dmarc-rua-invalid"},
      {"v=DMARC1; p=reject; rua=mailto:d@example.com!10m", "reject", "reject", "reject",
       "dmarc-rua-size-suffix"},
      {"v=DMARC1; p=reject; rua=mailto:d@example.com!big", "reject", "reject", "reject",
       "dmarc-rua-invalid"},
      {"v=DMARC1; p=reject; rua=https://r.example.com/d", "reject", "reject", "reject",
       "dmarc-rua-not-mailto"},
      {"v=DMARC1; p=reject; rua=mailto:a@example.com,mailto:b@example.com,mailto:c@example.com",
       "reject", "reject", "reject", "dmarc-rua-many"},
      {"v=DMARC1; p=reject; ruf=mailto:f@example.com", "reject", "reject", "reject", "dmarc-ruf"},
      {"v=DMARC1; p=reject; ruf=f@example.com", "reject", "reject", "reject", "dmarc-ruf-invalid"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.txt);
    const Judgement judgement = judged(row.txt);
    CHECK(dmarc_check.level_name(judgement.level) == row.level);
    CHECK(text(judgement.facts["effective"]["own"]) == row.effective);
    CHECK(text(judgement.facts["effective_rfc7489"]["own"]) == row.effective_rfc7489);
    check_findings(judgement, row.findings);
  }
}

TEST_CASE("dmarc: a report address that is no use is graver when it is the only one") {
  const auto severity = [](const char* rua, std::string_view code) {
    const Judgement judgement = judged("v=DMARC1; p=reject; rua=" + std::string(rua));
    const auto found = std::ranges::find(judgement.findings, code, &Finding::code);
    return found == judgement.findings.end() ? "none" : std::string(to_text(found->severity));
  };
  CHECK(severity("d@example.com", "dmarc-rua-invalid") == "fail");
  CHECK(severity("d@example.com,mailto:d@example.com", "dmarc-rua-invalid") == "advice");
  CHECK(severity("https://r.example.com/", "dmarc-rua-not-mailto") == "fail");
  CHECK(severity("https://r.example.com/,mailto:d@example.com", "dmarc-rua-not-mailto") ==
        "advice");
}

TEST_CASE("dmarc: a good record has nothing to tell") {
  Table table;
  table.txt("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:d@example.com");
  table.txt("s1._domainkey.example.com", "v=DKIM1; p=");
  const Judgement judgement = table.judge(dmarc_check, "example.com");
  CHECK(judgement.findings.empty());
  CHECK(
      to_json(judgement.facts) ==
      R"({"record":"v=DMARC1; p=reject; rua=mailto:d@example.com","result":"valid",)"
      R"("policy_domain":"example.com","organizational_domain":"example.com","p":"reject","sp":null,)"
      R"("np":null,"t":false,"pct":100,"psd":"u","adkim":null,"aspf":null,)"
      R"("rua":[{"uri":"mailto:d@example.com","authorised":true}],"ruf":[],)"
      R"("effective":{"own":"reject","subdomains":"reject","nonexistent":"reject"},)"
      R"("effective_rfc7489":{"own":"reject","subdomains":"reject","nonexistent":"reject"}})");
}

TEST_CASE("dmarc: tags as facts") {
  struct {
    const char* txt;
    const char* tag;
    const char* json;
  } rows[] = {
      {"v=DMARC1; p=quarentine; rua=mailto:d@example.com", "p", "\"none\""},
      {"v=DMARC1; p=quarentine", "p", "null"},
      {"v=DMARC1; p=reject; np=x; rua=mailto:d@example.com", "p", "\"none\""},
      {"v=DMARC1; p=reject; sp=QUARANTINE", "sp", "\"quarantine\""},
      {"v=DMARC1; p=reject; np=none", "np", "\"none\""},
      {"v=DMARC1; p=reject; adkim=s", "adkim", "\"s\""},
      {"v=DMARC1; p=reject; adkim=x", "adkim", "\"r\""},
      {"v=DMARC1; p=reject; aspf=R", "aspf", "\"r\""},
      {"v=DMARC1; p=reject; pct=25", "pct", "25"},
      {"v=DMARC1; p=reject; pct=x", "pct", "100"},
      {"v=DMARC1; p=reject; t=y", "t", "true"},
      {"v=DMARC1; p=reject; psd=n", "psd", "\"n\""},
      {"v=DMARC1; p=reject", "rua", "[]"},
      {"v=DMARC1; p=reject", "result", "\"valid\""},
      {"v=DMARC1; p=bad", "result", "\"invalid\""},
      {"v=spf1 -all", "result", "\"none\""},
      {"v=spf1 -all", "record", "null"},
      {"v=spf1 -all", "policy_domain", "null"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.txt);
    CHECK(to_json(judged(row.txt).facts[row.tag]) == row.json);
  }
}

TEST_CASE("dmarc: what stands beside the record") {
  Table table;
  table.txt("_dmarc.example.com", "v=spf1 ?all", "v=DMARC1; p=reject; rua=mailto:d@example.com");
  CHECK(table.level(dmarc_check, "example.com") == "reject");
  table.dns("_dmarc.example.com", DnsType::txt).aliases = {*Name::parse("dmarc.provider.example")};
  CHECK(has_finding(table.judge(dmarc_check, "example.com"), "dmarc-cname"));
}

TEST_CASE("dmarc: several records are none, alike or not") {
  Table table;
  table.txt("_dmarc.example.com", "v=DMARC1; p=reject", "v=DMARC1; p=reject");
  const Judgement judgement = table.judge(dmarc_check, "example.com");
  CHECK(dmarc_check.level_name(judgement.level) == "broken");
  CHECK(text(judgement.facts["result"]) == "multiple");
  CHECK(judgement.facts["policy_domain"].is_null());
  CHECK(text(judgement.facts["effective"]["own"]) == "absent");
  CHECK(has_finding(judgement, "dmarc-multiple-records"));
}

TEST_CASE("dmarc: a record at the domain itself is in the wrong place") {
  Table table;
  table.txt("example.com", "v=DMARC1; p=reject", "v=spf1 -all");
  const Judgement judgement = table.judge(dmarc_check, "example.com");
  CHECK(dmarc_check.level_name(judgement.level) == "absent");
  CHECK(has_finding(judgement, "dmarc-wrong-location"));
}

TEST_CASE("dmarc: what cannot be looked up is unknown") {
  for (const DnsStatus status : {DnsStatus::servfail, DnsStatus::timeout, DnsStatus::refused}) {
    Table table;
    table.txt("_dmarc.example.com", "v=DMARC1; p=reject");
    table.fail("_dmarc.council.example.com", DnsType::txt, status);
    const Judgement judgement = table.judge(dmarc_check, "council.example.com");
    CHECK(!judgement.level);
    CHECK(text(judgement.facts["result"]) == "temperror");
    CHECK(judgement.facts["effective"]["own"].is_null());
    CHECK(judgement.facts["rua"].is_null());
    CHECK(judgement.findings.empty());
  }
  Table table;
  table.bogus("_dmarc.example.com", DnsType::txt);
  CHECK(table.level(dmarc_check, "example.com") == "unknown");
}

TEST_CASE("dmarc: reject needs DKIM, unless no mail is sent") {
  struct {
    const char* spf;
    bool keys;
    bool finding;
  } rows[] = {
      {"v=spf1 mx -all", false, true}, {"v=spf1 -all", false, false},
      {"v=spf1 mx -all", true, false}, {"v=spf1 ?all", false, true},
      {"V=SPF1  -ALL ", false, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.spf);
    Table table;
    table.txt("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:d@example.com");
    table.txt("example.com", row.spf);
    if (row.keys) table.txt("s1._domainkey.example.com", "v=DKIM1; p=");
    CHECK(has_finding(table.judge(dmarc_check, "example.com"), "dmarc-reject-without-dkim") ==
          row.finding);
  }
}

TEST_CASE("dmarc: watching without acting is advice for 90 days and then a fault") {
  Table table;
  table.txt("_dmarc.example.com", "v=DMARC1; p=none; rua=mailto:d@example.com");
  Domain domain = domain_named("example.com");
  const auto severity = [&] {
    for (const Finding& finding : table.judge(dmarc_check, domain).findings)
      if (finding.code == "dmarc-p-none") return finding.severity;
    return Severity::info;
  };
  CHECK(severity() == Severity::advice);
  domain.dmarc_since = table.now - std::chrono::days(89);
  CHECK(severity() == Severity::advice);
  domain.dmarc_since = table.now - std::chrono::days(90);
  CHECK(severity() == Severity::fail);
}

TEST_CASE("dmarc: a parked domain refuses everything") {
  struct {
    const char* txt;
    bool finding;
  } rows[] = {
      {"v=DMARC1;p=reject;sp=reject;adkim=s;aspf=s;fo=1;rua=mailto:d@example.com", false},
      {"v=DMARC1;p=reject;rua=mailto:d@example.com", false},
      {"v=DMARC1;p=reject;sp=none;rua=mailto:d@example.com", true},
      {"v=DMARC1;p=quarantine;rua=mailto:d@example.com", true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.txt);
    Table table;
    table.txt("_dmarc.example.com", row.txt);
    Domain domain = domain_named("example.com");
    domain.parked = true;
    CHECK(has_finding(table.judge(dmarc_check, domain), "dmarc-parked-not-reject") == row.finding);
  }
}
