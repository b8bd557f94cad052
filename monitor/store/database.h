// The one connection to the database file, its schema and its statements. Lives on the store's
// thread (store.h) or, read-only, in a command such as `replay`; not thread-safe.
//
// WAL with synchronous=FULL: what was committed survives a power cut. Two writing connections are
// never opened: SQLite 3.40.1 can lose a WAL reset then.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/store/store_error.h"

namespace mailfleet {

constexpr int mailfleet_application_id = 0x6d666c74;  // "mflt": tells our files from others

// The SQL that makes version 1, then what makes each next version of the one before.
//
// Bringing a file up to date: the file as it was is copied beside it ("mailfleet.db.schema-1") and
// the copy proven (backup.h); then each version is one transaction. Whatever ends it in between
// leaves a whole version, and the next start goes on from there.
using Schema = std::vector<std::string>;
Schema our_schema();

class Database {
 public:
  enum class Access { read_write, read_only };

  // Makes the file when it is missing and brings its schema up to date (see Schema). Throws
  // StoreError for a file that is newer than this program, damaged or not ours.
  Database(const std::filesystem::path& file, Access access);
  Database(const std::filesystem::path& file, Access access, const Schema& schema);

  // A statement, compiled once, reset and without bindings. One use at a time for each text.
  SQLite::Statement& prepared(std::string_view sql);
  void execute(const char* sql) { connection_.exec(sql); }
  bool in_transaction();
  int64_t last_id() const { return connection_.getLastInsertRowid(); }
  int changed_rows() const { return connection_.getChanges(); }
  int64_t all_changed_rows();  // since it was opened

  // Ends whatever is still being read: an open reader keeps the WAL from being emptied.
  void rest();

  // The id of the piece with this text, added when it is new.
  int64_t piece(const std::string& text);
  int64_t piece(const std::string& text, const std::string& sha256);
  // Lines of PRAGMA quick_check; empty: all is well.
  std::vector<std::string> integrity_problems();
  int schema_version();

 private:
  void must_be_ours(const Schema& schema, Access access);
  void set_up(const Schema& schema);
  void migrate(const Schema& schema);

  std::filesystem::path file_;
  SQLite::Database connection_;
  std::map<std::string, std::unique_ptr<SQLite::Statement>, std::less<>> statements_{};
};

}  // namespace mailfleet
