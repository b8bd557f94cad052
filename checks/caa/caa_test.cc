#include "checks/caa/caa.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

void allow(Table& table, const char* name, const char* tag, const char* value,
           bool critical = false) {
  table.dns(name, DnsType::caa).caa.push_back({critical, tag, value});
}

std::string issue(const Judgement& seen) {
  std::string out;
  for (const Value& each : seen.facts["issue"].items())
    (out += out.empty() ? "" : " ") += *each.as_string();
  return out;
}

}  // namespace

TEST_CASE("caa: the closest record set upwards governs") {
  Table table;
  table.txt("mail.council.gov.uk", "here");
  CHECK(table.level(caa_check, "mail.council.gov.uk") == "absent");
  CHECK(has_finding(table.judge(caa_check, "mail.council.gov.uk"), "caa-missing"));
  allow(table, "gov.uk", "issue", "entrust.net");
  CHECK(issue(table.judge(caa_check, "mail.council.gov.uk")) == "entrust.net");
  allow(table, "council.gov.uk", "issue", "letsencrypt.org; validationmethods=dns-01");
  allow(table, "council.gov.uk", "iodef", "mailto:a@council.gov.uk");
  const Judgement seen = table.judge(caa_check, "mail.council.gov.uk");
  CHECK(issue(seen) == "letsencrypt.org");
  CHECK(seen.facts["owner"].as_string() == "council.gov.uk");
  CHECK(caa_check.level_name(seen.level) == "present");
}

TEST_CASE("caa: nobody may issue") {
  Table table;
  allow(table, "council.gov.uk", "issue", ";");
  CHECK(issue(table.judge(caa_check, "council.gov.uk")) == ";");
}

TEST_CASE("caa: a failed look-up is unknown") {
  Table table;
  table.fail("council.gov.uk", DnsType::caa);
  const Judgement seen = table.judge(caa_check, "council.gov.uk");
  CHECK(!seen.level);
  CHECK(seen.facts["issue"].is_null());
}

TEST_CASE("caa: an unknown critical property stops every authority") {
  Table table;
  allow(table, "council.gov.uk", "issue", "letsencrypt.org");
  allow(table, "council.gov.uk", "tbs", "x", true);
  CHECK(has_finding(table.judge(caa_check, "council.gov.uk"), "caa-unknown-critical"));
}

TEST_CASE("caa: the authority of the present certificate must be allowed") {
  struct Row {
    const char* issuer;
    const char* allowed;
    bool found;
  };
  for (const Row& row : {Row{"CN=R11,O=Let's Encrypt,C=US", "letsencrypt.org", false},
                         Row{"CN=R11,O=Let's Encrypt,C=US", "digicert.com", true},
                         Row{"CN=DigiCert TLS RSA,O=DigiCert Inc,C=US", "digicert.com", false},
                         Row{"CN=Somebody,O=Nobody Knows,C=US", "digicert.com", false}}) {
    CAPTURE(row.issuer);
    Table table;
    table.mx("council.gov.uk", 10, "mx.council.gov.uk");
    table.address("mx.council.gov.uk", "8.8.8.8");
    Certificate leaf = certificate_for("mx.council.gov.uk", table.now, table.now);
    leaf.issuer = row.issuer;
    table.smtp("mx.council.gov.uk", "8.8.8.8").tls->chain.sent = {
        std::make_shared<Certificate>(leaf)};
    allow(table, "council.gov.uk", "issue", row.allowed);
    CHECK(has_finding(table.judge(caa_check, "council.gov.uk"), "caa-issuer-not-allowed") ==
          row.found);
  }
}

TEST_CASE("caa: a wildcard certificate is issued by leave of issuewild") {
  struct Row {
    const char* name;
    const char* issue;
    const char* issuewild;  // empty: none
    bool found;
  };
  const char* const plain = "mx.council.gov.uk";
  const char* const wild = "*.council.gov.uk";
  for (const Row& row :
       {Row{wild, "digicert.com", "letsencrypt.org", false}, Row{wild, "digicert.com", "", true},
        Row{wild, "letsencrypt.org", "", false}, Row{wild, "", "digicert.com", true},
        Row{plain, "digicert.com", "letsencrypt.org", true}, Row{plain, "", "digicert.com", false},
        Row{plain, "LetsEncrypt.ORG ; x=y", "", false}}) {
    CAPTURE(row.name);
    CAPTURE(row.issue);
    Table table;
    table.mx("council.gov.uk", 10, "mx.council.gov.uk");
    table.address("mx.council.gov.uk", "8.8.8.8");
    Certificate leaf = certificate_for(row.name, table.now, table.now);
    leaf.issuer = "CN=R11,O=Let's Encrypt,C=US";
    table.smtp("mx.council.gov.uk", "8.8.8.8").tls->chain.sent = {
        std::make_shared<Certificate>(leaf)};
    if (*row.issue) allow(table, "council.gov.uk", "issue", row.issue);
    if (*row.issuewild) allow(table, "council.gov.uk", "issuewild", row.issuewild);
    CHECK(has_finding(table.judge(caa_check, "council.gov.uk"), "caa-issuer-not-allowed") ==
          row.found);
  }
}

TEST_CASE("caa moves") {
  Table with;
  allow(with, "council.gov.uk", "issue", "letsencrypt.org");
  Table without;
  const Domain domain = domain_named("council.gov.uk");
  const Judgement was = with.judge(caa_check, domain);
  const Judgement now = without.judge(caa_check, domain);
  const auto lost = compare_caa(domain, was, now);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0].kind == "caa-removed");
  CHECK(lost[0].alert == AlertLevel::info);
  CHECK(lost[0].confirm == Confirmation::c2);
  CHECK(compare_caa(domain, now, was).at(0).kind == "improvement");
  CHECK(compare_caa(domain, was, was).empty());
}
