// `mailfleet serve`: the monitor and its web server, until it is told to end.
#pragma once

#include <string>

namespace mailfleet {

struct ServeOptions {
  std::string config{};
};

int run_serve(const ServeOptions& options);

}  // namespace mailfleet
