// Notices when the event loop itself is late. A time-out that a probe ran into while we were late
// says nothing about the other side. Ticks only while probes are under way. Network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>

#include "monitor/probe/counters.h"

namespace mailfleet {

class LagWatch {
 public:
  using Clock = std::chrono::steady_clock;

  LagWatch(boost::asio::io_context& io, std::chrono::milliseconds limit, ProbeCounters& counters)
      : timer_(io), limit_(limit), counters_(counters) {}

  void enter();  // a probe begins
  void leave();
  // The loop was late by more than the limit at some moment since then, or is at this very one.
  bool lagged_since(Clock::time_point moment) const;
  void stop() { timer_.cancel(); }

 private:
  void tick();

  static constexpr std::chrono::milliseconds period{50};
  boost::asio::steady_timer timer_;
  std::chrono::milliseconds limit_;
  ProbeCounters& counters_;
  size_t probes_ = 0;
  Clock::time_point due_{};
  Clock::time_point last_lag_{};
};

}  // namespace mailfleet
