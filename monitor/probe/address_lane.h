// When we may next knock at one address: one session at a time, so many in any minute, and a
// growing rest after the server said that we come too often. Pure: told the time.
#pragma once

#include <chrono>
#include <deque>

namespace mailfleet {

struct LanePolicy {
  int sessions = 2;  // in any window
  std::chrono::milliseconds window{};
  std::chrono::milliseconds first_rest{};
  std::chrono::milliseconds longest_rest{};
};

class AddressLane {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // The first moment at which a session may begin; Time::max() while one is under way.
  Time free_at(Time now, const LanePolicy& policy) const;
  // The server asked for a rest that is not over: everyday questions stay away.
  bool resting(Time now) const { return now < rest_until_; }
  void began(Time now, const LanePolicy& policy);
  // `asked_to_go_away`: 421, 450, 454 or 554 somewhere in the session. Any other session ends the
  // growth of the rests.
  void ended(Time now, bool asked_to_go_away, const LanePolicy& policy);
  // Nothing left to remember.
  bool idle(Time now, const LanePolicy& policy) const;

 private:
  bool busy_ = false;
  std::deque<Time> begins_{};  // the latest, at most policy.sessions
  std::chrono::milliseconds rest_{};
  Time rest_until_{};
};

}  // namespace mailfleet
