// Which finding codes the tables of this test program have caused so far, and how grave they were:
// what the examples of the checks' tests cover. Single thread.
#pragma once

#include <map>
#include <set>
#include <string>

#include "checks/base/check.h"

namespace mailfleet {

const std::map<std::string, std::set<Severity>>& codes_told();

}  // namespace mailfleet
