#include "monitor/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "monitor/operator_error.h"

namespace mailfleet {

DataLock::DataLock(const std::filesystem::path& data_dir) {
  std::error_code error;
  std::filesystem::create_directories(data_dir, error);
  if (error)
    throw OperatorError(data_dir.string() + ": cannot be made: " + error.message() +
                        " ([monitor] data_dir)");
  const std::string path = (data_dir / "mailfleet.lock").string();
  file_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0)
    throw OperatorError(path + ": cannot be opened: " + std::strerror(errno) +
                        " ([monitor] data_dir)");
  if (flock(file_, LOCK_EX | LOCK_NB) == 0) return;
  close(file_);
  throw OperatorError(
      data_dir.string() +
      ": in use by another mailfleet (serve or scan); stop it first, or ask it over "
      "its API");
}

DataLock::~DataLock() { close(file_); }  // and with it the lock

}  // namespace mailfleet
