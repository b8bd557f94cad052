#include "monitor/store/looks.h"

#include "monitor/store/columns.h"
#include "monitor/store/database.h"
#include "monitor/store/evidence_json.h"
#include "monitor/store/glances.h"
#include "monitor/store/ledger.h"
#include "monitor/store/packed.h"
#include "monitor/store/policies.h"
#include "monitor/store/posture_json.h"
#include "monitor/store/value_json.h"
#include "monitor/watch/trust_value.h"
#include "monitor/watch/watch_value.h"

namespace mailfleet {
namespace {

using SQLite::Statement;

std::optional<Time> time_if_any(const SQLite::Column& column) {
  return column.isNull() ? std::nullopt : std::optional(time_in(column));
}

struct Row {
  int64_t id = 0;
  Time look_at{};
};

// The row of the domain, brought up to the look; made when it is the first.
Row upsert(Database& database, const Look& look, std::span<const Check* const> checks,
           Saved& saved) {
  const std::string posture = pack(to_json(posture_to_value(look.posture, checks)));
  const std::string watch = pack(to_json(to_value(look.watch)));
  const std::string trust = pack(to_json(to_value(look.trust)));
  Statement& find = database.prepared(
      "SELECT id, look_at, posture_packed = ?2 AND watch_packed = ?3 AND dmarc_since IS ?4 AND "
      "glance IS NOT NULL FROM domain WHERE name = ?1");
  const auto bind = [&](Statement& to) {
    to.bind(1, look.domain.text());
    bind_blob(to, 2, posture);
    bind_blob(to, 3, watch);
    if (look.dmarc_since) to.bind(4, seconds(*look.dmarc_since));
  };
  const auto bind_all = [&](Statement& to) {
    bind(to);
    to.bind(7, glance_text(look.domain, look.posture, look.watch, checks));
  };
  bind(find);
  if (!find.executeStep()) {
    Statement& add = database.prepared(
        "INSERT INTO domain (name, posture_packed, watch_packed, dmarc_since, first_at, look_at, "
        "trust_packed, glance) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7)");
    bind_all(add);
    add.bind(5, seconds(look.posture.at));
    bind_blob(add, 6, trust);
    add.exec();
    saved.posture = true;
    return {database.last_id(), look.posture.at};
  }
  const Row row{find.getColumn(0).getInt64(), time_in(find.getColumn(1))};
  const bool same = find.getColumn(2).getInt() != 0;
  Statement& update = database.prepared(
      same ? "UPDATE domain SET look_at = ?5, trust_packed = ?6 WHERE name = ?1"
           : "UPDATE domain SET posture_packed = ?2, watch_packed = ?3, dmarc_since = ?4, "
             "look_at = ?5, trust_packed = ?6, glance = ?7 WHERE name = ?1");
  if (same)
    update.bind(1, look.domain.text());
  else
    bind_all(update);
  update.bind(5, seconds(look.posture.at));
  bind_blob(update, 6, trust);
  update.exec();
  saved.posture = !same;
  return row;
}

void save_changes(Database& database, int64_t domain, Time at, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const int64_t was = database.piece(to_json(change.facts_was));
    const int64_t now = database.piece(to_json(change.facts_now));
    Statement& add = database.prepared(
        "INSERT INTO change (at, domain_id, check_id, was, now, kind, summary, facts_was, "
        "facts_now) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    add.bind(1, seconds(at));
    add.bind(2, domain);
    add.bind(3, change.check);
    add.bind(4, change.was);
    add.bind(5, change.now);
    add.bind(6, change.kind);
    add.bind(7, change.summary);
    add.bind(8, was);
    add.bind(9, now);
    add.exec();
  }
}

void run_on(Database& database, const char* sql, int64_t id) {
  Statement& statement = database.prepared(sql);
  statement.bind(1, id);
  statement.exec();
}

void add_evidence(Database& database, int64_t domain, const Look& look, const std::string& digest) {
  const EvidenceParts parts = to_parts(look.evidence);
  Statement& add = database.prepared(
      "INSERT INTO evidence (domain_id, at, kept, digest, body_packed) VALUES (?, ?, ?, ?, ?)");
  add.bind(1, domain);
  add.bind(2, seconds(look.posture.at));
  add.bind(3, look.changes.empty() ? 0 : 1);
  add.bind(4, digest);
  bind_blob(add, 5, pack(parts.body));
  add.exec();
  const int64_t id = database.last_id();
  for (const auto& [sha256, text] : parts.pieces) {
    const int64_t piece = database.piece(text, sha256);
    Statement& link =
        database.prepared("INSERT INTO evidence_piece (evidence_id, piece_id) VALUES (?, ?)");
    link.bind(1, id);
    link.bind(2, piece);
    link.exec();
  }
}

bool save_evidence(Database& database, int64_t domain, const Look& look) {
  const std::string digest = evidence_digest(look.evidence);
  Statement& latest = database.prepared(
      "SELECT id, kept, digest FROM evidence WHERE domain_id = ? ORDER BY at DESC, id DESC LIMIT "
      "1");
  latest.bind(1, domain);
  if (latest.executeStep()) {
    const int64_t id = latest.getColumn(0).getInt64();
    const bool kept = latest.getColumn(1).getInt() != 0;
    const bool same = latest.getColumn(2).getString() == digest;
    latest.reset();
    if (!look.changes.empty() && !kept)
      run_on(database, "UPDATE evidence SET kept = 1 WHERE id = ?", id);
    if (same) return false;
    if (look.changes.empty() && !kept) run_on(database, "DELETE FROM evidence WHERE id = ?", id);
  }
  add_evidence(database, domain, look, digest);
  return true;
}

constexpr const char* select_memory =
    "SELECT id, name, first_at, look_at, posture_packed, watch_packed, dmarc_since, trust_packed "
    "FROM domain "
    "WHERE name = ?";
DomainMemory memory_in(Database& database, Statement& row, std::span<const Check* const> checks) {
  const auto name = Name::parse(row.getColumn(1).getString());
  if (!name) throw std::runtime_error("a stored domain has no name");
  DomainMemory out(*name);
  out.first_at = time_in(row.getColumn(2));
  out.posture = posture_from_value(value_in(row.getColumn(4)), time_in(row.getColumn(3)), checks);
  out.watch = domain_watch_of(value_in(row.getColumn(5)));
  out.dmarc_since = time_if_any(row.getColumn(6));
  out.trust = trust_entry_of(value_in(row.getColumn(7)));
  out.remembered = read_policy(database, row.getColumn(0).getInt64());
  return out;
}

}  // namespace

Saved save_look(Database& database, const Look& look, std::span<const Check* const> checks) {
  Saved saved{.changes = look.changes.size()};
  const Row row = upsert(database, look, checks, saved);
  save_policy(database, row.id, look.remembered, read_policy(database, row.id));
  save_changes(database, row.id, look.posture.at, look.changes);
  saved.evidence = save_evidence(database, row.id, look);
  if (look.transition) save_transition(database, look.domain, *look.transition, look.posture.at);
  for (const Incident& incident : look.incidents) save_incident(database, incident);
  return saved;
}

bool save_word(Database& database, const Name& name, const DomainWatch& watch,
               const TrustEntry& trust, const std::optional<TrustTransition>& transition, Time at) {
  Statement& update =
      database.prepared("UPDATE domain SET watch_packed = ?2, trust_packed = ?3 WHERE name = ?1");
  update.bind(1, name.text());
  const std::string watch_text = pack(to_json(to_value(watch)));
  const std::string trust_text = pack(to_json(to_value(trust)));
  bind_blob(update, 2, watch_text);
  bind_blob(update, 3, trust_text);
  if (update.exec() == 0) return false;
  if (transition) save_transition(database, name, *transition, at);
  return true;
}

std::optional<DomainMemory> read_memory(Database& database, const Name& name,
                                        std::span<const Check* const> checks) {
  Statement& find = database.prepared(select_memory);
  find.bind(1, name.text());
  if (!find.executeStep()) return {};
  return memory_in(database, find, checks);
}

bool forget_domain(Database& database, const Name& name) {
  Statement& drop = database.prepared("DELETE FROM domain WHERE name = ?");
  drop.bind(1, name.text());
  return drop.exec() > 0;
}

std::optional<StoredEvidence> read_evidence(Database& database, const Name& name,
                                            std::optional<Time> at) {
  Statement& find = database.prepared(
      "SELECT e.at, e.body_packed FROM evidence e JOIN domain d ON d.id = e.domain_id "
      "WHERE d.name = ?1 AND (?2 IS NULL OR e.at <= ?2) ORDER BY e.at DESC, e.id DESC LIMIT 1");
  find.bind(1, name.text());
  if (at) find.bind(2, seconds(*at));
  if (!find.executeStep()) return {};
  const auto piece = [&](const std::string& sha256) -> std::optional<std::string> {
    Statement& row = database.prepared("SELECT packed FROM piece WHERE sha256 = ?");
    row.bind(1, sha256);
    return row.executeStep() ? unpack(blob_in(row.getColumn(0))) : std::nullopt;
  };
  auto evidence = from_parts(unpacked_in(find.getColumn(1)), piece);
  if (!evidence) throw std::runtime_error("stored evidence cannot be read");
  return StoredEvidence{time_in(find.getColumn(0)), std::move(*evidence)};
}

}  // namespace mailfleet
