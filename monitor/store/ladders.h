// Checks and levels by the names that are stored.
#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>

#include "checks/base/check.h"

namespace mailfleet {

// Null: there is no such check any more.
inline const Check* check_named(std::span<const Check* const> checks, std::string_view id) {
  const auto found = std::ranges::find(checks, id, &Check::id);
  return found == checks.end() ? nullptr : *found;
}

inline std::optional<int> level_named(const Check& check, std::string_view name) {
  const auto found = std::ranges::find(check.ladder, name);
  if (found == check.ladder.end()) return {};
  return static_cast<int>(found - check.ladder.begin());
}

}  // namespace mailfleet
