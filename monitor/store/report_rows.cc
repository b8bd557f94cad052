#include "monitor/store/report_rows.h"

#include "monitor/store/columns.h"
#include "monitor/store/database.h"

namespace mailfleet {
namespace {

using SQLite::Statement;

void bind_identity(Statement& statement, const ReportRow& row) {
  statement.bind(1, row.kind);
  statement.bind(2, row.organisation);
  statement.bind(3, row.id);
  statement.bind(4, row.domain.text());
}

Statement& of_domain(Database& database, const char* sql, const Name& domain, Time since) {
  Statement& out = database.prepared(sql);
  out.bind(1, domain.text());
  out.bind(2, seconds(since));
  return out;
}

// Sums stay far from the bounds of a number: a report counts at most a million million.
void add_totals(Database& database, const Name& domain, Time since, ReportSums& into) {
  Statement& rows = of_domain(database,
                              "SELECT kind, count(*), sum(good), sum(bad) FROM report "
                              "WHERE domain = ? AND ends >= ? GROUP BY kind",
                              domain, since);
  while (rows.executeStep()) {
    ReportTotal& total = rows.getColumn(0).getString() == "dmarc" ? into.dmarc : into.tls;
    total = {.reports = rows.getColumn(1).getInt64(),
             .good = rows.getColumn(2).getInt64(),
             .bad = rows.getColumn(3).getInt64()};
  }
}

void add_results(Database& database, const Name& domain, Time since, ReportSums& into) {
  Statement& rows = of_domain(database,
                              "SELECT r.kind, e.result, sum(e.count) AS n FROM report r "
                              "JOIN report_result e ON e.report = r.id "
                              "WHERE r.domain = ? AND r.ends >= ? GROUP BY r.kind, e.result "
                              "ORDER BY n DESC, e.result",
                              domain, since);
  while (rows.executeStep()) {
    auto& list = rows.getColumn(0).getString() == "dmarc" ? into.dispositions : into.tls_failures;
    list.emplace_back(rows.getColumn(1).getString(), rows.getColumn(2).getInt64());
  }
}

int64_t failing_sources(Database& database, const Name& domain, Time since) {
  Statement& row = of_domain(database,
                             "SELECT count(DISTINCT s.address) FROM report r "
                             "JOIN report_source s ON s.report = r.id "
                             "WHERE r.domain = ? AND r.ends >= ?",
                             domain, since);
  return row.executeStep() ? row.getColumn(0).getInt64() : 0;
}

}  // namespace

std::optional<Time> imported_before(Database& database, const ReportRow& row) {
  Statement& find = database.prepared(
      "SELECT imported_at FROM report WHERE kind = ? AND organisation = ? AND report_id = ? "
      "AND domain = ?");
  bind_identity(find, row);
  if (!find.executeStep()) return {};
  return time_in(find.getColumn(0));
}

void save_report(Database& database, const ReportRow& row) {
  Statement& add = database.prepared(
      "INSERT INTO report (kind, organisation, report_id, domain, begins, ends, imported_at, "
      "records, good, bad) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  bind_identity(add, row);
  add.bind(5, seconds(row.begins));
  add.bind(6, seconds(row.ends));
  add.bind(7, seconds(row.imported_at));
  add.bind(8, row.records);
  add.bind(9, row.good);
  add.bind(10, row.bad);
  add.exec();
  const int64_t report = database.last_id();
  for (const auto& [result, count] : row.results) {
    Statement& each = database.prepared("INSERT INTO report_result VALUES (?, ?, ?)");
    each.bind(1, report);
    each.bind(2, result);
    each.bind(3, count);
    each.exec();
  }
  for (const Address& address : row.failing_sources) {
    Statement& each = database.prepared("INSERT INTO report_source VALUES (?, ?)");
    each.bind(1, report);
    each.bind(2, address.text());
    each.exec();
  }
}

std::optional<ReportSums> read_report_sums(Database& database, const Name& domain, Time since) {
  ReportSums out{.since = since};
  add_totals(database, domain, since, out);
  if (out.dmarc.reports == 0 && out.tls.reports == 0) return {};
  add_results(database, domain, since, out);
  out.failing_sources = failing_sources(database, domain, since);
  return out;
}

}  // namespace mailfleet
