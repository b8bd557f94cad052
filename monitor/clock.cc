#include "monitor/clock.h"

#include <ctime>

namespace mailfleet {

Time wall_clock() { return std::chrono::floor<Seconds>(std::chrono::system_clock::now()); }

Seconds boot_clock() {
  timespec since{};
  clock_gettime(CLOCK_BOOTTIME, &since);
  return Seconds(since.tv_sec);
}

}  // namespace mailfleet
