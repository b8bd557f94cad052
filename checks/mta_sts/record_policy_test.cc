#include <doctest/doctest.h>

#include "checks/mta_sts/idn.h"
#include "checks/mta_sts/policy.h"
#include "checks/mta_sts/record.h"

using namespace mailfleet;
using namespace mailfleet::mta_sts;

TEST_CASE("mta_sts: the record") {
  using enum RecordResult;
  struct {
    std::vector<std::string> txt;
    RecordResult result;
    const char* id = "";
    const char* reason = "";
  } rows[] = {
      {{"v=STSv1; id=20260101T000000;"}, valid, "20260101T000000"},
      {{"v=STSv1;id=1"}, valid, "1"},
      {{"v=STSv1; id=1 ; "}, valid, "1"},
      {{"v=STSv1;\tid=1;"}, valid, "1"},
      {{"v=STSv1; x=y; id=1"}, valid, "1"},
      {{"v=STSv1; id=1; a.b-c_d=!#~"}, valid, "1"},
      {{"v=STSv1; id=1; id=2"}, valid, "1"},
      {{"v=STSv1; id=1; id=2-3"}, valid, "1"},
      {{"v=STSv1; id=1; id=2 3"}, invalid, "", "syntax"},
      {{"v=STSv1; id=2-3; id=1"}, invalid, "", "id"},
      {{"v=STSv1; id=12345678901234567890123456789012"}, valid, "12345678901234567890123456789012"},
      {{"v=STSv1; id=123456789012345678901234567890123"}, invalid, "", "id"},
      {{"v=STSv1; id=1 2;"}, invalid, "", "id"},
      {{"v=STSv1; id=;"}, invalid, "", "id"},
      {{"v=STSv1; id=2026-01-01"}, invalid, "", "id"},
      {{"v=STSv1; id= 1"}, invalid, "", "id"},
      {{"v=STSv1; id =1"}, invalid, "", "syntax"},
      {{"v=STSv1; ID=1"}, invalid, "", "id"},
      {{"v=STSv1;"}, invalid, "", "id"},
      {{"v=STSv1"}, invalid, "", "syntax"},
      {{"v=STSv1 id=1"}, invalid, "", "syntax"},
      {{"v=STSv1; id=1;;"}, invalid, "", "syntax"},
      {{"v=STSv1;; id=1"}, invalid, "", "syntax"},
      {{"v=STSv1; id=1; stray"}, invalid, "", "syntax"},
      {{"v=STSv1; id=1; x="}, invalid, "", "syntax"},
      {{"v=STSv1; id=1; x=a=b"}, invalid, "", "syntax"},
      {{"v=STSv1; id=1; _x=a"}, invalid, "", "syntax"},
      {{"v=STSv1; id=1 "}, invalid, "", "syntax"},
      {{"V=STSv1; id=1"}, invalid, "", "version"},
      {{"v=stsv1; id=1"}, invalid, "", "version"},
      {{" v=STSv1; id=1"}, invalid, "", "version"},
      {{"\"v=STSv1; id=1\""}, invalid, "", "version"},
      {{"id=1; v=STSv1"}, none},
      {{"v=STSv2; id=1"}, none},
      {{"v=spf1 -all"}, none},
      {{"v=DMARC1; p=reject", "v=spf1 ?all"}, none},
      {{}, none},
      {{"v=spf1 -all", "v=STSv1; id=7;"}, valid, "7"},
      {{"v=STSv1; id=1", "v=STSv1; id=1"}, invalid, "", "multiple-records"},
      {{"v=STSv1; id=1", "v=STSv1 ; id=2"}, valid, "1"},
      {{"v=STSv1; id=1", "v=stsv1; id=2"}, valid, "1"},
      {{"v=STSv1 ; id=2"}, valid, "2"},
      {{"v=STSv1 ; id=2", "v=STSv1 ; id=3"}, invalid, "", "multiple-records"},
      {{"v=STSv1; id=1", "v=STSv1; bad"}, invalid, "", "multiple-records"},
  };
  for (const auto& row : rows) {
    CAPTURE((row.txt.empty() ? "" : row.txt[0]));
    const RecordReading reading = read_records(row.txt);
    CHECK(static_cast<int>(reading.result) == static_cast<int>(row.result));
    CHECK(reading.id == row.id);
    CHECK(reading.reason == row.reason);
  }
  CHECK(read_records({"v=STSv1 ; id=2"}).blank_before_semicolon);
  CHECK(!read_records({"v=STSv1; id=2"}).blank_before_semicolon);
}

