// The monitor and its web server, from the start to SIGTERM: `mailfleet serve`.
//
// SIGTERM and SIGINT end it within five seconds, also as process 1: looks under way are given up,
// what was handed to the store is written. SIGHUP and POST /-/reload read the configuration and the
// fleet again; when they are wrong the old ones stand.
#pragma once

#include <string>

#include "monitor/config.h"

namespace mailfleet {

// `config_option`: what --config said, for reading it again. Returns when told to end. Throws what
// must be mended, one line each.
void serve(const Config& config, const std::string& config_option);

}  // namespace mailfleet
