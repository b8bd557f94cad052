#include "monitor/watch/clock_watch.h"

#include <algorithm>

namespace mailfleet {
namespace {

bool is_within(Seconds a, Seconds b, Seconds most) { return a - b <= most && b - a <= most; }

Seconds between(Time wall, Seconds steady) { return wall.time_since_epoch() - steady; }

}  // namespace

ClockWatch::ClockWatch(Time wall, Seconds steady, std::optional<Time> remembered)
    : offset_(between(std::max(wall, remembered.value_or(wall)), steady)),
      at_least_(offset_ - between(wall, steady) > clock_tolerance) {}

bool ClockWatch::good(Time wall, Seconds steady) const {
  const Seconds offset = between(wall, steady);
  return is_within(offset, offset_, clock_tolerance) || (at_least_ && offset > offset_);
}

bool ClockWatch::look(Time wall, Seconds steady) {
  const Seconds offset = between(wall, steady);
  if (good(wall, steady)) {
    believe(wall, steady);  // small corrections add up over months
    return true;
  }
  if (!jumped_ || !is_within(offset, *jumped_, clock_tolerance)) {
    jumped_ = offset;
    jumped_at_ = steady;
  }
  if (steady - jumped_at_ < clock_believed_after ||
      !is_within(offset, offset_, longest_believed_jump))
    return false;
  believe(wall, steady);
  return true;
}

void ClockWatch::believe(Time wall, Seconds steady) {
  offset_ = between(wall, steady);
  at_least_ = false;
  jumped_.reset();
}

}  // namespace mailfleet
