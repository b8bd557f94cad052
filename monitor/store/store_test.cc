#include "monitor/store/store.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <future>

#include "monitor/store/database.h"
#include "monitor/store/evidence_json.h"
#include "monitor/store/glances.h"
#include "monitor/store/history.h"
#include "monitor/store/looks.h"
#include "monitor/store/packed.h"
#include "tests/scratch_folder.h"
#include "tests/table.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

struct Scratch : ScratchFolder {
  const fs::path& folder = path();
  fs::path file() const { return folder / "mailfleet.db"; }
};

constexpr std::string_view ladder[] = {"absent", "none", "reject"};
Judgement never_judged(const Domain&, Facts&) { return {}; }
const Check dmarc{"dmarc", "", ladder, never_judged};
const Check spf{"spf", "", ladder, never_judged};
const Check* const both[] = {&dmarc, &spf};

const Name name = *Name::parse("example.test");
Time at(int seconds) { return Time(Seconds(1'800'000'000 + seconds)); }

Evidence evidence(const char* txt, uint32_t ttl = 60) {
  Evidence out;
  out.dns[{name, DnsType::txt}] = {.outcome = Outcome::answered, .txt = {txt}, .ttl_seconds = ttl};
  const auto leaf = std::make_shared<Certificate>(certificate_for("mx.test", at(0), at(10)));
  out.smtp[{*Name::parse("mx.test"), *Address::parse("192.0.2.1")}] = {
      .outcome = Outcome::answered,
      .banner = "220 " + std::to_string(ttl),
      .tls = TlsSession{.chain = {.sent = {leaf}, .path = {}, .faults = {}}}};
  return out;
}

Look look(int seconds, const char* txt, uint32_t ttl = 60, bool changed = false) {
  Look out(name);
  out.posture.at = at(seconds);
  out.posture.standings = {
      {.check = "dmarc",
       .level = 1,
       .seen = at(seconds),
       .findings = {{"code", Severity::fail, "example.test", "\"seen\""}},
       .facts = Value::object({{"record", txt}, {"pct", 100}, {"p", nullptr}})},
      {.check = "spf",
       .level = 2,
       .seen = at(-100),
       .facts = Value::object({{"result", "valid"}}),
       .unseen = Judgement{.findings = {{"dns-failed", Severity::info, "x", "y"}}}}};
  out.evidence = evidence(txt, ttl);
  if (changed)
    out.changes = {{.check = "dmarc",
                    .was = "none",
                    .now = "reject",
                    .kind = "improvement",
                    .summary = txt,
                    .facts_was = Value::object({{"p", "none"}}),
                    .facts_now = Value::object({{"p", "reject"}})}};
  return out;
}

int64_t count(Database& database, const std::string& what) {
  SQLite::Statement& query = database.prepared(("SELECT count(*) FROM " + what).c_str());
  REQUIRE(query.executeStep());
  return query.getColumn(0).getInt64();
}

void here(std::function<void()> work) { work(); }

}  // namespace

TEST_CASE("packed: text comes back, large text is made small, foreign octets give nothing") {
  for (const std::string& text : {std::string(), std::string("short"), std::string(100000, 'x')}) {
    CHECK(unpack(pack(text)) == text);
    CHECK(pack(text).size() <= text.size() + 1);
  }
  CHECK(pack(std::string(100000, 'x')).size() < 1000);
  for (const std::string& bad : {std::string(), std::string("?x"), std::string("znot deflated"),
                                 pack(std::string(5000, 'x')).substr(0, 10)})
    CHECK_FALSE(unpack(bad));
}

TEST_CASE("store: a look comes back as it was") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  Look first = look(0, "v=1");
  first.remembered = RememberedPolicy{.mode = "enforce",
                                      .id = "1",
                                      .mx = {"mx.test", "*.b.test"},
                                      .fetched_at = at(-5),
                                      .max_age = Seconds(86400),
                                      .body_digest = "d"};
  first.dmarc_since = at(-9);
  first.watch.baseline["dmarc"] = {.level = 1, .facts = Value::object({{"p", "none"}})};
  save_look(database, first, both);
  const auto memory = read_memory(database, name, both);
  REQUIRE(memory);
  CHECK(memory->first_at == at(0));
  CHECK(memory->posture.at == at(0));
  REQUIRE(memory->posture.standings.size() == 2);
  for (size_t i = 0; i < 2; ++i) {
    const Standing& was = first.posture.standings[i];
    const Standing& now = memory->posture.standings[i];
    CHECK(now.check == was.check);
    CHECK(now.level == was.level);
    CHECK(now.seen == was.seen);
    CHECK(now.findings == was.findings);
    CHECK(now.facts == was.facts);
    CHECK(now.unseen == was.unseen);
  }
  CHECK(memory->remembered == first.remembered);
  CHECK(memory->dmarc_since == first.dmarc_since);
  CHECK(memory->watch == first.watch);
  const auto stored = read_evidence(database, name, {});
  REQUIRE(stored);
  CHECK(stored->at == at(0));
  CHECK(evidence_to_json(stored->evidence) == evidence_to_json(first.evidence));

  Look second = look(10, "v=1");
  save_look(database, second, both);
  CHECK_FALSE(read_memory(database, name, both)->remembered);
  CHECK_FALSE(read_memory(database, name, both)->dmarc_since);
  CHECK(forget_domain(database, name));
  CHECK_FALSE(read_memory(database, name, both));
  CHECK(count(database, "evidence") == 0);
}

TEST_CASE("store: a ladder may grow, a check may go") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  save_look(database, look(0, "v=1"), both);
  static constexpr std::string_view longer[] = {"absent", "broken", "none", "reject"};
  const Check grown{"dmarc", "", longer, never_judged};
  const Check* const checks[] = {&grown};
  const auto memory = read_memory(database, name, checks);
  REQUIRE(memory->posture.standings.size() == 1);
  CHECK(memory->posture.standings[0].level == 2);
}

