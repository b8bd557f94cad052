#include "reports/dmarc_aggregate.h"

#include <doctest/doctest.h>

#include "reports/test_reports.h"

using namespace mailfleet::reports;
using mailfleet::reports::test::dmarc;
using mailfleet::reports::test::record;
using mailfleet::reports::test::replaced;

namespace {

Report good(const std::string& xml) { return test::good(read_dmarc, xml); }
std::string refused(const std::string& xml) { return test::refused(read_dmarc, xml); }

std::string refused_without(std::string_view part, std::string_view by = "") {
  return refused(replaced(dmarc(), part, by));
}

}  // namespace

TEST_CASE("dmarc reports: what is counted") {
  const Report report = good(dmarc(record("192.0.2.1", "10", "none", "pass", "fail") +
                                   record("192.0.2.1", "4", "none", "fail", "pass") +
                                   record("2001:db8::1", "3", "quarantine", "fail", "fail") +
                                   record("::ffff:192.0.2.9", "2", "reject", "fail", "fail") +
                                   record("192.0.2.9", "1", "reject", "fail", "fail")));
  CHECK(report.kind == Kind::dmarc);
  CHECK(report.organisation == "Receiver & Sons");
  CHECK(report.id == "r-1");
  CHECK(mailfleet::to_text(report.begins) == "2026-11-20T00:00:00Z");
  CHECK(mailfleet::to_text(report.ends) == "2026-11-20T23:59:59Z");
  REQUIRE(report.domains.size() == 1);
  const DomainReport& told = report.domains[0];
  CHECK(told.domain.text() == "council.gov.uk");
  CHECK(told.records == 5);
  CHECK(told.good == 14);
  CHECK(told.bad == 6);
  CHECK(told.results.at("none") == 14);
  CHECK(told.results.at("quarantine") == 3);
  CHECK(told.results.at("reject") == 3);
  CHECK(told.failing_sources.size() == 2);  // one of them in two spellings
}

TEST_CASE("dmarc reports: both forms, and what people write") {
  const std::string xml = dmarc();
  CHECK(good(replaced(xml, "<feedback>", "<feedback xmlns=\"urn:ietf:params:xml:ns:dmarc-2.0\">"))
            .id == "r-1");
  CHECK(good(replaced(xml, "<disposition>none<", "<disposition>pass<"))
            .domains[0]
            .results.at("none") == 10);
  CHECK(
      good(replaced(xml, "<p>", "<testing>n</testing><discovery_method>psl</discovery_method><p>"))
          .id == "r-1");
  CHECK(good("<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<!-- made by hand -->\n" + xml).id ==
        "r-1");
  CHECK(good(replaced(xml, "<count>10<", "<count>\n 10 <")).domains[0].good == 10);
  CHECK(good(replaced(xml, ">r-1<", "><![CDATA[<r&1>]]><")).id == "<r&1>");
  CHECK(good(replaced(xml, ">council.gov.uk<", ">Council.GOV.uk.<")).domains[0].domain.text() ==
        "council.gov.uk");
  CHECK(good(replaced(xml, "<spf>fail</spf>", "")).domains[0].good == 10);
  CHECK(good(replaced(xml, "<dkim>pass</dkim>", "<dkim/>")).domains[0].bad == 10);
  CHECK(good(replaced(xml, "<dkim>pass<", "<dkim>Pass<")).domains[0].good == 10);
  const std::string prefixed = replaced(replaced(xml, "<feedback>", "<d:feedback xmlns:d=\"x\">"),
                                        "</feedback>", "</d:feedback>");
  CHECK(good(prefixed).id == "r-1");
}

