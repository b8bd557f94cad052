// What was told and promised, written down: incidents, transitions of trust entries, editions
// of the feed. All functions run on the store's thread, inside its
// transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/details.h"
#include "monitor/watch/incident.h"
#include "monitor/watch/trust_entry.h"

namespace mailfleet {

class Database;

// An incident as it stands; the alerts that must be told follow from it, so that what is on the
// disk is what will be told, also after a crash.
void save_incident(Database& database, const Incident& incident);
// Open ones, and those that ended at or after `since`, oldest first.
std::vector<Incident> read_incidents(Database& database, Time since);

void save_transition(Database& database, const Name& domain, const TrustTransition& transition,
                     Time at);

struct TransitionRow {
  explicit TransitionRow(Name name) : domain(std::move(name)) {}
  Name domain;
  Time at{};
  TrustTransition transition{};
};
// All transitions, oldest first.
std::vector<TransitionRow> read_transitions(Database& database);

struct EditionRow {
  uint64_t serial = 0;
  Time issued{};
  Time expires{};
  std::string sha256{};
  std::string body{};
  std::string signature{};  // minisign file; empty: not signed
  std::string jws{};
};
// Keeps the latest `keep` editions. Throws when the serial does not grow.
void save_edition(Database& database, const EditionRow& edition, size_t keep);
std::optional<EditionRow> read_last_edition(Database& database);

// Empty when the edition is not kept any more, or was not signed.
std::optional<std::string> read_edition_part(Database& database, uint64_t serial, EditionPart part);

}  // namespace mailfleet