TEST_CASE("store: a quiet look writes one column of one row") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  const Saved first = save_look(database, look(0, "v=1", 60), both);
  CHECK(first.posture);
  CHECK(first.evidence);
  const Saved quiet = save_look(database, look(3600, "v=1", 17), both);  // other TTL, other banner
  CHECK_FALSE(quiet.posture);
  CHECK_FALSE(quiet.evidence);
  CHECK(quiet.changes == 0);
  CHECK(count(database, "evidence") == 1);
  CHECK(count(database, "change") == 0);
  CHECK(read_memory(database, name, both)->posture.at == at(3600));
  CHECK(read_memory(database, name, both)->posture.standings[0].seen == at(3600));
  CHECK(read_memory(database, name, both)->posture.standings[1].seen == at(-100));
}

TEST_CASE("store: evidence is kept on both sides of a change, else only the latest") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  save_look(database, look(0, "a"), both);
  save_look(database, look(10, "b"), both);
  CHECK(count(database, "evidence") == 1);
  save_look(database, look(20, "c", 60, true), both);
  CHECK(count(database, "evidence") == 2);
  save_look(database, look(30, "d"), both);
  save_look(database, look(40, "e"), both);
  CHECK(count(database, "evidence") == 3);
  const auto txt_at = [&](std::optional<int> seconds) {
    const auto stored =
        read_evidence(database, name, seconds ? std::optional(at(*seconds)) : std::nullopt);
    return stored ? stored->evidence.dns.at({name, DnsType::txt}).txt.at(0) : "nothing";
  };
  CHECK(txt_at({}) == "e");
  CHECK(txt_at(35) == "c");
  CHECK(txt_at(20) == "c");
  CHECK(txt_at(15) == "b");
  CHECK(txt_at(5) == "nothing");
}

TEST_CASE("store: what domains share is stored once, and goes with the last that needs it") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  for (int i = 0; i < 20; ++i) {
    Look one = look(0, "same");
    one.domain = *Name::parse("d" + std::to_string(i) + ".test");
    save_look(database, one, both);
  }
  CHECK(count(database, "piece") == 2);  // one endpoint, one certificate
  CHECK(read_glances(database, 0, 100, both).size() == 20);
  CHECK(read_glances(database, 6, 2, both).at(0).name.text() == "d6.test");
  CHECK(prune(database, at(1000)).pieces == 0);
  CHECK(count(database, "evidence") == 20);  // the latest of each stays
  for (int i = 0; i < 20; ++i)
    forget_domain(database, *Name::parse("d" + std::to_string(i) + ".test"));
  CHECK(prune(database, at(1000)).pieces == 2);
}

