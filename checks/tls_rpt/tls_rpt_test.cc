#include "checks/tls_rpt/tls_rpt.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

Judgement look(std::initializer_list<const char*> records, const char* domain = "council.gov.uk") {
  Table table;
  table.mx(domain, 10, "mx.example.net");
  table.address("mx.example.net", "8.8.8.8");
  for (const char* each : records) table.txt("_smtp._tls." + std::string(domain), each);
  return table.judge(tls_rpt_check, domain);
}

std::string result(std::initializer_list<const char*> records) {
  return std::string(look(records).facts["result"].as_string().value_or("null"));
}

std::optional<Severity> severity(const Judgement& seen, std::string_view code) {
  for (const Finding& each : seen.findings)
    if (each.code == code) return each.severity;
  return {};
}

}  // namespace

TEST_CASE("tls_rpt: records that work, and records that do not") {
  struct Row {
    const char* record;
    const char* result;
    const char* rua;
  };
  const Row rows[] = {
      {"v=TLSRPTv1; rua=mailto:a@example.com", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1;rua=mailto:a@example.com", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1; rua=mailto:a@example.com;", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1;\trua=mailto:a@example.com ; ", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1; rua=https://r.example.com/v1/tls?x=y", "valid",
       "https://r.example.com/v1/tls?x=y"},
      {"v=TLSRPTv1; rua=mailto:a@example.com , https://r.example.com/", "valid",
       "mailto:a@example.com https://r.example.com/"},
      {"v=TLSRPTv1; ext=1; rua=mailto:a@example.com", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1; rua=MAILTO:a@example.com", "valid", "MAILTO:a@example.com"},
      {"v=TLSRPTv1; rua=mailto:a@example.com,ftp://example.com/", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1 ; rua=mailto:a@example.com", "valid", "mailto:a@example.com"},
      {"v=TLSRPTv1; rua=https://user@r.example.com:8443/tls", "valid",
       "https://user@r.example.com:8443/tls"},
      {"v=TLSRPTv1; rua=https://[2001:db8::1]/tls", "valid", "https://[2001:db8::1]/tls"},
      {"v=TLSRPTv1; rua=https://[2001:db8::1", "invalid", ""},
      {"v=TLSRPTv1; rua=https://[192.0.2.1]/tls", "invalid", ""},
      {"v=TLSRPTv1; rua=https://:443/tls", "invalid", ""},
      {"v=TLSRPTv1; rua=mailto:a@b@example.com", "invalid", ""},
      {"v=TLSRPTv1; rua=", "invalid", ""},
      {"v=TLSRPTv1;", "invalid", ""},
      {"v=TLSRPTv1; RUA=mailto:a@example.com", "invalid", ""},
      {"v=TLSRPTv1; rua =mailto:a@example.com", "invalid", ""},
      {"v=TLSRPTv1; rua: mailto:a@example.com", "invalid", ""},
      {"v=TLSRPTv1; rua=a@example.com", "invalid", ""},
      {"v=TLSRPTv1; rua=mailto:example.com", "invalid", ""},
      {"v=TLSRPTv1; rua=mailto:@example.com", "invalid", ""},
      {"v=TLSRPTv1; rua=http://r.example.com/", "invalid", ""},
      {"v=TLSRPTv1; rua=mailto:a@example.com!10m", "invalid", ""},
      {"v=TLSRPTv1; rua=mailto:a@example.com; junk", "invalid", ""},
      {"v=tlsrptv1; rua=mailto:a@example.com", "none", ""},
      {"v=TLSRPTv2; rua=mailto:a@example.com", "none", ""},
      {"V=TLSRPTv1; rua=mailto:a@example.com", "none", ""},
      {" v=TLSRPTv1; rua=mailto:a@example.com", "none", ""},
      {"rua=mailto:a@example.com; v=TLSRPTv1;", "none", ""},
      {"v=TLSRPTv1", "none", ""},
      {"v=TLSRPTv10; rua=mailto:a@example.com", "none", ""},
      {"v=spf1 ?all", "none", ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.record);
    const Judgement seen = look({row.record});
    CHECK(seen.facts["result"].as_string() == row.result);
    std::string rua;
    for (const Value& each : seen.facts["rua"].items())
      (rua += rua.empty() ? "" : " ") += *each.as_string();
    CHECK(rua == row.rua);
  }
}

TEST_CASE("tls_rpt: exactly one record counts, unrelated ones do not") {
  const char* good = "v=TLSRPTv1; rua=mailto:a@example.com";
  CHECK(result({good, "v=spf1 ?all", "v=DMARC1;p=reject"}) == "valid");
  CHECK(result({good, "v=TLSRPTv1; rua=mailto:b@example.com"}) == "invalid");
  CHECK(has_finding(look({good, "v=TLSRPTv1; rua=mailto:b@example.com"}),
                    "tls-rpt-multiple-records"));
  CHECK(result({good, "v=TLSRPTv1 ; rua=mailto:b@example.com"}) == "valid");
}

TEST_CASE("tls_rpt: findings") {
  CHECK(severity(look({}), "tls-rpt-missing") == Severity::fail);
  CHECK(severity(look({}, "example.com"), "tls-rpt-missing") == Severity::advice);
  CHECK(severity(look({"v=TLSRPTv1;"}), "tls-rpt-invalid") == Severity::fail);
  CHECK(severity(look({"v=tlsrptv1; rua=mailto:a@b.example"}), "tls-rpt-version") ==
        Severity::advice);
  CHECK(severity(look({"v=TLSRPTv1; rua=mailto:a@b.example,x"}), "tls-rpt-rua-unusable") ==
        Severity::advice);
  CHECK(severity(look({"v=TLSRPTv1; rua=mailto:a@b.example; rua=mailto:c@d.example"}),
                 "tls-rpt-duplicate-rua") == Severity::advice);
  CHECK(severity(look({"v=TLSRPTv1 ; rua=mailto:a@b.example"}), "tls-rpt-blank-before-semicolon") ==
        Severity::advice);
}

TEST_CASE("tls_rpt: a domain that receives no mail needs none") {
  Table table;
  table.mx("council.gov.uk", 0, ".");
  const Judgement seen = table.judge(tls_rpt_check, "council.gov.uk");
  CHECK(seen.facts["result"].as_string() == "none");
  CHECK(seen.findings.empty());
}

TEST_CASE("tls_rpt: a failed look-up is unknown") {
  Table table;
  table.mx("council.gov.uk", 10, "mx.example.net");
  table.fail("_smtp._tls.council.gov.uk", DnsType::txt);
  const Judgement seen = table.judge(tls_rpt_check, "council.gov.uk");
  CHECK(!seen.level);
  CHECK(seen.facts["result"].as_string() == "temperror");
  CHECK(seen.facts["rua"].is_null());
}

TEST_CASE("tls_rpt: a retired mailbox is told by what its DNS still authorises") {
  const char* record = "v=TLSRPTv1; rua=mailto:tls@mailcheck.service.ncsc.gov.uk";
  CHECK(severity(look({record}), "tlsrpt-rua-retired") == Severity::advice);
  Table table;
  table.txt("_smtp._tls.council.gov.uk", record);
  table.txt("council.gov.uk._report._dmarc.mailcheck.service.ncsc.gov.uk", "v=DMARC1");
  CHECK(!has_finding(table.judge(tls_rpt_check, "council.gov.uk"), "tlsrpt-rua-retired"));
}

TEST_CASE("tls_rpt moves") {
  const Judgement good = look({"v=TLSRPTv1; rua=mailto:a@example.com"});
  const Judgement rewritten = look({"v=TLSRPTv1;rua=mailto:a@example.com;"});
  const Judgement other = look({"v=TLSRPTv1; rua=mailto:b@example.com"});
  const Judgement none = look({});
  const Domain domain = domain_named("council.gov.uk");
  const auto lost = compare_tls_rpt(domain, good, none);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].kind == "tlsrpt-removed");
  CHECK(lost[0].alert == AlertLevel::ticket);
  CHECK(lost[0].confirm == Confirmation::c2);
  CHECK(compare_tls_rpt(domain, good, rewritten).empty());
  CHECK(compare_tls_rpt(domain, good, other).at(0).kind == "neutral");
  CHECK(compare_tls_rpt(domain, none, good).at(0).kind == "improvement");
  Table down;
  down.fail("_smtp._tls.council.gov.uk", DnsType::txt);
  const auto unknown = compare_tls_rpt(domain, good, down.judge(tls_rpt_check, domain));
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].kind == "unknown");
  CHECK(unknown[0].alert == AlertLevel::none);
}