TEST_CASE("dmarc reports: counts that are none refuse the report") {
  const auto counted = [](const std::string& count) {
    return refused(dmarc(record("192.0.2.1", count, "none", "pass", "pass")));
  };
  CHECK(counted("0") == "accepted");
  CHECK(counted("1000000000000") == "accepted");
  CHECK(counted("1000000000001") == "record 1: <count> is more than can be: \"1000000000001\"");
  CHECK(counted("9223372036854775808") ==
        "record 1: <count> is more than can be: \"9223372036854775808\"");
  CHECK(counted("99999999999999999999999999") ==
        "record 1: <count> is more than can be: \"99999999999999999999999999\"");
  for (const char* text : {"", "-1", "+1", "1.0", "1e3", "0x10", "ten", "1 2", "１"})
    CHECK_MESSAGE(counted(text).starts_with("record 1: <count> is no count: "), text);
  CHECK(refused(dmarc(record("192.0.2.1", "600000000000", "none", "pass", "pass") +
                      record("192.0.2.1", "600000000000", "none", "pass", "pass"))) ==
        "the number of messages is more than can be");
  CHECK(refused(dmarc(record("192.0.2.1", "600000000000", "none", "pass", "pass") +
                      record("192.0.2.1", "600000000000", "reject", "fail", "fail"))) ==
        "the number of messages is more than can be");
  CHECK(counted("<b>1</b>") == "record 1: <count> is not plain text");
  CHECK(counted("1</count><count>2") == "record 1 has two <count>");
}

TEST_CASE("dmarc reports: what is missing or makes no sense is named") {
  CHECK(refused_without("<org_name>Receiver &amp; Sons</org_name>") ==
        "<report_metadata> has no <org_name>");
  CHECK(refused_without("<report_id>r-1</report_id>", "<report_id> </report_id>") ==
        "<report_id> is empty");
  CHECK(refused_without(">r-1<", ">r\x1b[31m<")
            .starts_with("<report_id> is too long or has characters that cannot be shown"));
  CHECK(refused_without(">r-1<", ">" + std::string(256, 'x') + "<")
            .starts_with("<report_id> is too long"));
  CHECK(refused_without(">council.gov.uk<", ">council gov uk<") ==
        "<domain> is no domain name: \"council gov uk\"");
  CHECK(refused_without("<policy_published>", "<policy_published/><policy_published>") ==
        "<feedback> has two <policy_published>");
  CHECK(refused_without("<end>1795219199<", "<end>1795132799<") ==
        "the period ends before it begins");
  CHECK(refused_without("<begin>1795132800<", "<begin>1700000000<") ==
        "the period is longer than 31 days");
  CHECK(refused_without("<begin>1795132800<", "<begin>2026-11-20<") ==
        "<date_range>: <begin> is no count: \"2026-11-20\"");
  CHECK(refused_without("<source_ip>192.0.2.1<", "<source_ip>mail.example<") ==
        "record 1: <source_ip> is no address: \"mail.example\"");
  CHECK(refused_without("<disposition>none<", "<disposition>bounce<") ==
        "record 1: <disposition> is \"bounce\", expected none, pass, quarantine or reject");
  CHECK(refused_without("<dkim>pass<", "<dkim>maybe<") ==
        "record 1: <dkim> is \"maybe\", expected pass or fail");
  CHECK(refused_without("<dkim>pass</dkim><spf>fail</spf>") ==
        "record 1: neither <dkim> nor <spf> says pass or fail");
  CHECK(refused(dmarc("")) == "has no <record>");
}

TEST_CASE("dmarc reports: hostile XML") {
  CHECK(refused("<!DOCTYPE feedback [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]>" + dmarc()) ==
        "has a document type, which no report needs");
  CHECK(refused("<!DOCTYPE feedback SYSTEM \"file:///etc/passwd\">" + dmarc()) ==
        "has a document type, which no report needs");
  // An entity nobody declared stays the text it is.
  CHECK(good(replaced(dmarc(), ">r-1<", ">&passwd;<")).id == "&passwd;");
  CHECK(refused("<html></html>") == "is no DMARC report: the root is not <feedback>");
  CHECK(refused(dmarc() + dmarc()) == "is not XML: two elements at the top");
  CHECK(refused(dmarc().substr(0, 300)).starts_with("is not XML: "));
  CHECK(refused(dmarc() + std::string(1, '\0')) == "is not XML: has a NUL");
  std::string deep = "<feedback>";
  for (int i = 0; i < 900'000; ++i) deep += "<a>";
  CHECK(refused(deep).starts_with("is not XML: "));
  for (int i = 0; i < 900'000; ++i) deep += "</a>";
  CHECK(refused(deep + "</feedback>") == "<feedback> has no <report_metadata>");
  CHECK(refused(std::string(2'000'001, '<')) == "has more than 2000000 tags");
  CHECK(refused(std::string((32 << 20) + 1, ' ')) == "is too large for a report");
}
