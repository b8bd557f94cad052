// What regressions of many domains may share, for the checks that look at mail hosts: whoever runs
// the host for many, else the host itself.
#pragma once

#include <string>

#include "checks/base/domain.h"

namespace mailfleet {

std::string host_cause(const Domain& domain,
                       const std::string& host);  // "operator:NAME", "endpoint:HOST"

}  // namespace mailfleet