TEST_CASE("mta_sts: the policy file") {
  const std::string enforce = "version: STSv1\nmode: enforce\nmx: mail.example.com\n";
  struct {
    std::string body;
    const char* reason;
    const char* mode = "";
    int64_t max_age = 0;
    size_t mx = 0;
  } rows[] = {
      {"version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: "
       "604800\r\n",
       "", "enforce", 604800, 2},
      {"max_age: 604800\nmx: mail.example.com\nmode: enforce\nversion: STSv1\n", "", "enforce",
       604800, 1},
      {"version: STSv1\nmode: none\nmax_age: 86400\n", "", "none", 86400, 0},
      {"version: STSv1\nmode: none\nmx: mail.example.com\nmax_age: 86400", "", "none", 86400, 1},
      {enforce + "max_age: 0\n", "", "enforce", 0, 1},
      {enforce + "max_age: 3600", "", "enforce", 3600, 1},
      {enforce + "max_age:3600", "", "enforce", 3600, 1},
      {enforce + "max_age:\t3600  \t", "", "enforce", 3600, 1},
      {enforce + "max_age: 31557600", "", "enforce", 31557600, 1},
      {enforce + "max_age: 31557601", "", "enforce", 31557600, 1},
      {enforce + "max_age: 9999999999", "", "enforce", 31557600, 1},
      {enforce + "max_age: 0000000007", "", "enforce", 7, 1},
      {enforce + "max_age: 10000000000", "max_age", "enforce", 0, 1},
      {enforce + "max_age: -1", "max_age", "enforce", 0, 1},
      {enforce + "max_age: 1.5", "max_age", "enforce", 0, 1},
      {enforce + "max_age: 1 day", "max_age", "enforce", 0, 1},
      {enforce + "max_age:", "max_age", "enforce", 0, 1},
      {enforce, "max_age", "enforce", 0, 1},
      {"version: STSv1\nmode: testing\nmode: enforce\nmx: mail.example.com\nmax_age: 86400\n", "",
       "testing", 86400, 1},
      {enforce + "max_age: 1\nmax_age: 2\n", "", "enforce", 1, 1},
      {enforce + "max_age: 1\nversion: STSv2\n", "", "enforce", 1, 1},
      {"version: STSv2\nversion: STSv1\nmode: none\nmax_age: 1\n", "version", "none", 1, 0},
      {"version: stsv1\nmode: none\nmax_age: 1\n", "version", "none", 1, 0},
      {"mode: none\nmax_age: 1\n", "version", "none", 1, 0},
      {"version: STSv1\nmax_age: 1\nmx: a.example\n", "mode", "", 1, 1},
      {"version: STSv1\nmode: Enforce\nmax_age: 1\nmx: a.example\n", "mode", "Enforce", 1, 1},
      {"version: STSv1\nmode: report\nmax_age: 1\nmx: a.example\n", "mode", "report", 1, 1},
      {"version: STSv1\nmode:\nmax_age: 1\nmx: a.example\n", "mode", "", 1, 1},
      {"Version: STSv1\nmode: none\nmax_age: 1\n", "version", "none", 1, 0},
      {"version: STSv1\nMode: none\nmax_age: 1\n", "mode", "", 1, 0},
      {"version: STSv1\nmode: enforce\nmax_age: 1\n", "mx", "enforce", 1, 0},
      {"version: STSv1\nmode: testing\nmax_age: 1\n", "mx", "testing", 1, 0},
      {enforce + "max_age: 1\nfuture: something\n", "", "enforce", 1, 1},
      {enforce + "max_age: 1\nfuture_field.x: \xc3\xa9\n", "", "enforce", 1, 1},
      {enforce + "max_age: 1\nno colon here\n", "line", "enforce", 1, 1},
      {enforce + "max_age: 1\n: x\n", "line", "enforce", 1, 1},
      {"version : STSv1\nmode: none\nmax_age: 1\n", "line", "none", 1, 0},
      {"\n" + enforce + "\nmax_age: 1\n\n", "", "enforce", 1, 1},
      {"  version: STSv1\n\tmode: none\n max_age: 1\n", "", "none", 1, 0},
      {"version: STSv1\rmode: none\rmax_age: 1\r", "version", "", 0, 0},
      {"\xef\xbb\xbfversion: STSv1\nmode: none\nmax_age: 1\n", "line", "none", 1, 0},
      {"<html><body>Not found</body></html>", "line"},
      {"", "empty"},
      {"\n", "version"},
      {enforce + "max_age: 1\nmx: *.*.example.com\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: mail.*.com\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: *\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: .example.com\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: mail_.example.com\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: -mail.example.com\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: a.example b.example\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: a.example, b.example\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: <mail.example.com>\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx:\n", "mx", "enforce", 1, 1},
      {enforce + "max_age: 1\nmx: mail.example.com.\n", "", "enforce", 1, 2},
      {enforce + "max_age: 1\nmx: mail.b\xc3\xbc"
                 "cher.example\n",
       "", "enforce", 1, 2},
  };
  for (const auto& row : rows) {
    CAPTURE(row.body);
    const Policy policy = parse_policy(row.body);
    CHECK(policy.reason == row.reason);
    CHECK(policy.valid == (*row.reason == '\0'));
    CHECK(policy.mode == row.mode);
    CHECK(policy.max_age_seconds == row.max_age);
    CHECK(policy.mx.size() == row.mx);
  }
  CHECK(parse_policy("\nversion: STSv1\nmode: none\nmax_age: 1\n").blanks);
  CHECK(!parse_policy("version: STSv1 \nmode: none\nmax_age: 1").blanks);
  CHECK(parse_policy("version: STSv1\nmode: none\nmode: none\nmax_age: 1").duplicates);
  CHECK(parse_policy("version: STSv1\nmode: none\nmax_age: 99999999").max_age_capped);
}

