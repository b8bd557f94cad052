#include "monitor/store/history.h"

#include <algorithm>

#include "monitor/store/columns.h"
#include "monitor/store/database.h"
#include "monitor/store/packed.h"
#include "monitor/store/value_json.h"

namespace mailfleet {
namespace {

using SQLite::Statement;

constexpr const char* select_all =
    "SELECT c.id, c.at, d.name, c.check_id, c.was, c.now, c.kind, c.summary FROM change c "
    "JOIN domain d ON d.id = c.domain_id WHERE (?1 = 0 OR c.id < ?1) ORDER BY c.id DESC LIMIT ?2";
constexpr const char* select_one =
    "SELECT c.id, c.at, d.name, c.check_id, c.was, c.now, c.kind, c.summary FROM change c "
    "JOIN domain d ON d.id = c.domain_id WHERE d.name = ?3 AND (?1 = 0 OR c.id < ?1) "
    "ORDER BY c.id DESC LIMIT ?2";

std::optional<ChangeRow> row_in(Statement& from) {
  const auto name = Name::parse(from.getColumn(2).getString());
  if (!name) return {};
  ChangeRow out(*name);
  out.id = from.getColumn(0).getInt64();
  out.at = time_in(from.getColumn(1));
  out.check = from.getColumn(3).getString();
  out.was = from.getColumn(4).getString();
  out.now = from.getColumn(5).getString();
  out.kind = from.getColumn(6).getString();
  out.summary = from.getColumn(7).getString();
  return out;
}

std::optional<Value> packed_value(const SQLite::Column& column) {
  const auto text =
      unpack({static_cast<const char*>(column.getBlob()), static_cast<size_t>(column.getBytes())});
  return text ? parse_value(*text) : std::nullopt;
}

int drop(Database& database, const char* sql, std::optional<Time> before) {
  Statement& statement = database.prepared(sql);
  if (before) statement.bind(1, int64_t{before->time_since_epoch().count()});
  return statement.exec();
}

}  // namespace

std::vector<ChangeRow> read_changes(Database& database, const std::optional<Name>& domain,
                                    int64_t before_id, size_t limit) {
  Statement& find = database.prepared(domain ? select_one : select_all);
  find.bind(1, before_id);
  find.bind(2, static_cast<int64_t>(std::min(limit, max_change_rows)));
  if (domain) find.bind(3, domain->text());
  std::vector<ChangeRow> out;
  while (find.executeStep())
    if (auto row = row_in(find)) out.push_back(std::move(*row));
  return out;
}

std::optional<ChangeFacts> read_change_facts(Database& database, int64_t change_id) {
  Statement& find = database.prepared(
      "SELECT w.packed, n.packed FROM change c JOIN piece w ON w.id = c.facts_was "
      "JOIN piece n ON n.id = c.facts_now WHERE c.id = ?");
  find.bind(1, change_id);
  if (!find.executeStep()) return {};
  auto was = packed_value(find.getColumn(0));
  auto now = packed_value(find.getColumn(1));
  if (!was || !now) return {};
  return ChangeFacts{std::move(*was), std::move(*now)};
}

Pruned prune(Database& database, Time before) {
  Pruned out;
  out.changes = drop(database, "DELETE FROM change WHERE at < ?", before);
  out.evidence = drop(database,
                      "DELETE FROM evidence WHERE at < ? AND EXISTS (SELECT 1 FROM evidence newer "
                      "WHERE newer.domain_id = evidence.domain_id AND newer.at > evidence.at)",
                      before);
  out.pieces = drop(database,
                    "DELETE FROM piece WHERE id NOT IN (SELECT piece_id FROM evidence_piece) "
                    "AND id NOT IN (SELECT facts_was FROM change) "
                    "AND id NOT IN (SELECT facts_now FROM change)",
                    {});
  out.reports = drop(database, "DELETE FROM report WHERE ends < ?", before);
  return out;
}

}  // namespace mailfleet
