#include "reports/tls_report.h"

#include <doctest/doctest.h>

#include "reports/test_reports.h"

using namespace mailfleet::reports;
using mailfleet::reports::test::replaced;
using mailfleet::reports::test::tls;

namespace {

Report good(const std::string& json) { return test::good(read_tls, json); }
std::string refused(const std::string& json) { return test::refused(read_tls, json); }

std::string refused_with(std::string_view part, std::string_view by) {
  return refused(replaced(tls(), part, by));
}

std::string policy(const std::string& domain, int good, int bad) {
  return R"({"policy":{"policy-type":"tlsa","policy-domain":")" + domain +
         R"("},"summary":{"total-successful-session-count":)" + std::to_string(good) +
         R"(,"total-failure-session-count":)" + std::to_string(bad) + "}}";
}

}  // namespace

TEST_CASE("tls reports: what is counted") {
  const Report report = good(tls());
  CHECK(report.kind == Kind::tls_rpt);
  CHECK(report.organisation == "Receiver");
  CHECK(report.id == "t-1");
  CHECK(mailfleet::to_text(report.ends) == "2026-11-20T23:59:59Z");
  REQUIRE(report.domains.size() == 1);
  const DomainReport& told = report.domains[0];
  CHECK(told.domain.text() == "council.gov.uk");
  CHECK(told.records == 1);
  CHECK(told.good == 5326);
  CHECK(told.bad == 303);
  CHECK(told.results.size() == 2);
  CHECK(told.results.at("certificate-expired") == 100);
  CHECK(told.results.at("starttls-not-supported") == 200);
}

TEST_CASE("tls reports: policies of one domain are added up, others stand apart") {
  const Report report = good(replaced(tls(), "\"policies\":[",
                                      "\"policies\":[" + policy("council.gov.uk", 1, 2) + "," +
                                          policy("other.example", 3, 4) + ","));
  REQUIRE(report.domains.size() == 2);
  CHECK(report.domains[0].records == 2);
  CHECK(report.domains[0].good == 5327);
  CHECK(report.domains[0].bad == 305);
  CHECK(report.domains[1].domain.text() == "other.example");
  CHECK(report.domains[1].good == 3);
}

TEST_CASE("tls reports: dates as RFC 3339 has them") {
  const auto ends = [](const std::string& text) {
    return good(replaced(tls(), "2026-11-20T23:59:59Z", text)).ends;
  };
  CHECK(mailfleet::to_text(ends("2026-11-20T23:59:59.999Z")) == "2026-11-20T23:59:59Z");
  CHECK(mailfleet::to_text(ends("2026-11-21T01:00:00+01:00")) == "2026-11-21T00:00:00Z");
  CHECK(mailfleet::to_text(ends("2026-11-20t19:30:00-04:30")) == "2026-11-21T00:00:00Z");
  for (const char* text :
       {"", "2026-11-20", "2026-11-20T23:59:59", "2026-11-20T23:59:59.Z",
        "2026-11-20T23:59:59+1:00", "2026-11-20T23:59:59+aa:00", "2026-02-30T00:00:00Z",
        "2026-11-20T24:00:00Z", "tomorrow at nine o'clock"})
    CHECK_MESSAGE(refused_with("2026-11-20T23:59:59Z", text)
                      .starts_with("\"end-datetime\" is no date and time of RFC 3339"),
                  text);
  CHECK(refused_with("2026-11-20T23:59:59Z", "2026-11-19T00:00:00Z") ==
        "the period ends before it begins");
}

TEST_CASE("tls reports: counts that are none refuse the report") {
  CHECK(refused_with(":5326", ":1000000000000") == "accepted");
  CHECK(refused_with(":5326", ":9223372036854775808") ==
        "policy 1: \"total-successful-session-count\" is more than can be");
  CHECK(refused_with(":5326", ":1000000000001") ==
        "policy 1: \"total-successful-session-count\" is more than can be");
  for (const char* text : {":-1", ":1.5", ":1e400", ":\"5326\"", ":null", ":[]", ":true"})
    CHECK_MESSAGE(refused_with(":5326", text) != "accepted", text);
  CHECK(refused_with(":303", ":\"303\"") ==
        "policy 1: \"total-failure-session-count\" is no count");
  CHECK(refused_with("\"policies\":[",
                     "\"policies\":[" +
                         replaced(policy("council.gov.uk", 1, 2), ":1,", ":1000000000000,") +
                         ",") == "the number of sessions is more than can be");
  CHECK(refused_with("count\":200", "count\":-200") ==
        "policy 1: \"failed-session-count\" is no count");
}

TEST_CASE("tls reports: what is missing or of another kind is named") {
  CHECK(refused("").starts_with("is not JSON: "));
  CHECK(refused("[]") == "is no TLS report: no object at the top");
  CHECK(refused("{}") == "the report has no \"organization-name\"");
  CHECK(refused_with("\"report-id\":\"t-1\"", "\"report-id\":7") ==
        "the report: \"report-id\" is no text");
  CHECK(refused_with("\"policies\":[", "\"policies\":[],\"x\":[") == "\"policies\" is empty");
  CHECK(refused_with("\"policies\":[", "\"policies\":{},\"x\":[") == "\"policies\" is no list");
  CHECK(refused_with("\"policies\":[", "\"policies\":[1,") == "policy 1 is no object");
  CHECK(refused_with("\"summary\"", "\"sum\"") == "policy 1 has no \"summary\"");
  CHECK(refused_with("council.gov.uk", "a b") ==
        "policy 1: \"policy-domain\" is no domain name: \"a b\"");
  CHECK(refused_with("certificate-expired", "<script>") ==
        "policy 1: \"result-type\" is no word: \"<script>\"");
  CHECK(refused_with("\"failure-details\":[", "\"failure-details\":{},\"x\":[") ==
        "policy 1: \"failure-details\" is no list");
  CHECK(refused_with("\"failure-details\":[", "\"failure-details\":null,\"x\":[") == "accepted");
  CHECK(refused_with("\"t-1\"", "\"t\\u202e1\"").starts_with("\"report-id\" is too long"));
  CHECK(refused_with("\"t-1\"", "\"t\xff\"").starts_with("is not JSON: "));
}

TEST_CASE("tls reports: hostile JSON") {
  CHECK(refused(std::string(100'000, '[')).starts_with("is not JSON: "));
  CHECK(refused(std::string((8 << 20) + 1, ' ')) == "is too large for a TLS report");
  std::string types;
  for (int i = 0; i < 65; ++i)
    types += R"({"failed-session-count":1,"result-type":"t)" + std::to_string(i) + "\"},";
  CHECK(refused_with("\"failure-details\":[", "\"failure-details\":[" + types) ==
        "has more than 64 result types");
  std::string policies;
  for (int i = 0; i < 1001; ++i) policies += policy("council.gov.uk", 1, 0) + ",";
  CHECK(refused_with("\"policies\":[", "\"policies\":[" + policies) ==
        "has more than 1000 policies");
}
