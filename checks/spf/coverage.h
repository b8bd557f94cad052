// Do these networks together hold every IPv4, or every IPv6 address?
#pragma once

#include <vector>

#include "checks/base/address.h"

namespace mailfleet::spf {

bool cover_everything(const std::vector<Network>& networks);

}  // namespace mailfleet::spf
