#include "monitor/store/backup.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "monitor/store/database.h"
#include "monitor/store/glances.h"
#include "monitor/store/history.h"
#include "monitor/store/looks.h"
#include "tests/scratch_folder.h"
#include "tests/table.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

struct Scratch : ScratchFolder {
  const fs::path& folder = path();
  fs::path file() const { return folder / "mailfleet.db"; }
  fs::path copy() const { return folder / "copy.db"; }
  size_t files() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder), {}));
  }
};

constexpr std::string_view ladder[] = {"absent", "none", "reject"};
Judgement never_judged(const Domain&, Facts&) { return {}; }
const Check dmarc{"dmarc", "", ladder, never_judged};
const Check* const checks[] = {&dmarc};

Look look(int number) {
  Look out(*Name::parse("d" + std::to_string(number) + ".test"));
  out.posture.at = Time(Seconds(1'800'000'000 + number));
  out.posture.standings = {{.check = "dmarc",
                            .level = 1,
                            .seen = out.posture.at,
                            .facts = Value::object({{"record", std::to_string(number)}})}};
  return out;
}

void save(Database& database, int number) {
  database.execute("BEGIN IMMEDIATE");
  save_look(database, look(number), checks);
  database.rest();
  database.execute("COMMIT");
}

SQLite::Database raw(const fs::path& file, int flags = SQLite::OPEN_READONLY) {
  return SQLite::Database(file.string(), flags);
}
std::map<std::string, TableDigest> digests(const fs::path& file) {
  SQLite::Database database = raw(file);
  return digest_tables(database);
}

// Ours, and versions that may come: a new column, then a table made anew.
Schema longer_schema() {
  Schema out = our_schema();
  out.push_back("ALTER TABLE audit ADD COLUMN address TEXT NOT NULL DEFAULT ''");
  out.push_back(
      "CREATE TABLE audit_new (id INTEGER PRIMARY KEY, what TEXT NOT NULL);"
      "INSERT INTO audit_new SELECT id, actor || ' ' || action || address FROM audit;"
      "DROP TABLE audit; ALTER TABLE audit_new RENAME TO audit");
  return out;
}
// What that version wrote is what this one writes in its tables.
void fill_version_one(const fs::path& file) {
  const std::string newest = file.string() + ".newest";
  {
    Database made(newest, Database::Access::read_write);
    for (int i = 0; i < 50; ++i) save(made, i);
  }
  Database database(file, Database::Access::read_write, {our_schema().front()});
  database.execute(("ATTACH '" + newest + "' AS newest").c_str());
  database.execute(
      "INSERT INTO domain SELECT id, name, first_at, look_at, posture_packed, watch_packed, "
      "trust_packed, dmarc_since FROM newest.domain JOIN newest.memory ON domain_id = id");
  for (const std::string table : {"piece", "evidence", "evidence_piece"})
    database.execute(("INSERT INTO " + table + " SELECT * FROM newest." + table).c_str());
  database.execute("DETACH newest");
  fs::remove(newest);
  database.execute(
      "INSERT INTO audit (at, actor, action, subject, detail) VALUES (1, 'ann', 'recheck', '', "
      "'')");
}
size_t domains_in(Database& database) { return read_glances(database, 0, 1000, checks).size(); }
std::string audited(const fs::path& file) {
  return raw(file).execAndGet("SELECT what FROM audit").getString();
}

}  // namespace

TEST_CASE("backup: a copy holds the same rows, stands alone, and can be worked with") {
  const Scratch scratch;
  Database database(scratch.file(), Database::Access::read_write);
  for (int i = 0; i < 200; ++i) save(database, i);
  const Backup made = back_up(scratch.file(), scratch.copy());
  CHECK(made.schema == static_cast<int>(our_schema().size()));
  CHECK(made.bytes == fs::file_size(scratch.copy()));
  CHECK(made.tables.at("domain").rows == 200);
  CHECK(made.tables == digests(scratch.file()));
  CHECK_FALSE(fs::exists(scratch.copy().string() + "-wal"));
  CHECK_FALSE(fs::exists(scratch.copy().string() + ".part"));
  save(database, 200);
  CHECK(digests(scratch.file()) != made.tables);

  // Restoring is putting the copy in the place of the file.
  const fs::path elsewhere = scratch.folder / "restored";
  fs::create_directory(elsewhere);
  fs::copy_file(scratch.copy(), elsewhere / "mailfleet.db");
  Database restored(elsewhere / "mailfleet.db", Database::Access::read_write);
  CHECK(domains_in(restored) == 200);
  CHECK(restored.integrity_problems().empty());
  save(restored, 300);
}

TEST_CASE("backup: taken while another writes, it is one moment's rows") {
  const Scratch scratch;
  { Database made(scratch.file(), Database::Access::read_write); }
  std::atomic<bool> enough = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    Database database(scratch.file(), Database::Access::read_write);
    for (int i = 0; !enough; ++i) {
      save(database, i);
      written = i;
    }
  });
  for (int round = 0; round < 5; ++round) {
    while (written < 20 * (round + 1)) std::this_thread::yield();
    const Backup made = back_up(scratch.file(), scratch.copy());
    CHECK(made.tables == digests(scratch.copy()));
    CHECK(made.tables.at("domain").rows >= 20 * (round + 1));
  }
  enough = true;
  writer.join();
}

