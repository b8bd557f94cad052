// The domain object: what `check --json`, `scan --json` and the API say of one domain.
#pragma once

#include <span>

#include "checks/base/value.h"
#include "checks/registry.h"
#include "monitor/watch/posture.h"
#include "monitor/watch/trust.h"

namespace mailfleet {

// {"domain","at","checks":{ID:{"level","seen","age_seconds","findings":[…],"facts":{…}}},"trust":{…}}
// `now` gives the ages. A check that the latest look could not see has its carried level, the time
// it was seen, and the facts of the latest look; in a first look the level is null.
Value domain_object(const Name& name, const Posture& posture, const TrustView& trust, Time now,
                    std::span<const Check* const> checks = all_checks());

}  // namespace mailfleet
