#include "monitor/watch/glance.h"

#include <algorithm>
#include <limits>

#include "monitor/watch/stale.h"

namespace mailfleet {
namespace {

uint16_t count_of(const Posture& posture, Severity severity) {
  size_t out = 0;
  for (const Standing& standing : posture.standings)
    out += static_cast<size_t>(std::ranges::count(standing.findings, severity, &Finding::severity));
  return static_cast<uint16_t>(std::min<size_t>(out, std::numeric_limits<uint16_t>::max()));
}

}  // namespace

Glance glance_of(const Name& domain, const Posture& posture) {
  Glance out{.at = posture.at,
             .state = state_of(posture),
             .fails = count_of(posture, Severity::fail),
             .advices = count_of(posture, Severity::advice),
             .eligibility = eligibility_of(posture),
             .unseen = unseen_causes(domain, posture)};
  for (const Standing& standing : posture.standings)
    if (standing.level)
      out.levels.push_back({standing.check, *standing.level, standing.seen.value_or(Time{})});
  return out;
}

}  // namespace mailfleet
