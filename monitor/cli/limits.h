// `mailfleet limits`: every limit of the program, with its reason.
#pragma once

namespace mailfleet {

struct LimitsOptions {
  bool json = false;
};

int run_limits(const LimitsOptions& options);

}  // namespace mailfleet
