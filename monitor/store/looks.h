// A look at a domain, written down in one transaction, and what is remembered for the next one.
// All functions run on the store's thread, inside its transaction.
//
// A quiet look updates two columns of one small row. Evidence is written when it differs from that
// of the look before in more than TTLs and the like, and kept for good on both sides of a change.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/base/domain.h"
#include "monitor/watch/change.h"
#include "monitor/watch/incident.h"
#include "monitor/watch/posture.h"
#include "monitor/watch/regression.h"
#include "monitor/watch/trust_entry.h"

namespace mailfleet {

class Database;

struct Look {
  explicit Look(Name name) : domain(std::move(name)) {}
  Name domain;
  Posture posture{};
  Evidence evidence{};
  std::vector<Change> changes{};
  std::optional<RememberedPolicy> remembered{};
  std::optional<Time> dmarc_since{};
  DomainWatch watch{};
  TrustEntry trust{};
  std::optional<TrustTransition> transition{};
  std::vector<Incident> incidents{};  // that this look opened, changed or ended
};

// What the last look left behind.
struct DomainMemory {
  explicit DomainMemory(Name domain_name) : name(std::move(domain_name)) {}
  Name name;
  Time first_at{};
  Posture posture{};
  std::optional<RememberedPolicy> remembered{};
  std::optional<Time> dmarc_since{};
  DomainWatch watch{};
  TrustEntry trust{};
};

// What the two functions below did, for the tests and the counters.
struct Saved {
  bool posture = false;  // written anew
  bool evidence = false;
  size_t changes = 0;
};

Saved save_look(Database& database, const Look& look, std::span<const Check* const> checks);
// Empty when the domain was never looked at. Throws for a row that cannot be read.
std::optional<DomainMemory> read_memory(Database& database, const Name& name,
                                        std::span<const Check* const> checks);

// What a person's word changes between looks. False when the domain was never looked at.
bool save_word(Database& database, const Name& name, const DomainWatch& watch,
               const TrustEntry& trust, const std::optional<TrustTransition>& transition, Time at);
// Everything about it goes. False when it was not there.
bool forget_domain(Database& database, const Name& name);

struct StoredEvidence {
  Time at{};  // of the look that saw it
  Evidence evidence{};
};
// The evidence that was valid at `at`; the latest without.
std::optional<StoredEvidence> read_evidence(Database& database, const Name& name,
                                            std::optional<Time> at);

}  // namespace mailfleet
