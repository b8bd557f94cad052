// The one connection to the database file, its schema and its statements. Lives on the store's
// thread (store.h) or, read-only, in a command such as `replay`; not thread-safe.
//
// WAL with synchronous=FULL: what was committed survives a power cut. Two writing connections are
// never opened: SQLite 3.40.1 can lose a WAL reset then.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "monitor/store/store_error.h"

namespace mailfleet {

class Database {
 public:
  enum class Access { read_write, read_only };

  // Makes the file when it is missing and brings its schema up to date. Throws StoreError for a
  // file that is newer than this program, damaged or not ours.
  Database(const std::filesystem::path& file, Access access);

  // A statement, compiled once, reset and without bindings. One use at a time for each text.
  SQLite::Statement& prepared(const char* sql);
  void execute(const char* sql) { connection_.exec(sql); }
  bool in_transaction();
  int64_t last_id() const { return connection_.getLastInsertRowid(); }
  int changed_rows() const { return connection_.getChanges(); }

  // Ends whatever is still being read: an open reader keeps the WAL from being emptied.
  void rest();

  // The id of the piece with this text, added when it is new.
  int64_t piece(const std::string& text);
  int64_t piece(const std::string& text, const std::string& sha256);
  // Lines of PRAGMA quick_check; empty: all is well.
  std::vector<std::string> integrity_problems();
  int schema_version();

 private:
  void set_up();
  void migrate();

  SQLite::Database connection_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_{};
};

int newest_schema_version();

}  // namespace mailfleet
