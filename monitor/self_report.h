// Tells the monitor's own metrics what its parts have counted since the last time. Network thread.
#pragma once

#include "exporter/metrics/self_metrics.h"
#include "monitor/loop.h"
#include "monitor/probe/counters.h"
#include "monitor/store/store.h"

namespace mailfleet {

class SelfReport {
 public:
  explicit SelfReport(SelfMetrics& metrics) : metrics_(metrics) {}

  void look(const LookReport& report);
  void tick(const ProbeCounters& probes, const StoreCounters& store, size_t scans_in_flight,
            size_t scans_waiting);

 private:
  void probes(const ProbeCounters& now);
  void store(const StoreCounters& now);

  SelfMetrics& metrics_;
  ProbeCounters probes_{};  // as told last
  StoreCounters store_{};
};

}  // namespace mailfleet
