// A section in a process of its own: what one leaves behind in the heap must not cost the next.
#pragma once

#include "bench/sections/sections.h"

namespace mailfleet::bench {

// In this process; what it throws becomes a wrong count.
void run_section(const Section& section, const Options& options, Report& report);
// In a child; its rows and wrong counts are added to `report`. No thread may run yet.
void run_apart(const Section& section, const Options& options, Report& report);

}  // namespace mailfleet::bench