TEST_CASE("backup: what is not an earlier copy is never written over") {
  const Scratch scratch;
  { Database made(scratch.file(), Database::Access::read_write); }
  CHECK_THROWS_WITH_AS(back_up(scratch.file(), scratch.file()),
                       doctest::Contains("is the database itself"), StoreError);
  std::ofstream(scratch.copy()) << "a letter to my mother";
  CHECK_THROWS_WITH_AS(back_up(scratch.file(), scratch.copy()),
                       doctest::Contains("is no backup of mailfleet"), StoreError);
  CHECK(fs::file_size(scratch.copy()) == 21);
  std::ofstream{scratch.copy()};
  CHECK_NOTHROW(back_up(scratch.file(), scratch.copy()));
  CHECK_NOTHROW(back_up(scratch.file(), scratch.copy()));
  CHECK_THROWS_AS(back_up(scratch.file(), scratch.folder / "no" / "folder.db"), StoreError);
  CHECK_THROWS_AS(back_up(scratch.folder / "missing.db", scratch.folder / "b.db"), StoreError);
  std::ofstream(scratch.folder / "other.db");
  CHECK_THROWS_WITH_AS(back_up(scratch.folder / "other.db", scratch.folder / "b.db"),
                       doctest::Contains("no database of mailfleet"), StoreError);
}

TEST_CASE("backup: a damaged database gives no copy") {
  const Scratch scratch;
  {
    Database database(scratch.file(), Database::Access::read_write);
    for (int i = 0; i < 200; ++i) save(database, i);
  }
  {
    std::fstream file(scratch.file(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(fs::file_size(scratch.file()) / 2));
    for (int i = 0; i < 8192; ++i) file.put('\x5a');
  }
  CHECK_THROWS_AS(back_up(scratch.file(), scratch.copy()), StoreError);
  CHECK(scratch.files() <= 3);  // the database, and what SQLite lays beside it
  CHECK_FALSE(fs::exists(scratch.copy()));
}

TEST_CASE("schema: a file of the first version is brought up to date, after a copy") {
  const Scratch scratch;
  fill_version_one(scratch.file());
  const auto before = digests(scratch.file());
  Database database(scratch.file(), Database::Access::read_write, longer_schema());
  CHECK(database.schema_version() == static_cast<int>(longer_schema().size()));
  CHECK(audited(scratch.file()) == "ann recheck");
  CHECK(domains_in(database) == 50);
  CHECK(digests(scratch.file().string() + ".schema-1") == before);

  Database going_back(scratch.file().string() + ".schema-1", Database::Access::read_write,
                      {our_schema().front()});
  SQLite::Statement& rows = going_back.prepared("SELECT count(*) FROM domain");
  REQUIRE(rows.executeStep());
  CHECK(rows.getColumn(0).getInt() == 50);
}

TEST_CASE("schema: a version that fails leaves the one before it, and is made up for later") {
  const Scratch scratch;
  fill_version_one(scratch.file());
  Schema wrong = longer_schema();
  wrong.back() = "DROP TABLE audit; INSERT INTO nowhere VALUES (1)";
  CHECK_THROWS_AS(Database(scratch.file(), Database::Access::read_write, wrong), StoreError);
  CHECK(raw(scratch.file()).execAndGet("SELECT count(*) FROM audit").getInt() == 1);
  wrong.back() =
      "PRAGMA foreign_keys = OFF; DELETE FROM domain WHERE id = 1;"
      "INSERT INTO remembered_policy VALUES (1, '', '', '', 0, 0, '')";
  CHECK_THROWS_WITH_AS(Database(scratch.file(), Database::Access::read_write, wrong),
                       doctest::Contains("would belong to nothing"), StoreError);
  Database database(scratch.file(), Database::Access::read_write, longer_schema());
  CHECK(audited(scratch.file()) == "ann recheck");
  CHECK(domains_in(database) == 50);
}

TEST_CASE("schema: killed in the middle of a version, the next start goes on") {
  const Scratch scratch;
  fill_version_one(scratch.file());
  Schema slow = longer_schema();
  const size_t second = slow.size() - 1;
  slow[second] =
      "CREATE TABLE big (x); INSERT INTO big WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i "
      "+ 1 FROM n LIMIT 1000000000) SELECT i FROM n";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Database(scratch.file(), Database::Access::read_write, slow);
    _exit(0);
  }
  {
    SQLite::Database watching = raw(scratch.file());
    while (watching.execAndGet("PRAGMA user_version").getInt() < static_cast<int>(second))
      std::this_thread::yield();
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(raw(scratch.file())
            .execAndGet("SELECT count(*) FROM sqlite_master WHERE name = 'big'")
            .getInt() == 0);
  Database database(scratch.file(), Database::Access::read_write, longer_schema());
  CHECK(database.schema_version() == static_cast<int>(longer_schema().size()));
  CHECK(audited(scratch.file()) == "ann recheck");
  CHECK(database.integrity_problems().empty());
}

TEST_CASE("schema: without room for the copy nothing is touched") {
  const Scratch scratch;
  fill_version_one(scratch.file());
  fs::create_directory(scratch.file().string() + ".schema-1");  // where the copy would go
  CHECK_THROWS_AS(Database(scratch.file(), Database::Access::read_write, longer_schema()),
                  StoreError);
  CHECK(raw(scratch.file()).execAndGet("PRAGMA user_version").getInt() == 1);
}
