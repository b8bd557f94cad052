// Does the wall clock go as time goes? Dates of certificates and promises are read off the wall
// clock; while it has jumped, nothing that it says is news of a domain. Pure: told both clocks.
#pragma once

#include <optional>

#include "checks/base/time.h"

namespace mailfleet {

// What people and time servers set a clock by in passing.
constexpr Seconds clock_tolerance = std::chrono::minutes(5);
// A clock that jumped and then went on evenly for this long is taken to be right.
constexpr Seconds clock_believed_after = std::chrono::hours(6);

class ClockWatch {
 public:
  // Each second or so. `steady`: a clock that nobody sets, from any start. True: it can be
  // believed.
  bool look(Time wall, Seconds steady);

 private:
  std::optional<Seconds> offset_{};  // between the two, as believed
  std::optional<Seconds> jumped_{};  // the offset that it jumped to
  Seconds jumped_at_{};              // steady
};

}  // namespace mailfleet
