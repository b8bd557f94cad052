#include "bench/limit/sqlite.h"

#include <sqlite3.h>

#include <stdexcept>

#include "bench/measure.h"

namespace mailfleet::bench {
namespace {

class Bare {
 public:
  explicit Bare(const std::string& file) {
    must(sqlite3_open(file.c_str(), &db_));
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("CREATE TABLE IF NOT EXISTS domain (id INTEGER PRIMARY KEY, name TEXT UNIQUE, at INTEGER)");
    run("CREATE TABLE IF NOT EXISTS part (id INTEGER PRIMARY KEY, domain INTEGER, octets BLOB)");
  }
  ~Bare() { sqlite3_close(db_); }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  void run(const char* sql) { must(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr)); }
  sqlite3_stmt* compile(const char* sql) {
    sqlite3_stmt* out = nullptr;
    must(sqlite3_prepare_v2(db_, sql, -1, &out, nullptr));
    return out;
  }
  void step(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
  }
  int64_t last_id() { return sqlite3_last_insert_rowid(db_); }

 private:
  void must(int result) {
    if (result != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  sqlite3* db_ = nullptr;
};

template <class Write>
double in_commits(Bare& bare, size_t count, size_t per_commit, Write write) {
  return cpu_of([&] {
    for (size_t i = 0; i < count; ++i) {
      if (i % per_commit == 0) bare.run("BEGIN IMMEDIATE");
      write(i);
      if ((i + 1) % per_commit == 0 || i + 1 == count) bare.run("COMMIT");
    }
  });
}

}  // namespace

double bare_insert(const std::string& file, const std::vector<RowsToWrite>& rows,
                   size_t per_commit) {
  Bare bare(file);
  sqlite3_stmt* domain = bare.compile("INSERT INTO domain (name, at) VALUES (?, ?)");
  sqlite3_stmt* part = bare.compile("INSERT INTO part (domain, octets) VALUES (?, ?)");
  const double cost = in_commits(bare, rows.size(), per_commit, [&](size_t i) {
    sqlite3_bind_text(domain, 1, rows[i].key.c_str(), -1, SQLITE_STATIC);
    sqlite3_bind_int64(domain, 2, 1);
    bare.step(domain);
    const int64_t id = bare.last_id();
    for (const std::string& blob : rows[i].blobs) {
      sqlite3_bind_int64(part, 1, id);
      sqlite3_bind_blob(part, 2, blob.data(), static_cast<int>(blob.size()), SQLITE_STATIC);
      bare.step(part);
    }
  });
  sqlite3_finalize(domain);
  sqlite3_finalize(part);
  return cost;
}

double bare_touch(const std::string& file, const std::vector<RowsToWrite>& rows,
                  size_t per_commit) {
  Bare bare(file);
  sqlite3_stmt* touch = bare.compile("UPDATE domain SET at = at + 1 WHERE name = ?");
  const double cost = in_commits(bare, rows.size(), per_commit, [&](size_t i) {
    sqlite3_bind_text(touch, 1, rows[i].key.c_str(), -1, SQLITE_STATIC);
    bare.step(touch);
  });
  sqlite3_finalize(touch);
  return cost;
}

}  // namespace mailfleet::bench
