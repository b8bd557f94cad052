#include "monitor/store/words.h"

#include <doctest/doctest.h>

#include "monitor/store/database.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;

namespace {

const Time noon = *parse_time("2026-11-21T12:00:00Z");
Name name(const char* text) { return *Name::parse(text); }

}  // namespace

TEST_CASE("words: the last word on an agreement is what stands after a restart") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  AgreementRow row(name("a.gov.uk"));
  row.agreement = "letter of 3 May";
  row.tls_ready = noon + Seconds(86400);
  row.said = {.at = noon, .by = "ann", .reason = "signed"};
  {
    Database database(folder.path() / "db", Database::Access::read_write);
    save_agreement(database, row);
  }
  Database database(folder.path() / "db", Database::Access::read_write);
  CHECK(read_agreements(database) == std::vector{row});
  AgreementRow withdrawn(name("a.gov.uk"));
  withdrawn.said = {.at = noon + Seconds(60), .by = "bob", .reason = "by phone"};
  save_agreement(database, withdrawn);
  CHECK(read_agreements(database) == std::vector{withdrawn});
}

TEST_CASE("words: windows of maintenance are there until they end") {
  const ScratchFolder folder(ScratchFolder::Kind::memory);
  Database database(folder.path() / "db", Database::Access::read_write);
  MaintenanceRow row{.domains = {name("a.gov.uk"), name("b.gov.uk")},
                     .mx = {name("mx.new.example")},
                     .from = noon,
                     .until = noon + Seconds(3600),
                     .said = {.at = noon, .by = "ann", .reason = "new gateway"}};
  row.id = add_maintenance(database, row);
  MaintenanceRow later = row;
  later.until = noon + Seconds(7200);
  later.id = add_maintenance(database, later);
  CHECK(row.id != later.id);
  CHECK(read_maintenances(database, noon) == std::vector{row, later});
  CHECK(read_maintenances(database, row.until) == std::vector{later});
  CHECK(end_maintenance(database, later.id, noon + Seconds(60)));
  CHECK(!end_maintenance(database, 99, noon));
  CHECK(read_maintenances(database, noon + Seconds(60)) == std::vector{row});
  // What is over stays over.
  CHECK(end_maintenance(database, row.id, noon + Seconds(9999)));
  CHECK(read_maintenances(database, noon).front().until == row.until);
}
