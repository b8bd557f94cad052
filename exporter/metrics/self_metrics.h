// The monitor about itself: what it did, how long it took, what waits. Any thread may call; the
// registry behind it is prometheus-cpp's. Labels come from closed sets: never a domain, never text
// from outside.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/time.h"

namespace mailfleet {

// Upper bounds in seconds of the two histograms: those of the probes' and the store's own counters.
const std::vector<double>& probe_duration_bounds();
const std::vector<double>& store_write_bounds();

class SelfMetrics {
 public:
  SelfMetrics();
  ~SelfMetrics();

  void scan_done();
  void changes(std::string_view check, double count = 1);
  // kind: dns, smtp, https. outcome: "ok", "failed", …
  void probes(std::string_view kind, std::string_view outcome, double count);
  // How many more fell between the bounds (above), the last above all, and their sum.
  void probe_durations(std::string_view kind, const std::vector<double>& counts,
                       double sum_seconds);
  void queue_length(std::string_view queue, size_t length);
  void loop_lag(double seconds);
  void alerts_sent(double count = 1);
  void alerts_failed(double count = 1);
  void alert_queue_length(size_t length);
  void alert_queue_oldest(std::optional<Time> since);  // empty: nothing waits, and no series
  // Why looks led to what they led to ("suspected", "held", …).
  void decisions(std::string_view decision, double count);
  void heartbeat(Time now);  // of the network thread
  void store_writes(const std::vector<double>& counts, double sum_seconds);
  void store_errors(double count);
  void resolver_queries(double count = 1);
  void config_reload(bool successful, Time at);  // `at` counts when it was successful
  void self_test(std::string_view test, bool ok);
  void no_self_test(std::string_view test);  // its series goes: unknown is absent

  // The web face about itself. `route` is a row of the route table, not a path.
  void http_request(std::string_view route, unsigned status);
  void http_connections(size_t open, size_t evicted_ever);

  std::string text() const;  // exposition format

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

// Series process_* from /proc/self: CPU, memory, files, threads, start. Empty text where there is
// no /proc.
std::string process_metrics();

}  // namespace mailfleet
