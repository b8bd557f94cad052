// `mailfleet backup FILE`: a proven copy of the database, also while the monitor runs.
#pragma once

#include <string>

namespace mailfleet {

struct BackupOptions {
  std::string file{};
  std::string config{};
  bool json = false;
};

int run_backup(const BackupOptions& options);

}  // namespace mailfleet
