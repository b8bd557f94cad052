// The machine's clocks, read by the shell alone: everything below is told the time.
#pragma once

#include "checks/base/time.h"

namespace mailfleet {

Time wall_clock();
Seconds boot_clock();  // since the machine started, asleep or awake; nobody sets it

}  // namespace mailfleet
