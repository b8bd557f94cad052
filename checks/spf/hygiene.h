// What is legal in an SPF record and worth changing all the same: slow terms, wide ranges,
// leftovers (RFC 7208 §3.4, §5.1, §5.5, §6.1). Judges one record and asks nothing.
#pragma once

#include <vector>

#include "checks/base/check.h"
#include "checks/spf/record.h"

namespace mailfleet::spf {

// An included record is somebody else's: only what slows every evaluation is told of it.
enum class Owner { this_policy, somebody_else };

// `seen`: the whole answer in which the record stood.
std::vector<Finding> hygiene(const Record& record, const Name& domain, const DnsObservation& seen,
                             Owner owner);

}  // namespace mailfleet::spf
