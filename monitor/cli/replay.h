// `mailfleet replay`: judges the evidence that is stored of a domain again, by the rules of this
// version. Reads the store only; works while `serve` runs.
#pragma once

#include <string>

namespace mailfleet {

struct ReplayOptions {
  std::string config{};
  std::string domain{};
  std::string at{};  // what was known then; empty: the latest look
  bool json = false;
};

int run_replay(const ReplayOptions& options);

}  // namespace mailfleet
