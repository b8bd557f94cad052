// What the probes have done since start, for the monitor's own metrics. Plain data: written and
// copied on the network thread only.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace mailfleet {

struct DurationHistogram {
  static constexpr std::array<double, 11> bounds{0.005, 0.02, 0.05, 0.1, 0.25, 0.5,
                                                 1,     2.5,  5,    15,  60};  // seconds
  std::array<uint64_t, bounds.size() + 1> counts{};  // not cumulative; the last is +Inf
  double sum_seconds = 0;

  void add(std::chrono::steady_clock::duration took) {
    const double seconds = std::chrono::duration<double>(took).count();
    size_t i = 0;
    while (i < bounds.size() && seconds > bounds[i]) ++i;
    ++counts[i];
    sum_seconds += seconds;
  }
};

struct ProbeCounters {
  // (kind, outcome): kind dns, smtp, smtp-deep, https, suffix; outcome ok, absent, bogus, failed or
  // the reason ("timeout", "handshake-failed", "our-load"). Work done, not answers from memory.
  std::map<std::pair<std::string, std::string>, uint64_t> probes{};
  std::map<std::string, DurationHistogram> durations{};  // by kind
  std::map<std::string, uint64_t> queues{};              // by queue, now
  uint64_t answered_from_memory = 0;
  uint64_t resolver_queries = 0;
  uint64_t resolver_retries = 0;
  uint64_t requeued_for_lag = 0;
  std::chrono::steady_clock::duration loop_lag{};  // the latest seen
  std::chrono::steady_clock::duration loop_lag_longest{};
};

}  // namespace mailfleet
