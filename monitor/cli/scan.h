// `mailfleet scan`: one sweep over the fleet into the store, then the table of it.
#pragma once

#include <string>

namespace mailfleet {

struct ScanOptions {
  std::string config{};
  std::string fail_on{};  // fail, advice; empty: the status does not depend on what is found
  bool json = false;      // JSON Lines: a domain each, then the summary
};

int run_scan_command(const ScanOptions& options);

}  // namespace mailfleet
