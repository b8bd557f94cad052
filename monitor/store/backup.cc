#include "monitor/store/backup.h"

#include <SQLiteCpp/Backup.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <vector>

#include "monitor/store/database.h"
#include "monitor/store/evidence_json.h"

namespace mailfleet {
namespace {

namespace fs = std::filesystem;

constexpr int busy_milliseconds = 10'000;  // a checkpoint of a large WAL takes seconds

// The type is part of it: 1 is not "1", and nothing is not "".
void append_column(const SQLite::Column& column, std::string& row) {
  const std::string text = column.isNull() ? std::string() : column.getString();
  row += std::to_string(column.getType()) + ':' + std::to_string(text.size()) + ':' + text;
}

TableDigest digest_table(SQLite::Database& database, const std::string& table) {
  TableDigest out;
  SQLite::Statement rows(database, "SELECT * FROM \"" + table + "\"");
  while (rows.executeStep()) {
    std::string row = out.sha256;
    for (int i = 0; i < rows.getColumnCount(); ++i) append_column(rows.getColumn(i), row);
    out.sha256 = sha256_of(row);
    ++out.rows;
  }
  return out;
}

std::vector<std::string> table_names(SQLite::Database& database) {
  std::vector<std::string> out;
  SQLite::Statement names(database,
                          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE "
                          "'sqlite%' ORDER BY name");
  while (names.executeStep()) out.push_back(names.getColumn(0).getString());
  return out;
}

void must_be_sound(SQLite::Database& database, const fs::path& copy) {
  SQLite::Statement check(database, "PRAGMA integrity_check(1)");
  check.executeStep();
  if (const std::string line = check.getColumn(0).getString(); line != "ok")
    throw StoreError(copy.string() + ": the copy is damaged: " + line);
  SQLite::Statement keys(database, "PRAGMA foreign_key_check");
  if (keys.executeStep())
    throw StoreError(copy.string() + ": the copy is damaged: a row of " +
                     keys.getColumn(0).getString() + " belongs to nothing");
}

void flush_to_disk(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const bool good = file >= 0 && ::fsync(file) == 0;
  if (file >= 0) ::close(file);
  if (!good) throw StoreError(path.string() + ": could not be written to the disk");
}

void forget(const fs::path& part) {
  for (const char* ending : {"", "-journal", "-wal", "-shm"}) {
    std::error_code ignored;  // the trouble that brought us here is what is told
    fs::remove(part.string() + ending, ignored);
  }
}

Backup copy_and_prove(SQLite::Database& source, const fs::path& part, const fs::path& copy) {
  SQLite::Database target(part.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  {
    SQLite::Backup copying(target, source);
    copying.executeStep();
  }
  target.execAndGet("PRAGMA journal_mode = DELETE");  // one file, whole in itself
  must_be_sound(target, copy);
  Backup out{.schema = target.execAndGet("PRAGMA user_version").getInt(),
             .tables = digest_tables(target)};
  if (out.tables != digest_tables(source))
    throw StoreError(copy.string() + ": the copy does not hold what the database holds");
  return out;
}

// An empty file (mktemp) or an earlier copy of ours may be replaced.
void must_be_replaceable(const fs::path& file, const fs::path& copy) {
  std::error_code missing;  // then there is nothing to lose
  if (fs::equivalent(file, copy, missing))
    throw StoreError(copy.string() + ": is the database itself; name another file");
  if (!fs::exists(copy, missing) || (fs::is_regular_file(copy) && fs::file_size(copy) == 0)) return;
  try {
    SQLite::Database earlier(copy.string(), SQLite::OPEN_READONLY);
    if (earlier.execAndGet("PRAGMA application_id").getInt() == mailfleet_application_id) return;
  } catch (const SQLite::Exception&) {
    // Not a database at all: said below.
  }
  throw StoreError(copy.string() + ": exists and is no backup of mailfleet; name another file");
}

}  // namespace

std::map<std::string, TableDigest> digest_tables(SQLite::Database& database) {
  std::map<std::string, TableDigest> out;
  for (const std::string& table : table_names(database)) out[table] = digest_table(database, table);
  return out;
}

Backup copy_database(SQLite::Database& source, const fs::path& copy) {
  const fs::path part = copy.string() + ".part";
  forget(part);
  try {
    // One reading for the copy and for the proof, whatever is written meanwhile.
    SQLite::Transaction moment(source);
    source.execAndGet("SELECT count(*) FROM sqlite_master");
    Backup out = copy_and_prove(source, part, copy);
    fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write);
    flush_to_disk(part);
    out.bytes = fs::file_size(part);
    fs::rename(part, copy);
    flush_to_disk(copy.has_parent_path() ? copy.parent_path() : fs::path("."));
    return out;
  } catch (const SQLite::Exception& error) {
    forget(part);
    throw StoreError(copy.string() + ": cannot be made: " + error.what());
  } catch (const fs::filesystem_error& error) {
    forget(part);
    throw StoreError(copy.string() + ": cannot be made: " + error.code().message());
  } catch (const StoreError&) {
    forget(part);
    throw;
  }
}

Backup back_up(const fs::path& file, const fs::path& copy) {
  must_be_replaceable(file, copy);
  try {
    SQLite::Database source(file.string(), SQLite::OPEN_READONLY, busy_milliseconds);
    if (source.execAndGet("PRAGMA application_id").getInt() != mailfleet_application_id)
      throw StoreError(file.string() + ": is no database of mailfleet");
    return copy_database(source, copy);
  } catch (const SQLite::Exception& error) {
    throw StoreError(file.string() + ": cannot be read: " + error.what());
  }
}

}  // namespace mailfleet
