// A posture at a glance: as what the whole fleet is kept in memory, and all that must be known of a
// domain until it is looked at again. Follows from the posture alone. Pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/watch/posture.h"
#include "monitor/watch/trust.h"

namespace mailfleet {

struct Glance {
  struct Level {
    std::string_view check{};  // id; points into the registry
    int level = 0;             // last known
    Time seen{};

    bool operator==(const Level&) const = default;
  };
  Time at{};  // the latest look
  DomainState state = DomainState::unknown;
  std::vector<Level> levels{};  // of the checks that were ever seen, in the order of the registry
  uint16_t fails = 0;           // findings by severity
  uint16_t advices = 0;
  Eligibility eligibility{};
  std::vector<std::pair<std::string, std::string>> unseen{};  // as unseen_causes (stale.h)

  bool operator==(const Glance&) const = default;
};

Glance glance_of(const Name& domain, const Posture& posture);

}  // namespace mailfleet