TEST_CASE("store: changes are read newest first and pruned when old") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  for (int i = 0; i < 5; ++i)
    save_look(database, look(i * 10, ("r" + std::to_string(i)).c_str(), 60, i > 0), both);
  const auto rows = read_changes(database, name, 0, 3);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].summary == "r4");
  CHECK(rows[0].at == at(40));
  CHECK(rows[0].domain == name);
  CHECK(rows[0].check == "dmarc");
  CHECK(rows[0].was == "none");
  CHECK(rows[0].now == "reject");
  CHECK(rows[0].kind == "improvement");
  const auto older = read_changes(database, {}, rows[2].id, 10);
  REQUIRE(older.size() == 1);
  CHECK(older[0].summary == "r1");
  CHECK(read_changes(database, *Name::parse("other.test"), 0, 10).empty());
  CHECK(read_change_facts(database, older[0].id)->now["p"].as_string() == "reject");
  const Pruned pruned = prune(database, at(25));
  CHECK(pruned.changes == 2);
  CHECK(pruned.evidence == 3);
  CHECK(read_changes(database, {}, 0, 10).size() == 2);
  CHECK(read_change_facts(database, rows[0].id));
}

TEST_CASE("store: a file of a newer version or of another program is refused in one line") {
  const Scratch scratch;
  { Database made(scratch.file(), Database::Access::read_write); }
  { Database again(scratch.file(), Database::Access::read_write); }
  {
    SQLite::Database raw(scratch.file().string(), SQLite::OPEN_READWRITE);
    raw.exec("PRAGMA user_version = 999");
  }
  CHECK_THROWS_WITH_AS(Database(scratch.file(), Database::Access::read_write),
                       doctest::Contains("made by a newer mailfleet (schema 999"), StoreError);
  const fs::path other = scratch.folder / "other.db";
  {
    SQLite::Database raw(other.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    raw.exec("CREATE TABLE t (x)");
  }
  CHECK_THROWS_WITH_AS(Database(other, Database::Access::read_write),
                       doctest::Contains("another program"), StoreError);
  CHECK_THROWS_AS(Database("/nowhere/at/all.db", Database::Access::read_write), StoreError);
  CHECK_THROWS_AS(Database(scratch.folder / "missing.db", Database::Access::read_only), StoreError);
}

TEST_CASE("store: jobs are answered in order, a job that fails is undone alone") {
  const Scratch scratch;
  std::vector<int> answers;
  {
    Store store(scratch.file());
    for (int i = 0; i < 10; ++i)
      store.run(
          [i](Database& database) {
            Look one = look(i, "x");
            one.domain = *Name::parse("d" + std::to_string(i) + ".test");
            save_look(database, one, both);
            if (i == 4) throw std::runtime_error("a bug");
          },
          here, [&answers, i](bool done) { answers.push_back(done ? i : -i); });
    std::promise<std::optional<size_t>> found;
    store.ask<size_t>(
        [](Database& database) { return read_glances(database, 0, 100, both).size(); }, here,
        [&](std::optional<size_t> size) { found.set_value(size); });
    CHECK(found.get_future().get() == 9);
    CHECK(store.counters().errors == 1);
    CHECK(store.counters().last_error == "a bug");
  }
  CHECK(answers == std::vector<int>{0, 1, 2, 3, -4, 5, 6, 7, 8, 9});
}

TEST_CASE("store: a locked file is retried, counted, and answered as a failure") {
  const Scratch scratch;
  Store store(scratch.file());
  SQLite::Database other(scratch.file().string(), SQLite::OPEN_READWRITE);
  other.exec("BEGIN IMMEDIATE");
  std::promise<bool> outcome;
  store.run([&](Database&) {}, here, [&](bool done) { outcome.set_value(done); });
  while (store.counters().retries == 0) std::this_thread::yield();
  other.exec("ROLLBACK");
  CHECK(outcome.get_future().get());
  CHECK(store.counters().errors == 0);
  CHECK(store.counters().last_error.find("locked") != std::string::npos);
}

TEST_CASE("store: kill -9 between any two instructions loses nothing that was committed") {
  const Scratch scratch;
  for (int round = 0; round < 3; ++round) {
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      close(pipe_ends[0]);
      Database database(scratch.file(), Database::Access::read_write);
      for (int i = 0;; ++i) {
        database.execute("BEGIN IMMEDIATE");
        save_look(database, look(i, std::to_string(i).c_str(), 60, true), both);
        database.rest();
        database.execute("COMMIT");
        if (write(pipe_ends[1], &i, sizeof i) != sizeof i) _exit(1);
      }
    }
    close(pipe_ends[1]);
    int committed = -1;
    while (committed < 20 + round)
      REQUIRE(read(pipe_ends[0], &committed, sizeof committed) == sizeof committed);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(pipe_ends[0], &committed, sizeof committed) == sizeof committed) continue;
    close(pipe_ends[0]);

    Database database(scratch.file(), Database::Access::read_write);
    CHECK(database.integrity_problems().empty());
    CHECK(read_memory(database, name, both)->posture.at >= at(committed));
    forget_domain(database, name);
  }
}
