// What changed between two editions, for people and for scripts. Pure.
#pragma once

#include <string>
#include <vector>

#include "checks/base/value.h"
#include "exporter/feed/edition.h"

namespace mailfleet {

struct FeedDifference {
  explicit FeedDifference(Name name) : domain(std::move(name)) {}
  Name domain;
  std::string what{};  // added, removed, state, tier, mx_hosts, match_names, dane, mta_sts
  std::string was{};
  std::string now{};
};

struct FeedDiff {
  uint64_t older_serial = 0;
  uint64_t newer_serial = 0;
  std::vector<FeedDifference> differences{};  // by domain
};

// Only what a gateway's rules or a reader's answer depend on; ages and digests are not differences.
FeedDiff diff_editions(const Edition& older, const Edition& newer);
Value diff_value(const FeedDiff& diff);

}  // namespace mailfleet
