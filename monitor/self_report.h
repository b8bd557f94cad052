// Tells the monitor's own metrics what its parts have counted since the last time. Network thread.
#pragma once

#include <span>

#include "exporter/metrics/self_metrics.h"
#include "monitor/loop.h"
#include "monitor/probe/counters.h"
#include "monitor/store/store.h"

namespace mailfleet {

class SelfReport {
 public:
  // From the start on every check and decision has its series, at 0.
  SelfReport(SelfMetrics& metrics, std::span<const Check* const> checks);

  void look(const LookReport& report);
  void tick(const ProbeCounters& probes, const StoreCounters& store, const LoopCounters& loop,
            size_t scans_in_flight, size_t scans_waiting, Time now);

 private:
  void probes(const ProbeCounters& now);
  void store(const StoreCounters& now);
  void decisions(const LoopCounters& now);

  SelfMetrics& metrics_;
  ProbeCounters probes_{};  // as told last
  StoreCounters store_{};
  LoopCounters loop_{};
};

}  // namespace mailfleet
