#include "monitor/fleet_import.h"

#include <doctest/doctest.h>

#include "monitor/operator_error.h"

namespace mailfleet {
namespace {

FleetList import_auto(std::string_view text, std::string_view name = "list") {
  return import_fleet(text, name, "auto");
}

}  // namespace

TEST_CASE("fleet import: ukps-domains") {
  const FleetList list = import_auto(R"({
  "version": "0.1.0",
  "domains": [
    {"domain_pattern": "*.gov.wales", "organisation_type_id": "devolved_wildcard", "notes": null},
    {"domain_pattern": "Cardiff.gov.uk", "organisation_type_id": "local_authority",
     "notes": "Local authority: Cardiff"},
    {"domain_pattern": "example.org.uk", "organisation_type_id": null, "notes": null},
    7
  ]
})");
  REQUIRE(list.accepted.size() == 2);
  CHECK(list.accepted[0].name.text() == "cardiff.gov.uk");
  CHECK(list.accepted[0].organisation == "Cardiff");
  CHECK(list.accepted[0].sector == "local-authority");
  CHECK(list.accepted[1].sector.empty());
  REQUIRE(list.rejected.size() == 2);
  CHECK(list.rejected[0] ==
        RejectedLine{4, "*.gov.wales", "a pattern, not a domain; list each domain"});
  CHECK(list.rejected[1].reason == "not an object with \"domain_pattern\"");
}

TEST_CASE("fleet import: the .gov list") {
  const FleetList list = import_auto(
      "Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact "
      "email\n"
      "acus.gov,Federal - Executive,\"Conference, The\",,Washington,DC,info@acus.gov\n"
      "amtrakoig.gov,Federal - Executive,AMTRAK,,Washington,DC,(blank)\n"
      "gov,x,,,,,\n",
      "current-full.csv");
  REQUIRE(list.accepted.size() == 2);
  CHECK(list.accepted[0].organisation == "Conference, The");
  CHECK(list.accepted[0].sector == "Federal - Executive");
  CHECK(list.accepted[0].contact == "info@acus.gov");
  CHECK(list.accepted[1].contact.empty());
  CHECK(list.rejected.at(0).line == 4);
}

TEST_CASE("fleet import: the EFF's policy.json") {
  const FleetList list = import_auto(
      "{\"timestamp\":\"2026-01-01T00:00:00Z\",\"version\":\"0.1\",\"policy-aliases\":{},"
      "\n\"policies\":{\n"
      "\"eff.org\":{\"mode\":\"enforce\",\"mxs\":[\".eff.org\"]},\n\"a..b\":{\"policy-alias\":"
      "\"x\"}}}");
  REQUIRE(list.accepted.size() == 1);
  CHECK(list.accepted[0].name.text() == "eff.org");
  CHECK(list.rejected.at(0).line == 4);
}

TEST_CASE("fleet import: our own formats, and files that are none") {
  CHECK(import_auto("domain,sector\na.example,x\n").accepted.at(0).sector == "x");
  CHECK(import_auto("a.example\n").accepted.size() == 1);
  CHECK_THROWS_AS(import_auto("{\"domains\":"), OperatorError);
  CHECK_THROWS_WITH_AS(import_auto("{\"a\":1}"), "list: no list of \"domains\" in it",
                       OperatorError);
  CHECK_THROWS_WITH_AS(import_fleet("a,b\n", "x.csv", "dotgov"),
                       "x.csv: no column \"Domain name\" in the first line", OperatorError);
  CHECK_THROWS_AS(import_fleet("[]", "x", "starttls-everywhere"), OperatorError);
}

}  // namespace mailfleet
