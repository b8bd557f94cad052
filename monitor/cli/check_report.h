// What `mailfleet check` tells people of one domain: where it stands on every ladder, what is
// wrong, why it matters and what to do, in English or Welsh; words from outside stay as they are.
// Pure.
#pragma once

#include <string>

#include "exporter/advice.h"
#include "monitor/fleet/entry.h"
#include "monitor/watch/posture.h"
#include "monitor/watch/trust.h"

namespace mailfleet {

struct CheckReport {
  const Name& name;
  const FleetEntry* entry = nullptr;  // null: not in the fleet
  const Posture& posture;
  const TrustView& trust;
};

std::string check_report(const CheckReport& report, const AdviceBook& advice, Language language,
                         bool colours);

// Why a check could not be seen, from its facts: "timeout", "handshake-failed". Empty: it does not
// say.
std::string why_unseen(const Value& facts);

}  // namespace mailfleet
