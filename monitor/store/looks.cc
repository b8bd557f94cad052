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

// The row of a domain, brought up to the look; made when it is the first.
class Upsert {
 public:
  Upsert(Database& database, const Look& look, std::span<const Check* const> checks)
      : database_(database),
        look_(look),
        checks_(checks),
        posture_(pack(to_json(posture_to_value(look.posture, checks)))),
        watch_(pack(to_json(to_value(look.watch)))),
        trust_(pack(to_json(to_value(look.trust)))) {}

  // The id of the row.
  int64_t run(Saved& saved) {
    Statement& find = database_.prepared(
        "SELECT d.id, m.posture_packed = ?2 AND m.watch_packed = ?3 AND d.dmarc_since IS ?4 AND "
        "d.glance IS NOT NULL FROM domain d JOIN memory m ON m.domain_id = d.id WHERE d.name = ?1");
    find.bind(1, look_.domain.text());
    bind_blob(find, 2, posture_);
    bind_blob(find, 3, watch_);
    bind_since(find, 4);
    const bool known = find.executeStep();
    if (known && find.getColumn(1).getInt() != 0) {
      touch();
      return find.getColumn(0).getInt64();
    }
    saved.posture = true;
    put_domain(known);
    const int64_t id = known ? find.getColumn(0).getInt64() : database_.last_id();
    put_memory(id);
    return id;
  }

 private:
  void bind_since(Statement& to, int index) const {
    if (look_.dmarc_since) to.bind(index, seconds(*look_.dmarc_since));
  }

  void touch() {
    Statement& update =
        database_.prepared("UPDATE domain SET look_at = ?2, trust_packed = ?3 WHERE name = ?1");
    update.bind(1, look_.domain.text());
    update.bind(2, seconds(look_.posture.at));
    bind_blob(update, 3, trust_);
    update.exec();
  }

  void put_domain(bool known) {
    Statement& put = database_.prepared(
        known ? "UPDATE domain SET look_at = ?2, trust_packed = ?3, dmarc_since = ?4, glance = ?5 "
                "WHERE name = ?1"
              : "INSERT INTO domain (name, first_at, look_at, trust_packed, dmarc_since, glance) "
                "VALUES (?1, ?2, ?2, ?3, ?4, ?5)");
    put.bind(1, look_.domain.text());
    put.bind(2, seconds(look_.posture.at));
    bind_blob(put, 3, trust_);
    bind_since(put, 4);
    put.bind(5, glance_text(look_.domain, look_.posture, look_.watch, checks_));
    put.exec();
  }

  void put_memory(int64_t id) {
    Statement& put = database_.prepared(
        "INSERT OR REPLACE INTO memory (domain_id, posture_packed, watch_packed) VALUES (?, ?, ?)");
    put.bind(1, id);
    bind_blob(put, 2, posture_);
    bind_blob(put, 3, watch_);
    put.exec();
  }

  Database& database_;
  const Look& look_;
  std::span<const Check* const> checks_;
  std::string posture_;
  std::string watch_;
  std::string trust_;
};

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
    "SELECT d.id, d.name, d.first_at, d.look_at, m.posture_packed, m.watch_packed, d.dmarc_since, "
    "d.trust_packed FROM domain d JOIN memory m ON m.domain_id = d.id WHERE d.name = ?";

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
  const int64_t id = Upsert(database, look, checks).run(saved);
  save_policy(database, id, look.remembered, read_policy(database, id));
  save_changes(database, id, look.posture.at, look.changes);
  saved.evidence = save_evidence(database, id, look);
  if (look.transition) save_transition(database, look.domain, *look.transition, look.posture.at);
  for (const Incident& incident : look.incidents) save_incident(database, incident);
  return saved;
}

bool save_word(Database& database, const Name& name, const DomainWatch& watch,
               const TrustEntry& trust, const std::optional<TrustTransition>& transition, Time at) {
  Statement& entry = database.prepared("UPDATE domain SET trust_packed = ?2 WHERE name = ?1");
  const std::string trust_text = pack(to_json(to_value(trust)));
  entry.bind(1, name.text());
  bind_blob(entry, 2, trust_text);
  if (entry.exec() == 0) return false;
  // What waits for a confirming look may have changed: the glance is made anew.
  Statement& memory = database.prepared(
      "UPDATE memory SET watch_packed = ?2 WHERE watch_packed <> ?2 AND "
      "domain_id = (SELECT id FROM domain WHERE name = ?1)");
  const std::string watch_text = pack(to_json(to_value(watch)));
  memory.bind(1, name.text());
  bind_blob(memory, 2, watch_text);
  if (memory.exec() > 0) {
    Statement& outdated = database.prepared("UPDATE domain SET glance = NULL WHERE name = ?");
    outdated.bind(1, name.text());
    outdated.exec();
  }
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
