// A posture as a tree and back, in the form that is stored with a domain. Levels are stored by
// name, so that a ladder may grow. A check seen by the latest look has no time of its own: the look
// has it, so that a quiet look leaves the text as it was.
#pragma once

#include <span>
#include <string>

#include "checks/base/check.h"
#include "monitor/watch/posture.h"

namespace mailfleet {

Value posture_to_value(const Posture& posture, std::span<const Check* const> checks);
// Standings of checks that are no more are left out; what cannot be read is as if never seen.
Posture posture_from_value(const Value& value, Time at, std::span<const Check* const> checks);

// What an entry of the trusted list rests on, as one digest: equal evidence, equal digest.
std::string evidence_digest_of(const Posture& posture);

}  // namespace mailfleet
