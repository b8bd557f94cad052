// The product under measurement, put together as the program does it, and driven to the end of a
// piece of work.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "bench/lab_process.h"
#include "bench/little_internet.h"
#include "monitor/monitor.h"
#include "monitor/probe/prober.h"
#include "monitor/scan.h"

namespace mailfleet::bench {

// daily: with the deep scan of TLS versions and suites, for which once a day is enough. everyday:
// without. unshared: likewise, and each domain has a session of its own with each mail server.
enum class LookKind : uint8_t { daily, everyday, unshared };

// The hands alone: questions, and scans without a memory.
class Hands {
 public:
  explicit Hands(ProbeSettings settings, LookKind kind = LookKind::daily);

  // Asks all, at most `in_flight` at a time; seconds of CPU that it took.
  double ask(const std::vector<Question>& questions, size_t in_flight,
             const std::function<void(const Observation&)>& seen = {});
  using Seen = std::function<void(size_t index, const ScanResult&)>;
  double scan(const std::vector<Name>& names, size_t in_flight, const Seen& seen = {});
  const ProbeCounters& counters() const { return prober_.counters(); }

 private:
  double work_off(size_t count, size_t in_flight,
                  const std::function<void(size_t, std::function<void()>)>& start);

  boost::asio::io_context io_{1};
  Reference reference_;
  NetworkProber prober_;
  LookKind kind_;
};

// A whole monitor, with store and loop.
class WholeMonitor {
 public:
  WholeMonitor(const Config& config, LoadedFleet fleet);

  double sweep();  // looks at every domain once; CPU seconds
  Monitor& monitor() { return *monitor_; }
  boost::asio::io_context& io() { return io_; }

 private:
  boost::asio::io_context io_{1};
  std::vector<Name> names_;
  std::unique_ptr<Monitor> monitor_;
};

LoadedFleet fleet_of(const std::vector<Name>& names);
// The level of a check in a scan's outcome.
std::optional<int> level_of(const ScanResult& result, std::string_view check);
// Whether the levels of starttls and certificate are what the truth allows; unknowable ones must be
// unknown.
bool agrees(Truth truth, const ScanResult& result);

}  // namespace mailfleet::bench
