#include "monitor/store/glances.h"

#include <doctest/doctest.h>

#include "monitor/store/database.h"
#include "monitor/store/looks.h"
#include "monitor/store/posture_json.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;

namespace {

struct Scratch : ScratchFolder {
  std::filesystem::path file() const { return path() / "mailfleet.db"; }
};

constexpr std::string_view ladder[] = {"absent", "none", "reject"};
constexpr std::string_view mx_ladder[] = {"none", "null", "implicit", "explicit"};
Judgement never_judged(const Domain&, Facts&) { return {}; }
const Check mx{"mx", "", mx_ladder, never_judged};
const Check dmarc{"dmarc", "", ladder, never_judged};
const Check spf{"spf", "", ladder, never_judged};
const Check* const checks[] = {&mx, &dmarc, &spf};

const Name name = *Name::parse("example.test");
Time at(int seconds) { return Time(Seconds(1'800'000'000 + seconds)); }

Look look(int seconds) {
  Look out(name);
  out.posture.at = at(seconds);
  out.posture.standings = {
      {.check = "mx",
       .level = 3,
       .seen = at(seconds),
       .facts = Value::object(
           {{"hosts", Value::list({Value::object({{"host", "mx.test"}, {"operator", "big"}})})},
            {"dns", Value::object({{"ns", Value::list({"ns1.test"})}})}})},
      {.check = "dmarc",
       .level = 1,
       .seen = at(seconds),
       .findings = {{"code", Severity::fail, "example.test", "\"seen\""},
                    {"other", Severity::advice, "", ""}}},
      {.check = "spf", .level = 2, .seen = at(-100), .unseen = Judgement{}}};
  return out;
}

DomainGlance only_glance(Database& database) {
  auto page = read_glances(database, 0, 10, checks);
  REQUIRE(page.size() == 1);
  return std::move(page.front());
}

std::string stored_text(Database& database) {
  SQLite::Statement& find = database.prepared("SELECT coalesce(glance, '') FROM domain");
  REQUIRE(find.executeStep());
  return find.getColumn(0).getString();
}

}  // namespace

TEST_CASE("glance: what is read at the start is what follows from all that is remembered") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  Look first = look(0);
  first.trust.state = TrustState::active;
  first.remembered = RememberedPolicy{.mode = "enforce", .id = "1", .mx = {"mx.test"}};
  first.watch.regressions = {{.check = "dmarc", .state = RegressionState::suspected}};
  save_look(database, first, checks);
  const DomainGlance read = only_glance(database);
  CHECK(read.name == name);
  CHECK(read.glance == glance_of(name, first.posture));
  CHECK(read.glance.state == DomainState::failing);
  CHECK(read.glance.fails == 1);
  CHECK(read.glance.levels.size() == 3);
  CHECK(read.glance.levels[2].seen == at(-100));
  CHECK(read.glance.unseen.size() == 1);
  CHECK(read.glance.eligibility.mx_hosts == std::vector<std::string>{"mx.test"});
  CHECK(read.unsettled);
  CHECK(read.trust == first.trust);
  CHECK(read.evidence_sha256 == evidence_digest_of(first.posture));
  CHECK(read.remembered == first.remembered);
  CHECK(read_glances(database, 1, 10, checks).empty());
}

TEST_CASE("glance: a quiet look leaves the text, and what it saw was seen at that look") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  save_look(database, look(0), checks);
  const std::string text = stored_text(database);
  CHECK_FALSE(save_look(database, look(60), checks).posture);
  CHECK(stored_text(database) == text);
  const Glance glance = only_glance(database).glance;
  CHECK(glance == glance_of(name, look(60).posture));
  CHECK_FALSE(only_glance(database).remembered);  // no edition tells of it
  Look changed = look(120);
  changed.posture.standings[1].findings.clear();
  save_look(database, changed, checks);
  CHECK(only_glance(database).glance == glance_of(name, changed.posture));
}

TEST_CASE("glance: one of another version, or unreadable, is made anew from the whole") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  begin_glances(database, "1.0");
  save_look(database, look(0), checks);
  begin_glances(database, "1.0");
  CHECK(stored_text(database) != "");
  for (const std::string text :
       {"", "{", "{}", "{\"glance\":{\"state\":\"good\",\"levels\":{\"gone\":\"reject\"}}}",
        "{\"glance\":{\"state\":\"good\",\"levels\":{\"spf\":\"better\"}}}",
        "{\"glance\":{\"state\":\"?\"}}"}) {
    CAPTURE(text);
    SQLite::Statement& spoil = database.prepared("UPDATE domain SET glance = ?");
    spoil.bind(1, text);
    spoil.exec();
    CHECK(only_glance(database).glance == glance_of(name, look(0).posture));
  }
  begin_glances(database, "1.1");
  CHECK(stored_text(database) == "");
  CHECK(only_glance(database).glance == glance_of(name, look(0).posture));
  CHECK(only_glance(database).evidence_sha256 == evidence_digest_of(look(0).posture));
  // The next look writes it again, also when it is a quiet one.
  save_look(database, look(60), checks);
  CHECK(stored_text(database) != "");
}
