#include "monitor/watch/fleet_health.h"

#include "monitor/watch/stale.h"

namespace mailfleet {

void FleetHealth::count(const std::vector<std::pair<std::string, std::string>>& unseen, int by) {
  for (const auto& [check, cause] : unseen) {
    auto& causes = causes_[check];
    const int left = causes[cause] += by;
    if (left <= 0) causes.erase(cause);
  }
}

void FleetHealth::look(const Name& domain,
                       std::vector<std::pair<std::string, std::string>> unseen) {
  auto& held = unseen_[domain];
  count(held, -1);
  held = std::move(unseen);
  count(held, 1);
}

void FleetHealth::forget(const Name& domain) {
  const auto found = unseen_.find(domain);
  if (found == unseen_.end()) return;
  count(found->second, -1);
  unseen_.erase(found);
}

std::vector<Name> FleetHealth::known() const {
  std::vector<Name> out;
  out.reserve(unseen_.size());
  for (const auto& [domain, unseen] : unseen_) out.push_back(domain);
  return out;
}

size_t FleetHealth::unknown_causes(const std::string& check) const {
  const auto found = causes_.find(check);
  return found == causes_.end() ? 0 : found->second.size();
}

std::map<std::string, UnseenTogether> FleetHealth::together() const {
  std::map<std::string, UnseenTogether> out;
  for (const auto& [domain, unseen] : unseen_)
    for (const auto& [check, cause] : unseen) {
      if (!is_shared_cause(cause)) continue;
      UnseenTogether& together = out[cause];
      together.domains.insert(domain);
      together.checks.insert(check);
    }
  std::erase_if(
      out, [](const auto& each) { return each.second.domains.size() < least_unseen_together; });
  return out;
}

std::vector<std::string> FleetHealth::doubtful() const {
  std::vector<std::string> out;
  for (const auto& [check, causes] : causes_)
    if (causes.size() >= least_unknown_causes &&
        causes.size() * 100 > unseen_.size() * static_cast<size_t>(unknown_percent_))
      out.push_back(check);
  return out;
}

}  // namespace mailfleet
