// Which domains get series of their own in /metrics ([metrics] per_domain).
#pragma once

#include <cstddef>
#include <cstdint>

namespace mailfleet {

// automatic: all of a fleet up to this size, of a larger one those that are failing.
constexpr size_t max_domains_all = 2000;

enum class PerDomain : uint8_t { automatic, all, failing, none };

}  // namespace mailfleet
