// Every metric that /metrics can have, read from what the code writes.
#pragma once

#include <map>
#include <set>
#include <string>

namespace mailfleet {

struct Metric {
  std::string type{};
  std::string help{};
  std::set<std::string> labels{};
};
using Metrics = std::map<std::string, Metric>;

Metrics all_metrics();

// "a_bucket", "a_sum" and "a_count" belong to the histogram "a". Null: there is no such series.
const Metric* family_of(const Metrics& metrics, const std::string& series);

}  // namespace mailfleet
