// The names whose SPF records make up one policy: the domain and all that its record includes or
// redirects to. Chosen level by level, up to the limits of audit.h, so that the choice does not
// depend on how many answers have come.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "checks/base/evidence.h"
#include "checks/spf/record.h"

namespace mailfleet::spf {

// A target that is known without a message; empty when only a message tells.
std::optional<std::string> fixed_target(const MacroString& target, const Name& domain);

class Tree {
 public:
  Tree(const Name& root, Facts& facts);

  bool pending() const { return pending_; }
  bool holds(const Name& name) const { return names_.contains(name); }
  int questions() const { return static_cast<int>(names_.size()); }

 private:
  std::vector<Name> visit(const std::vector<Name>& level, Facts& facts);

  std::set<Name> names_;
  bool pending_ = false;
};

}  // namespace mailfleet::spf
