#include "monitor/watch/clock_watch.h"

namespace mailfleet {
namespace {

bool is_near(Seconds a, Seconds b) { return a - b <= clock_tolerance && b - a <= clock_tolerance; }

}  // namespace

bool ClockWatch::look(Time wall, Seconds steady) {
  const Seconds offset = wall.time_since_epoch() - steady;
  if (!offset_ || is_near(offset, *offset_)) {
    offset_ = offset;  // small corrections add up over months
    jumped_.reset();
    return true;
  }
  if (!jumped_ || !is_near(offset, *jumped_)) {
    jumped_ = offset;
    jumped_at_ = steady;
  }
  if (steady - jumped_at_ < clock_believed_after) return false;
  offset_ = offset;
  jumped_.reset();
  return true;
}

}  // namespace mailfleet
