#include "monitor/store/ledger.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "monitor/store/database.h"
#include "monitor/store/looks.h"

using namespace mailfleet;

namespace {

const Time now = *parse_time("2026-11-21T12:00:00Z");

struct Scratch {
  std::filesystem::path file = std::filesystem::temp_directory_path() /
                               ("mailfleet-ledger-" + std::to_string(::getpid()) + ".db");
  ~Scratch() {
    for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(file.string() + end);
  }
};

}  // namespace

TEST_CASE("ledger: incidents come back as they were, ended ones while they matter") {
  const Scratch scratch;
  Database database(scratch.file, Database::Access::read_write);
  Incident open{.id = 3,
                .kind = "mx-moved",
                .check = "mx",
                .domain = Name::parse("a.uk"),
                .severity = AlertLevel::ticket,
                .state = RegressionState::confirmed,
                .domains = {*Name::parse("a.uk")},
                .since = now,
                .confirmed_at = now};
  Incident ended = open;
  ended.id = 2;
  ended.state = RegressionState::resolved;
  ended.ended_at = now;
  save_incident(database, open);
  save_incident(database, ended);
  CHECK(read_incidents(database, now) == std::vector{ended, open});
  CHECK(read_incidents(database, now + Seconds(1)) == std::vector{open});
  open.ended_at = now;
  save_incident(database, open);
  CHECK(read_incidents(database, now + Seconds(1)).empty());
}

TEST_CASE("ledger: trust entries and how they came to be") {
  const Scratch scratch;
  Database database(scratch.file, Database::Access::read_write);
  Look look(*Name::parse("a.uk"));
  look.posture.at = now;
  save_look(database, look, {});
  look.trust = {.state = TrustState::active, .tier = Tier::t2, .since = now, .pins = {"mx.a.uk"}};
  look.transition =
      TrustTransition{TrustState::pending, TrustState::active, Tier::none, Tier::t2, {"admitted"}};
  save_look(database, look, {});
  CHECK(read_memory(database, look.domain, {})->trust == look.trust);
  const auto rows = read_transitions(database);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].transition == *look.transition);
  CHECK(rows[0].domain == look.domain);
}

TEST_CASE("ledger: serials only grow, old editions leave") {
  const Scratch scratch;
  Database database(scratch.file, Database::Access::read_write);
  for (uint64_t serial = 1; serial <= 12; ++serial)
    save_edition(database,
                 {.serial = serial, .issued = now, .expires = now, .sha256 = "x", .body = "{}"},
                 10);
  CHECK_THROWS(save_edition(database, {.serial = 12, .sha256 = "x"}, 10));
  CHECK(read_last_edition(database)->serial == 12);
  for (uint64_t serial = 1; serial <= 13; ++serial)
    CHECK_MESSAGE(read_edition_part(database, serial, EditionPart::body).has_value() ==
                      (serial >= 3 && serial <= 12),
                  serial);
  save_edition(database, {.serial = 13, .sha256 = "x", .body = "{}", .signature = "s", .jws = "j"},
               10);
  CHECK(read_edition_part(database, 13, EditionPart::signature) == "s");
  CHECK(read_edition_part(database, 13, EditionPart::jws) == "j");
  CHECK(!read_edition_part(database, 12, EditionPart::jws));  // it was not signed
  CHECK(!read_edition_part(database, ~uint64_t{0}, EditionPart::body));
}
