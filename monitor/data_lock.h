// One process at a time on a data directory: a lock on a file in it, which the system takes back
// however the process ends.
#pragma once

#include <filesystem>

namespace mailfleet {

class DataLock {
 public:
  // Makes the directory when it is missing. Throws OperatorError in one line when another process
  // has it, or it cannot be written to.
  explicit DataLock(const std::filesystem::path& data_dir);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  int file_ = -1;
};

}  // namespace mailfleet
