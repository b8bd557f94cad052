// What is carried from one look to the next besides the posture: the MTA-STS policy that a sender
// would still hold (RFC 8461 §3.3), and since when a domain has asked for no DMARC enforcement.
// Pure; reads facts.
#pragma once

#include <optional>

#include "checks/base/domain.h"
#include "monitor/watch/posture.h"

namespace mailfleet {

// A policy that was fetched and is valid replaces the old one, mode "none" too; whatever else was
// seen leaves the old one in force until its max_age has passed.
std::optional<RememberedPolicy> remembered_after(const std::optional<RememberedPolicy>& before,
                                                 const Posture& posture);

// A record that asks for enforcement, or its absence, ends it; what could not be seen does not.
std::optional<Time> dmarc_since_after(const std::optional<Time>& before, const Posture& posture);

}  // namespace mailfleet
