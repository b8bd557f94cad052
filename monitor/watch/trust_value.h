// A trust entry as a tree and back: the store keeps it as text. Pure; reading is forgiving of what
// is missing and never throws.
#pragma once

#include "checks/base/value.h"
#include "monitor/watch/trust_entry.h"

namespace mailfleet {

Value to_value(const TrustEntry& entry);
TrustEntry trust_entry_of(const Value& value);

// What the pages and the feed show of a look between looks, so that a restart knows it.
Value to_value(const Eligibility& eligibility);
Eligibility eligibility_from(const Value& value);

}  // namespace mailfleet
