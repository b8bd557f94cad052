// Every check the monitor runs, in the order people read them. Adding one is a folder and two
// lines in registry.cc.
#pragma once

#include <span>
#include <string_view>

#include "checks/base/check.h"

namespace mailfleet {

std::span<const Check* const> all_checks();
const Check* find_check(std::string_view id);  // null when there is none

}  // namespace mailfleet
