// The fleet in numbers, for Prometheus: written from a Snapshot. Unknown is an absent series, never
// a number that means it. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "checks/registry.h"
#include "exporter/metrics/per_domain.h"
#include "exporter/snapshot.h"

namespace mailfleet {

// One of several scrapes that share the fleet between them. What is counted over the whole fleet is
// told by shard 0 only, so that nothing is counted twice.
struct Shard {
  size_t index = 0;
  size_t count = 1;
  auto operator<=>(const Shard&) const = default;
};

// `room`: a text that is no longer wanted; its memory is used again.
std::string fleet_metrics(const Snapshot& snapshot, std::span<const Check* const> checks,
                          PerDomain per_domain, Shard shard = {}, std::string room = {});

// The series of one domain, after "probe_success" and "probe_duration_seconds" (the shape of
// blackbox_exporter's /probe). Success: its latest look saw something.
std::string probe_metrics(const Snapshot& snapshot, std::span<const Check* const> checks,
                          const DomainSummary& domain, double seconds);

}  // namespace mailfleet