TEST_CASE("mta_sts: which hosts a pattern covers (RFC 8461 §4.1)") {
  struct {
    const char* pattern;
    const char* host;
    bool match;
  } rows[] = {
      {"mail.example.com", "mail.example.com", true},
      {"mail.example.com", "mail.example.com.", true},
      {"mail.example.com.", "mail.example.com", true},
      {"MAIL.Example.COM", "mail.example.com", true},
      {"mail.example.com", "MAIL.EXAMPLE.COM", true},
      {"mail.example.com", "evilmail.example.com", false},
      {"mail.example.com", "x.mail.example.com", false},
      {"mail.example.com", "example.com", false},
      {"mail.example.com", "mail.example.com.evil.example", false},
      {"*.example.com", "mail.example.com", true},
      {"*.example.com", "a.b.example.com", false},
      {"*.example.com", "example.com", false},
      {"*.example.com", "mail.badexample.com", false},
      {"*.EXAMPLE.com", "Mail.example.COM", true},
      {"*.com", "example.com", true},
      {"*.mail.protection.outlook.com", "example-gov-uk.mail.protection.outlook.com", true},
      {"*.xn--bcher-kva.example", "mail.xn--bcher-kva.example", true},
      {"mail.b\xc3\xbc"
       "cher.example",
       "mail.xn--bcher-kva.example", true},
      {"*.b\xc3\xbc"
       "cher.example",
       "mail.xn--bcher-kva.example", true},
      {"mail.bucher.example", "mail.xn--bcher-kva.example", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.host);
    const auto pattern = parse_pattern(row.pattern);
    REQUIRE(pattern);
    CHECK(matches(*pattern, *Name::parse(row.host)) == row.match);
  }
}

TEST_CASE("mta_sts: U-labels to A-labels") {
  struct {
    const char* from;
    const char* to;
  } rows[] = {
      {"example.com", "example.com"},
      {"b\xc3\xbc"
       "cher.example",
       "xn--bcher-kva.example"},
      {"m\xc3\xbcnchen.de", "xn--mnchen-3ya.de"},
      {"\xe4\xbe\x8b\xe3\x81\x88.\xe3\x83\x86\xe3\x82\xb9\xe3\x83\x88", "xn--r8jz45g.xn--zckzah"},
      {"\xff.example", nullptr},
  };
  for (const auto& row : rows) {
    const auto out = to_a_labels(row.from);
    CHECK(out.has_value() == (row.to != nullptr));
    if (out && row.to) CHECK(*out == row.to);
  }
}
