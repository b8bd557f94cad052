// Whether the wall clock can be believed. Pure: told both clocks.
//
// A wall clock that moved otherwise than the steady one was set by somebody; one that stands before
// what is remembered was set back while we were off. Either makes certificates look expired,
// windows full and policies forgotten, so meanwhile nothing is looked at and nothing published. A
// clock that stood before what is remembered is right as soon as it stands after that. A
// jump within a day that stays becomes the time by itself (a machine that slept); a longer one
// waits until the clock is as it was, or a person says that it is right now (a reload).
#pragma once

#include <optional>

#include "checks/base/time.h"

namespace mailfleet {

// What people and time servers set a clock by in passing.
constexpr Seconds clock_tolerance = std::chrono::minutes(10);
// A clock that jumped by no more than this and then went on evenly for that long is right.
constexpr Seconds longest_believed_jump = std::chrono::hours(24);
constexpr Seconds clock_believed_after = std::chrono::hours(6);

class ClockWatch {
 public:
  // `steady`: a clock that nobody sets, from any start. `remembered`: the latest time that is
  // written down, if any.
  ClockWatch(Time wall, Seconds steady, std::optional<Time> remembered);

  bool good(Time wall, Seconds steady) const;
  // Each second or so. The same, after taking up what can be believed.
  bool look(Time wall, Seconds steady);
  // A person says that it is right now.
  void believe(Time wall, Seconds steady);
  // What the wall clock would say had it not jumped.
  Time believed(Time wall, Seconds steady) const {
    return good(wall, steady) ? wall : Time(steady + offset_);
  }

 private:
  Seconds offset_;                   // between the two, as believed
  bool at_least_;                    // it stood before what is remembered: it was off for some time
  std::optional<Seconds> jumped_{};  // the offset that it jumped to
  Seconds jumped_at_{};              // steady
};

}  // namespace mailfleet
