#include "monitor/store/ledger.h"

#include <array>
#include <limits>

#include "monitor/store/columns.h"
#include "monitor/store/database.h"
#include "monitor/store/packed.h"
#include "monitor/store/value_json.h"
#include "monitor/watch/watch_value.h"

namespace mailfleet {
namespace {

using SQLite::Statement;

Value strings(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& text : texts) out.push(text);
  return out;
}

std::vector<std::string> strings_of(const std::string& json) {
  std::vector<std::string> out;
  const auto value = parse_value(json);
  if (!value) return out;
  for (const Value& each : value->items()) out.emplace_back(each.as_string().value_or(""));
  return out;
}

}  // namespace

void save_incident(Database& database, const Incident& incident) {
  Statement& put = database.prepared(
      "INSERT OR REPLACE INTO incident (id, state, since, ended_at, body_packed) VALUES (?, ?, ?, "
      "?, ?)");
  put.bind(1, incident.id);
  put.bind(2, std::string(to_text(incident.state)));
  put.bind(3, seconds(incident.since));
  if (incident.ended_at) put.bind(4, seconds(*incident.ended_at));
  bind_blob(put, 5, pack(to_json(to_value(incident))));
  put.exec();
}

std::vector<Incident> read_incidents(Database& database, Time since) {
  Statement& find = database.prepared(
      "SELECT body_packed FROM incident WHERE ended_at IS NULL OR ended_at >= ? ORDER BY id");
  find.bind(1, seconds(since));
  std::vector<Incident> out;
  while (find.executeStep()) out.push_back(incident_of(value_in(find.getColumn(0))));
  return out;
}

void save_transition(Database& database, const Name& domain, const TrustTransition& transition,
                     Time at) {
  Statement& add = database.prepared(
      "INSERT INTO trust_transition (at, domain_id, from_state, to_state, from_tier, to_tier, "
      "causes_json) "
      "SELECT ?, id, ?, ?, ?, ?, ? FROM domain WHERE name = ?");
  add.bind(1, seconds(at));
  add.bind(2, std::string(to_text(transition.from_state)));
  add.bind(3, std::string(to_text(transition.to_state)));
  add.bind(4, std::string(to_text(transition.from_tier)));
  add.bind(5, std::string(to_text(transition.to_tier)));
  add.bind(6, to_json(strings(transition.causes)));
  add.bind(7, domain.text());
  add.exec();
}

std::vector<TransitionRow> read_transitions(Database& database) {
  Statement& find = database.prepared(
      "SELECT d.name, t.at, t.from_state, t.to_state, t.from_tier, t.to_tier, t.causes_json "
      "FROM trust_transition t JOIN domain d ON d.id = t.domain_id ORDER BY t.id");
  std::vector<TransitionRow> out;
  while (find.executeStep()) {
    const auto name = Name::parse(find.getColumn(0).getString());
    if (!name) continue;
    TransitionRow row(*name);
    row.at = time_in(find.getColumn(1));
    row.transition = {
        .from_state = parse_trust_state(find.getColumn(2).getString()).value_or(TrustState::none),
        .to_state = parse_trust_state(find.getColumn(3).getString()).value_or(TrustState::none),
        .from_tier = parse_tier(find.getColumn(4).getString()).value_or(Tier::none),
        .to_tier = parse_tier(find.getColumn(5).getString()).value_or(Tier::none),
        .causes = strings_of(find.getColumn(6).getString())};
    out.push_back(std::move(row));
  }
  return out;
}

void save_edition(Database& database, const EditionRow& edition, size_t keep) {
  Statement& last = database.prepared("SELECT coalesce(max(serial), 0) FROM feed_edition");
  const int64_t before = last.executeStep() ? last.getColumn(0).getInt64() : 0;
  last.reset();
  const auto serial = static_cast<int64_t>(edition.serial);
  if (serial <= before) throw std::runtime_error("the serial of an edition must grow");
  Statement& add = database.prepared(
      "INSERT INTO feed_edition (serial, issued, expires, sha256, body, signature, jws) VALUES (?, "
      "?, ?, ?, ?, ?, ?)");
  add.bind(1, serial);
  add.bind(2, seconds(edition.issued));
  add.bind(3, seconds(edition.expires));
  add.bind(4, edition.sha256);
  bind_blob(add, 5, edition.body);
  add.bind(6, edition.signature);
  add.bind(7, edition.jws);
  add.exec();
  Statement& drop = database.prepared("DELETE FROM feed_edition WHERE serial <= ?");
  drop.bind(1, serial - static_cast<int64_t>(keep));
  drop.exec();
}

std::optional<EditionRow> read_last_edition(Database& database) {
  Statement& find = database.prepared(
      "SELECT serial, issued, expires, sha256, body, signature, jws FROM feed_edition ORDER BY "
      "serial DESC LIMIT 1");
  if (!find.executeStep()) return {};
  return EditionRow{.serial = static_cast<uint64_t>(find.getColumn(0).getInt64()),
                    .issued = time_in(find.getColumn(1)),
                    .expires = time_in(find.getColumn(2)),
                    .sha256 = find.getColumn(3).getString(),
                    .body = blob_in(find.getColumn(4)),
                    .signature = find.getColumn(5).getString(),
                    .jws = find.getColumn(6).getString()};
}

std::optional<std::string> read_edition_part(Database& database, uint64_t serial,
                                             EditionPart part) {
  static constexpr std::array<const char*, 3> questions{
      "SELECT body FROM feed_edition WHERE serial = ?",
      "SELECT signature FROM feed_edition WHERE serial = ?",
      "SELECT jws FROM feed_edition WHERE serial = ?"};
  if (serial > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) return {};
  Statement& find = database.prepared(questions[static_cast<size_t>(part)]);
  find.bind(1, static_cast<int64_t>(serial));
  if (!find.executeStep() || find.getColumn(0).getBytes() == 0) return {};
  return blob_in(find.getColumn(0));
}

}  // namespace mailfleet
