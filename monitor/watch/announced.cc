#include "monitor/watch/announced.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr std::string_view mx_check = "mx";

bool all_announced(const Value& hosts, const std::vector<std::string>& announced) {
  return !hosts.items().empty() && std::ranges::all_of(hosts.items(), [&](const Value& each) {
    const auto host = each["host"].as_string();
    return host && std::ranges::find(announced, *host) != announced.end();
  });
}

}  // namespace

void accept_announced(DomainWatch& watch, const Judgement& mx,
                      const std::vector<std::string>& announced) {
  const auto baseline = watch.baseline.find(mx_check);
  if (baseline == watch.baseline.end() || !mx.level) return;
  if (!all_announced(mx.facts["hosts"], announced)) return;
  baseline->second = mx;
}

}  // namespace mailfleet
