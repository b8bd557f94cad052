// Where the shell puts the newest Snapshot and the web thread takes it from.
#pragma once

#include <mutex>
#include <utility>

#include "exporter/snapshot.h"

namespace mailfleet {

// Never holds null. The lock is held for the copy of one pointer; GCC 12's atomic shared_ptr is
// such a lock too, with an unlock that thread sanitizers report.
class SnapshotHolder {
 public:
  SnapshotPtr load() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  void store(SnapshotPtr next) {
    const std::lock_guard lock(mutex_);
    std::swap(current_, next);  // the old one dies outside of the lock, if nobody reads it
  }

 private:
  mutable std::mutex mutex_;
  SnapshotPtr current_ = std::make_shared<const Snapshot>();
};

}  // namespace mailfleet
