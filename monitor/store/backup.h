// Copies of the database that can be relied on, taken while it is in use.
//
// The copy is made by SQLite's own backup interface from one moment's reading, then proven: SQLite
// finds no fault in it, and every row of every table is the row of that moment. Only then does it
// get its name, so a file of that name is always whole. One file, without a WAL beside it. Any
// thread, with a connection of its own; writers go on meanwhile.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "monitor/store/store_error.h"

namespace mailfleet {

// What a table holds: how many rows, and a SHA-256 over them in their order.
struct TableDigest {
  int64_t rows = 0;
  std::string sha256{};
  bool operator==(const TableDigest&) const = default;
};

struct Backup {
  int schema = 0;  // version
  uintmax_t bytes = 0;
  std::map<std::string, TableDigest> tables{};
};

// Throws SQLite::Exception.
std::map<std::string, TableDigest> digest_tables(SQLite::Database& database);

// Replaces `copy`. Throws StoreError in one line, and leaves no half copy behind.
Backup copy_database(SQLite::Database& source, const std::filesystem::path& copy);

// The database of mailfleet in `file`, of this or an older version, into `copy`. Refuses to write
// over the database itself or over anything but an earlier copy. Throws StoreError.
Backup back_up(const std::filesystem::path& file, const std::filesystem::path& copy);

}  // namespace mailfleet
