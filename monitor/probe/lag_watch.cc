#include "monitor/probe/lag_watch.h"

#include <algorithm>

namespace mailfleet {

void LagWatch::enter() {
  if (probes_++ == 0) tick();
}

void LagWatch::leave() {
  if (--probes_ == 0) timer_.cancel();
}

void LagWatch::tick() {
  due_ = Clock::now() + period;
  timer_.expires_at(due_);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error || probes_ == 0) return;
    const Clock::time_point now = Clock::now();
    counters_.loop_lag = now - due_;
    counters_.loop_lag_longest = std::max(counters_.loop_lag_longest, counters_.loop_lag);
    if (now - due_ > limit_) last_lag_ = now;
    tick();
  });
}

bool LagWatch::lagged_since(Clock::time_point moment) const {
  return last_lag_ >= moment || (probes_ > 0 && Clock::now() - due_ > limit_);
}

}  // namespace mailfleet
