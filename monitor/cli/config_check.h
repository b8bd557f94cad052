// `mailfleet config check`: would the monitor start with this file?
#pragma once

#include <string>

namespace mailfleet {

struct ConfigCheckOptions {
  std::string config{};
  bool json = false;
};

int run_config_check(const ConfigCheckOptions& options);

}  // namespace mailfleet
