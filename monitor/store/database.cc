#include "monitor/store/database.h"

#include <sqlite3.h>

#include <array>

#include "embedded.h"
#include "monitor/store/backup.h"
#include "monitor/store/evidence_json.h"
#include "monitor/store/packed.h"

namespace mailfleet {
namespace {

// One file a version, the first makes version 1. Append; never edit one that was released.
constexpr std::array<std::string_view, 4> migrations{
    "monitor/store/schema.sql", "monitor/store/schema_2.sql", "monitor/store/schema_3.sql",
    "monitor/store/schema_4.sql"};

constexpr int busy_milliseconds =
    2000;  // an operator's sqlite3 shell may hold the file for a while

std::string embedded_text(std::string_view path) {
  for (const EmbeddedFile& file : embedded_files_of_mf_store())
    if (file.path == path) return std::string(file.text);
  throw std::logic_error("not embedded: " + std::string(path));
}

int flags_of(Database::Access access) {
  return access == Database::Access::read_only ? SQLite::OPEN_READONLY
                                               : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
}

SQLite::Database open(const std::filesystem::path& file, Database::Access access) {
  try {
    return SQLite::Database(file.string(), flags_of(access), busy_milliseconds);
  } catch (const SQLite::Exception& error) {
    throw StoreError(file.string() + ": cannot be opened: " + error.what());
  }
}

}  // namespace

Schema our_schema() {
  Schema out;
  for (const std::string_view path : migrations) out.push_back(embedded_text(path));
  return out;
}

Database::Database(const std::filesystem::path& file, Access access)
    : Database(file, access, our_schema()) {}

Database::Database(const std::filesystem::path& file, Access access, const Schema& schema)
    : file_(file), connection_(open(file, access)) {
  try {
    must_be_ours(schema, access);
    if (access == Access::read_write) set_up(schema);
    connection_.exec("PRAGMA foreign_keys = ON");
  } catch (const SQLite::Exception& error) {
    throw StoreError(file.string() + ": cannot be used: " + error.what());
  }
}

void Database::must_be_ours(const Schema& schema, Access access) {
  const int version = schema_version();
  const int newest = static_cast<int>(schema.size());
  if (version > newest)
    throw StoreError(file_.string() + ": made by a newer mailfleet (schema " +
                     std::to_string(version) + ", this one knows " + std::to_string(newest) +
                     "); use that version");
  const int owner = connection_.execAndGet("PRAGMA application_id").getInt();
  const int tables = connection_.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  if (tables > 0 && owner != mailfleet_application_id)
    throw StoreError(file_.string() + ": is a database of another program");
  if (access == Access::read_only && version < newest)
    throw StoreError(file_.string() + ": is of an older version; start `mailfleet serve` once");
}

void Database::set_up(const Schema& schema) {
  connection_.execAndGet("PRAGMA journal_mode = WAL");
  connection_.exec("PRAGMA synchronous = FULL");
  connection_.exec(
      "PRAGMA journal_size_limit = 67108864");  // after a burst the WAL shrinks to 64 MiB
  migrate(schema);
}

// Each version is one transaction: a crash leaves the old version or the new one. References are
// checked at its end, so that a version may make tables anew.
void Database::migrate(const Schema& schema) {
  const int newest = static_cast<int>(schema.size());
  int version = schema_version();
  if (version > 0 && version < newest)
    copy_database(connection_, file_.string() + ".schema-" + std::to_string(version));
  connection_.exec("PRAGMA foreign_keys = OFF");
  for (; version < newest; ++version) {
    SQLite::Transaction transaction(connection_);
    connection_.exec(schema[static_cast<size_t>(version)]);
    if (SQLite::Statement lost(connection_, "PRAGMA foreign_key_check"); lost.executeStep())
      throw StoreError(file_.string() + ": cannot be brought to schema " +
                       std::to_string(version + 1) + ": a row of " + lost.getColumn(0).getString() +
                       " would belong to nothing");
    connection_.exec("PRAGMA application_id = " + std::to_string(mailfleet_application_id));
    connection_.exec("PRAGMA user_version = " + std::to_string(version + 1));
    transaction.commit();
  }
}

int Database::schema_version() { return connection_.execAndGet("PRAGMA user_version").getInt(); }

SQLite::Statement& Database::prepared(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    const std::string text(sql);
    found = statements_.emplace(text, std::make_unique<SQLite::Statement>(connection_, text)).first;
  }
  SQLite::Statement& statement = *found->second;
  statement.tryReset();  // the error of an earlier use was that use's
  statement.clearBindings();
  return statement;
}

bool Database::in_transaction() { return sqlite3_get_autocommit(connection_.getHandle()) == 0; }

int64_t Database::all_changed_rows() { return sqlite3_total_changes(connection_.getHandle()); }

void Database::rest() {
  for (const auto& [sql, statement] : statements_) statement->tryReset();
}

int64_t Database::piece(const std::string& text) { return piece(text, sha256_of(text)); }

int64_t Database::piece(const std::string& text, const std::string& sha256) {
  SQLite::Statement& find = prepared("SELECT id FROM piece WHERE sha256 = ?");
  find.bind(1, sha256);
  if (find.executeStep()) return find.getColumn(0).getInt64();
  const std::string packed = pack(text);
  SQLite::Statement& add = prepared("INSERT INTO piece (sha256, packed) VALUES (?, ?)");
  add.bind(1, sha256);
  add.bind(2, packed.data(), static_cast<int>(packed.size()));
  add.exec();
  return last_id();
}

std::vector<std::string> Database::integrity_problems() {
  std::vector<std::string> out;
  SQLite::Statement check(connection_, "PRAGMA quick_check(20)");
  while (check.executeStep())
    if (const std::string line = check.getColumn(0).getString(); line != "ok") out.push_back(line);
  return out;
}

}  // namespace mailfleet
