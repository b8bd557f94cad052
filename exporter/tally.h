// The fleet counted: what the metrics, the summary and the fleet page all say. Pure.
#pragma once

#include <array>
#include <span>
#include <vector>

#include "checks/registry.h"
#include "exporter/snapshot.h"

namespace mailfleet {

inline constexpr std::array all_domain_states{DomainState::good, DomainState::attention,
                                              DomainState::failing, DomainState::unknown,
                                              DomainState::pending};
inline constexpr std::array all_tiers{Tier::none, Tier::t1, Tier::t2, Tier::t3};
// A domain in state `none` has no entry.
inline constexpr std::array entry_states{TrustState::pending, TrustState::active,
                                         TrustState::suspended, TrustState::withdrawn};

struct Tally {
  size_t domains = 0;
  std::array<size_t, 5> states{};                // by DomainState
  std::vector<std::vector<size_t>> levels{};     // by check, by level
  std::vector<size_t> unknown{};                 // by check
  std::array<std::array<size_t, 5>, 4> trust{};  // by Tier, by TrustState

  void add(const DomainSummary& domain);
};

Tally empty_tally(std::span<const Check* const> checks);
Tally tally_of(const Snapshot& snapshot, std::span<const Check* const> checks);

}  // namespace mailfleet
