#include "monitor/store/words.h"

#include "monitor/store/columns.h"
#include "monitor/store/database.h"
#include "monitor/store/value_json.h"

namespace mailfleet {
namespace {

using SQLite::Statement;

std::string json_of(const std::vector<Name>& names) {
  Value out = Value::list();
  for (const Name& name : names) out.push(name.text());
  return to_json(out);
}

std::vector<Name> names_of(const std::string& json) {
  const auto list = parse_value(json);
  if (!list) throw std::runtime_error("a stored row cannot be read");
  std::vector<Name> out;
  for (const Value& each : list->items())
    if (auto name = Name::parse(each.as_string().value_or(""))) out.push_back(std::move(*name));
  return out;
}

Said said_in(Statement& row, int first) {
  return {.at = time_in(row.getColumn(first)),
          .by = row.getColumn(first + 1).getString(),
          .reason = row.getColumn(first + 2).getString()};
}

void bind(Statement& to, int first, const Said& said) {
  to.bind(first, seconds(said.at));
  to.bind(first + 1, said.by);
  to.bind(first + 2, said.reason);
}

}  // namespace

void save_agreement(Database& database, const AgreementRow& row) {
  Statement& put = database.prepared(
      "INSERT OR REPLACE INTO agreement (name, agreement, tls_ready, at, actor, reason) VALUES (?, "
      "?, ?, ?, ?, ?)");
  put.bind(1, row.domain.text());
  put.bind(2, row.agreement);
  if (row.tls_ready) put.bind(3, seconds(*row.tls_ready));
  bind(put, 4, row.said);
  put.exec();
}

std::vector<AgreementRow> read_agreements(Database& database) {
  Statement& find = database.prepared(
      "SELECT name, agreement, tls_ready, at, actor, reason FROM agreement ORDER BY name");
  std::vector<AgreementRow> out;
  while (find.executeStep()) {
    const auto name = Name::parse(find.getColumn(0).getString());
    if (!name) throw std::runtime_error("a stored agreement has no name");
    AgreementRow row(*name);
    row.agreement = find.getColumn(1).getString();
    if (!find.getColumn(2).isNull()) row.tls_ready = time_in(find.getColumn(2));
    row.said = said_in(find, 3);
    out.push_back(std::move(row));
  }
  return out;
}

int64_t add_maintenance(Database& database, const MaintenanceRow& row) {
  Statement& add = database.prepared(
      "INSERT INTO maintenance (begins, ends, domains_json, mx_json, at, actor, reason) VALUES (?, "
      "?, ?, ?, ?, ?, ?)");
  add.bind(1, seconds(row.from));
  add.bind(2, seconds(row.until));
  add.bind(3, json_of(row.domains));
  add.bind(4, json_of(row.mx));
  bind(add, 5, row.said);
  add.exec();
  return database.last_id();
}

bool end_maintenance(Database& database, int64_t id, Time at) {
  Statement& end = database.prepared("UPDATE maintenance SET ends = min(ends, ?2) WHERE id = ?1");
  end.bind(1, id);
  end.bind(2, seconds(at));
  return end.exec() > 0;
}

std::vector<MaintenanceRow> read_maintenances(Database& database, Time now) {
  Statement& find = database.prepared(
      "SELECT id, begins, ends, domains_json, mx_json, at, actor, reason FROM maintenance WHERE "
      "ends > ? ORDER BY id");
  find.bind(1, seconds(now));
  std::vector<MaintenanceRow> out;
  while (find.executeStep())
    out.push_back({.id = find.getColumn(0).getInt64(),
                   .domains = names_of(find.getColumn(3).getString()),
                   .mx = names_of(find.getColumn(4).getString()),
                   .from = time_in(find.getColumn(1)),
                   .until = time_in(find.getColumn(2)),
                   .said = said_in(find, 5)});
  return out;
}

}  // namespace mailfleet
