#include "monitor/report_import.h"

#include <doctest/doctest.h>

#include "monitor/store/database.h"
#include "monitor/store/report_rows.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;
using reports::DomainReport;
using reports::Kind;
using reports::Report;

namespace {

const Time now = *parse_time("2026-11-24T12:00:00Z");
const Name council = *Name::parse("council.gov.uk");
const Name stranger = *Name::parse("stranger.example");

Report report(Kind kind, const std::string& id, const std::vector<Name>& domains) {
  Report out{.kind = kind,
             .organisation = "Receiver",
             .id = id,
             .begins = *parse_time("2026-11-23T00:00:00Z"),
             .ends = *parse_time("2026-11-23T23:59:59Z")};
  for (const Name& name : domains) {
    DomainReport& told = out.domains.emplace_back(name);
    told.records = 2;
    told.good = 7;
    told.bad = 3;
    if (kind == Kind::dmarc)
      told.results = {{"none", 8}, {"quarantine", 0}, {"reject", 2}};
    else
      told.results = {{"certificate-expired", 3}};
  }
  return out;
}

struct Importing {
  ScratchFolder scratch{};
  Database database{scratch.path() / "mailfleet.db", Database::Access::read_write};
  ImportRules rules{.in_fleet = [](const Name& name) { return name == council; },
                    .now = now,
                    .keep = std::chrono::days(30)};

  Imported of(const reports::Read<Report>& read) {
    return import_report(database, "r.xml", read, rules);
  }
  int64_t stored(const Name& name) {
    const auto sums = read_report_sums(database, name, Time{});
    return sums ? sums->dmarc.reports + sums->tls.reports : 0;
  }
};

}  // namespace

TEST_CASE("report import: accepted once, then a duplicate that writes nothing") {
  Importing importing;
  const Imported first = importing.of(report(Kind::dmarc, "1", {council}));
  CHECK(first.outcome == ImportOutcome::accepted);
  CHECK(to_json(import_object(first)) ==
        "{\"file\":\"r.xml\",\"outcome\":\"accepted\",\"reason\":null,\"kind\":\"dmarc\","
        "\"organisation\":\"Receiver\",\"report_id\":\"1\",\"begin\":\"2026-11-23T00:00:00Z\","
        "\"end\":\"2026-11-23T23:59:59Z\",\"domains\":[\"council.gov.uk\"],\"records\":2,"
        "\"messages\":10,\"pass\":7,\"fail\":3,\"disposition\":{\"none\":8,\"quarantine\":0,"
        "\"reject\":2}}");
  CHECK(import_line(first) ==
        "r.xml: accepted: Receiver, 2026-11-23T00:00:00Z: council.gov.uk: 10 messages, 7 pass, 3 "
        "fail");
  const Imported again = importing.of(report(Kind::dmarc, "1", {council}));
  CHECK(again.outcome == ImportOutcome::duplicate);
  CHECK(import_line(again) ==
        "r.xml: duplicate: report 1 of Receiver was imported 2026-11-24T12:00:00Z");
  CHECK(importing.stored(council) == 1);
  CHECK(importing.of(report(Kind::tls_rpt, "1", {council})).outcome == ImportOutcome::accepted);
  CHECK(importing.of(report(Kind::dmarc, "2", {council})).outcome == ImportOutcome::accepted);
  CHECK(importing.stored(council) == 3);
}

TEST_CASE("report import: about others it is held and not stored") {
  Importing importing;
  const Imported held = importing.of(report(Kind::dmarc, "1", {stranger}));
  CHECK(held.outcome == ImportOutcome::held);
  CHECK(held.reason == "stranger.example is not in the fleet");
  CHECK(importing.stored(stranger) == 0);
  importing.rules.in_fleet = [](const Name&) { return true; };
  CHECK(importing.of(report(Kind::dmarc, "1", {stranger})).outcome == ImportOutcome::accepted);
  // A subdomain is a domain of its own.
  importing.rules.in_fleet = [](const Name& name) { return name == council; };
  CHECK(importing.of(report(Kind::dmarc, "3", {*council.under("news")})).outcome ==
        ImportOutcome::held);
}

TEST_CASE("report import: of several domains those of the fleet are taken") {
  Importing importing;
  const Imported part = importing.of(report(Kind::tls_rpt, "1", {council, stranger}));
  CHECK(part.outcome == ImportOutcome::accepted);
  CHECK(part.reason == "in part: stranger.example is not in the fleet");
  const Value object = import_object(part);
  CHECK(object["success"].as_int() == 7);
  CHECK(object["failure"].as_int() == 3);
  CHECK(object["failures"]["certificate-expired"].as_int() == 3);
  CHECK(object["domains"].items().size() == 1);
  CHECK(importing.stored(stranger) == 0);
  CHECK(importing.of(report(Kind::tls_rpt, "1", {council, stranger})).outcome ==
        ImportOutcome::duplicate);
  importing.rules.in_fleet = [](const Name&) { return true; };
  const Imported rest = importing.of(report(Kind::tls_rpt, "1", {council, stranger}));
  CHECK(rest.outcome == ImportOutcome::accepted);
  CHECK(rest.report->domains.size() == 1);
  CHECK(importing.stored(council) == 1);
  CHECK(importing.stored(stranger) == 1);
}

TEST_CASE("report import: what cannot be right is rejected") {
  Importing importing;
  const Imported refused = importing.of(reports::Refusal{"is damaged"});
  CHECK(to_json(import_object(refused)) ==
        "{\"file\":\"r.xml\",\"outcome\":\"rejected\",\"reason\":\"is damaged\"}");
  CHECK(import_line(refused) == "r.xml: rejected: is damaged");
  importing.rules.now = *parse_time("2026-11-23T00:30:00Z");
  CHECK(importing.of(report(Kind::dmarc, "1", {council})).outcome == ImportOutcome::accepted);
  importing.rules.now = *parse_time("2026-11-22T12:00:00Z");
  CHECK(importing.of(report(Kind::dmarc, "2", {council})).reason ==
        "the period ends in the future, 2026-11-23T23:59:59Z");
  importing.rules.now = *parse_time("2026-12-24T12:00:00Z");
  CHECK(importing.of(report(Kind::dmarc, "2", {council})).reason ==
        "the period ended 2026-11-23T23:59:59Z, before what is kept ([store] keep)");
  CHECK(importing.stored(council) == 1);
}
