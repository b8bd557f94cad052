// Doubt yourself first: when much of the fleet goes unknown at once it is us, not them. Pure.
//
// Counted per check: the domains that we used to know and could not see in their latest look. Those
// that share one cause (an operator, an MX host, a name server) count as one: a provider's outage
// is not ours. It is an incident of its own.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "checks/base/name.h"

namespace mailfleet {

// Fewer than this many causes are not "the fleet", whatever the percentage.
constexpr size_t least_unknown_causes = 3;

// So many domains unseen together for one cause are told as one.
constexpr size_t least_unseen_together = 3;

// Domains that cannot be seen for one cause, and the checks that it hides.
struct UnseenTogether {
  std::set<Name> domains{};
  std::set<std::string> checks{};
};

class FleetHealth {
 public:
  explicit FleetHealth(int unknown_percent) : unknown_percent_(unknown_percent) {}

  // `unseen`: check id and cause for each check that was known and could not be seen in the latest
  // look; the domain's own name is the cause when nothing is shared.
  void look(const Name& domain, std::vector<std::pair<std::string, std::string>> unseen);
  void forget(const Name& domain);

  // The checks that are in doubt now.
  std::vector<std::string> doubtful() const;
  bool in_doubt() const { return !doubtful().empty(); }
  std::vector<Name> known() const;  // domains that are counted
  size_t domains() const { return unseen_.size(); }
  size_t unknown_causes(const std::string& check) const;
  // By shared cause ("endpoint:HOST", …), from least_unseen_together domains on.
  std::map<std::string, UnseenTogether> together() const;

 private:
  void count(const std::vector<std::pair<std::string, std::string>>& unseen, int by);

  int unknown_percent_;
  std::map<Name, std::vector<std::pair<std::string, std::string>>> unseen_{};
  std::map<std::string, std::map<std::string, int>> causes_{};  // check, cause, domains
};

}  // namespace mailfleet
