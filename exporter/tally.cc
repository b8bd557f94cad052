#include "exporter/tally.h"

namespace mailfleet {

void Tally::add(const DomainSummary& domain) {
  ++domains;
  ++states[static_cast<size_t>(domain.state)];
  ++trust[static_cast<size_t>(domain.trust.tier)][static_cast<size_t>(domain.trust.state)];
  for (size_t i = 0; i < levels.size(); ++i) {
    const int level = i < domain.levels.size() ? domain.levels[i] : -1;
    const bool known = level >= 0 && static_cast<size_t>(level) < levels[i].size();
    ++(known ? levels[i][static_cast<size_t>(level)] : unknown[i]);
  }
}

Tally empty_tally(std::span<const Check* const> checks) {
  Tally out;
  for (const Check* check : checks) out.levels.emplace_back(check->ladder.size());
  out.unknown.resize(checks.size());
  return out;
}

Tally tally_of(const Snapshot& snapshot, std::span<const Check* const> checks) {
  Tally out = empty_tally(checks);
  for (const DomainPtr& domain : snapshot.domains) out.add(*domain);
  return out;
}

}  // namespace mailfleet
