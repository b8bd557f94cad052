// What is carried from one look to the next besides the posture: the MTA-STS policy that a sender
// would still hold (RFC 8461 §3.3), since when a domain has asked for no DMARC enforcement, and
// where its DKIM keys were. Pure; reads facts.
#pragma once

#include <optional>

#include "checks/base/domain.h"
#include "monitor/watch/posture.h"
#include "monitor/watch/regression.h"

namespace mailfleet {

// A policy that was fetched and is valid replaces the old one, mode "none" too; whatever else was
// seen leaves the old one in force until its max_age has passed.
std::optional<RememberedPolicy> remembered_after(const std::optional<RememberedPolicy>& before,
                                                 const Posture& posture);

// A record that asks for enforcement, or its absence, ends it; what could not be seen does not.
std::optional<Time> dmarc_since_after(const std::optional<Time>& before, const Posture& posture);

// How long a new DKIM selector must stand before the removal of another is a rotation: mail that was
// signed with the old key may be that long on its way.
constexpr Seconds rotation_time{7 * 24 * 3600};

// When DKIM selectors were seen to become valid, those of the last `rotation_time` only. One that
// was valid at first sight has no time: it may be as old as the domain. `last`: null at first sight.
std::map<std::string, Time, std::less<>> young_selectors_after(
    const std::map<std::string, Time, std::less<>>& before, const Posture* last,
    const Posture& posture);

// Tells the domain what is known of its DKIM selectors.
void recall_selectors(Domain& domain, const DomainWatch& watch, Time now);

}  // namespace mailfleet
