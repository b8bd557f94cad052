#include "checks/dmarc/reports.h"

#include <doctest/doctest.h>

#include "checks/dmarc/dmarc.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

std::string authorised(Table& table, std::string_view domain, std::string_view uri) {
  table.txt("_dmarc." + std::string(domain), "v=DMARC1; p=reject; rua=" + std::string(uri));
  table.address("red.example.net", "192.0.2.1");
  table.suffix("gov.uk");
  return to_json(table.judge(dmarc_check, domain).facts["rua"].items().at(0)["authorised"]);
}

}  // namespace

TEST_CASE("dmarc: report URIs (RFC 7489 §6.4, RFC 6068)") {
  struct {
    const char* value;
    size_t good;
    size_t bad;
    const char* first = "";
    const char* host = "";
  } rows[] = {
      {"mailto:d@example.com", 1, 0, "mailto:d@example.com", "example.com"},
      {"MAILTO:d@Example.COM", 1, 0, "MAILTO:d@Example.COM", "example.com"},
      {"mailto:a@example.com , mailto:b@example.com", 2, 0, "mailto:a@example.com", "example.com"},
      {"mailto:a@example.com,b@example.com", 1, 1, "mailto:a@example.com", "example.com"},
      {"mailto:a%40b@example.com", 0, 1},
      {"mailto:a%2Cb@example.com", 0, 1},
      {"mailto:a%21b@example.com", 1, 0, "mailto:a%21b@example.com", "example.com"},
      {"mailto:a%zz@example.com", 0, 1},
      {"mailto:d%40example.com", 1, 0, "mailto:d%40example.com", "example.com"},
      {"mailto:d@example.com?subject=x", 1, 0, "mailto:d@example.com?subject=x", "example.com"},
      {"mailto:d@example.com!50k", 1, 0, "mailto:d@example.com", "example.com"},
      {"mailto:d@example.com!50", 1, 0, "mailto:d@example.com", "example.com"},
      {"mailto:d@example.com!", 0, 1},
      {"mailto:d@example.com!k", 0, 1},
      {"mailto:d@example.com!5x", 0, 1},
      {"mailto:d@exa mple.com", 0, 1},
      {"mailto:<d@example.com>", 0, 1},
      {"mailto:", 0, 1},
      {"mail:to@example.com", 1, 0, "mail:to@example.com", ""},
      {"https://r.example.com/x?y=1", 1, 0, "https://r.example.com/x?y=1", "r.example.com"},
      {"https://user@r.example.com:8443/", 1, 0, "https://user@r.example.com:8443/",
       "r.example.com"},
      {"://x", 0, 1},
      {"1http://x", 0, 1},
      {"", 0, 1},
      {",", 0, 2},
      {"mailto:d@example.com,", 1, 1, "mailto:d@example.com", "example.com"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.value);
    std::vector<std::string> bad;
    const auto uris = dmarc::parse_report_uris(row.value, bad);
    CHECK(uris.size() == row.good);
    CHECK(bad.size() == row.bad);
    if (uris.empty()) continue;
    CHECK(uris[0].uri == row.first);
    CHECK((uris[0].host ? uris[0].host->text() : "") == row.host);
  }
}

TEST_CASE("dmarc: reports within one organisation need no leave") {
  struct {
    const char* domain;
    const char* uri;
  } rows[] = {
      {"example.com", "mailto:d@example.com"},
      {"example.com", "mailto:d@reports.example.com"},
      {"mail.example.com", "mailto:d@example.com"},
      {"a.example.com", "mailto:d@b.example.com"},
      {"council.gov.uk", "mailto:d@mail.council.gov.uk"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.uri);
    Table table;
    CHECK(authorised(table, row.domain, row.uri) == "true");
  }
}

TEST_CASE("dmarc: reports to others need their word") {
  struct {
    const char* answer;
    const char* expect;
  } rows[] = {
      {"v=DMARC1", "true"},
      {"v=DMARC1;", "true"},
      {"v=DMARC1; rua=mailto:x@red.example.net", "true"},
      {"v=dmarc1", "false"},
      {"", "false"},
      {"v=spf1 -all", "false"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.answer);
    Table table;
    table.txt("blue.example.com._report._dmarc.red.example.net", row.answer);
    CHECK(authorised(table, "blue.example.com", "mailto:r@red.example.net") == row.expect);
  }
  Table none;
  CHECK(authorised(none, "blue.example.com", "mailto:r@red.example.net") == "false");
  CHECK(has_finding(none.judge(dmarc_check, "blue.example.com"), "dmarc-rua-unauthorised"));
  // Two councils under one suffix are two organisations.
  Table councils;
  CHECK(authorised(councils, "one.gov.uk", "mailto:r@two.gov.uk") == "false");
  Table wales;
  CHECK(authorised(wales, "one.gov.wales", "mailto:r@two.gov.wales") == "false");
}

TEST_CASE("dmarc: the tree walk may show one organisation where the list shows two") {
  Table table;
  table.txt("_dmarc.gov.uk", "v=DMARC1; p=reject");
  CHECK(authorised(table, "one.gov.uk", "mailto:r@two.gov.uk") == "true");
}

TEST_CASE("dmarc: leave that cannot be looked up is unknown, and no fault") {
  Table table;
  table.fail("blue.example.com._report._dmarc.red.example.net", DnsType::txt);
  CHECK(authorised(table, "blue.example.com", "mailto:r@red.example.net") == "null");
  CHECK(!has_finding(table.judge(dmarc_check, "blue.example.com"), "dmarc-rua-unauthorised"));
}

TEST_CASE("dmarc: an inherited policy asks in its own domain's name") {
  Table table;
  table.txt("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:r@red.example.net");
  table.txt("example.com._report._dmarc.red.example.net", "v=DMARC1");
  table.address("red.example.net", "192.0.2.1");
  table.address("mail.example.com", "192.0.2.1");
  const Judgement judgement = table.judge(dmarc_check, "mail.example.com");
  CHECK(to_json(judgement.facts["rua"]) ==
        R"([{"uri":"mailto:r@red.example.net","authorised":true}])");
}

TEST_CASE("dmarc: the mailbox of an ended service is retired once it declines") {
  Reference reference;
  reference.retired_mailbox_hosts = {"service.example.net"};
  Domain domain = domain_named("blue.example.com");
  domain.reference = &reference;
  Table table;
  table.txt("_dmarc.blue.example.com",
            "v=DMARC1; p=reject; rua=mailto:r@dmarc.service.example.net");
  CHECK(has_finding(table.judge(dmarc_check, domain), "dmarc-rua-retired"));
  table.txt("blue.example.com._report._dmarc.dmarc.service.example.net", "v=DMARC1");
  CHECK(!has_finding(table.judge(dmarc_check, domain), "dmarc-rua-retired"));
}

TEST_CASE("dmarc: a hundred report hosts are not all asked") {
  std::string record = "v=DMARC1; p=reject; rua=";
  for (int i = 0; i < 100; ++i)
    record += "mailto:r@h" + std::to_string(i) + ".example" + std::to_string(i) + ",";
  record += "mailto:d@example.com";
  Table table;
  table.txt("_dmarc.example.com", record);
  const Judgement judgement = table.judge(dmarc_check, "example.com");
  CHECK(judgement.level.has_value());
  CHECK(judgement.facts["rua"].items().size() == 101);
  CHECK(judgement.facts["rua"].items().back()["authorised"].is_null());
}
