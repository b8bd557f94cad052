// Where a command's configuration comes from.
#pragma once

#include <string>

#include "monitor/config.h"

namespace mailfleet {

// `--config FILE`; else ./config.toml, else /etc/mailfleet/config.toml. Throws ConfigError, and
// OperatorError when there is none.
Config load_config(const std::string& option);
// For commands that work without one: defaults when the option is empty and no file is there.
Config load_config_if_any(const std::string& option);

}  // namespace mailfleet
