#include "monitor/probe/address_lane.h"

#include <algorithm>

namespace mailfleet {

AddressLane::Time AddressLane::free_at(Time now, const LanePolicy& policy) const {
  if (busy_) return Time::max();
  if (begins_.size() < static_cast<size_t>(std::max(policy.sessions, 1))) return now;
  return std::max(now, begins_.front() + policy.window);
}

void AddressLane::began(Time now, const LanePolicy& policy) {
  busy_ = true;
  begins_.push_back(now);
  while (begins_.size() > static_cast<size_t>(std::max(policy.sessions, 1))) begins_.pop_front();
}

void AddressLane::ended(Time now, bool asked_to_go_away, const LanePolicy& policy) {
  busy_ = false;
  if (!asked_to_go_away) {
    rest_ = {};
    rest_until_ = {};
    return;
  }
  rest_ = rest_.count() == 0 ? policy.first_rest : rest_ * 2;
  rest_ = std::min(rest_, policy.longest_rest);
  rest_until_ = now + rest_;
}

bool AddressLane::idle(Time now, const LanePolicy& policy) const {
  const bool in_window = !begins_.empty() && begins_.back() + policy.window > now;
  // A rest is remembered for as long again, so that the next one grows.
  return !busy_ && !in_window && now >= rest_until_ + rest_;
}

}  // namespace mailfleet
