#include "monitor/self_report.h"

namespace mailfleet {
namespace {

template <class Counts>
std::vector<double> grown(const Counts& now, const Counts& before) {
  std::vector<double> out;
  for (size_t i = 0; i < now.size(); ++i) out.push_back(static_cast<double>(now[i] - before[i]));
  return out;
}

}  // namespace

SelfReport::SelfReport(SelfMetrics& metrics, std::span<const Check* const> checks)
    : metrics_(metrics) {
  for (const Check* check : checks) metrics_.changes(check->id, 0);
  for (size_t i = 0; i < decision_count; ++i)
    metrics_.decisions(to_text(static_cast<Decision>(i)), 0);
}

void SelfReport::look(const LookReport& report) {
  metrics_.scan_done();
  for (const Change& change : report.changes) metrics_.changes(change.check);
}

void SelfReport::tick(const ProbeCounters& probe_counters, const StoreCounters& store_counters,
                      const LoopCounters& loop_counters, size_t scans_in_flight,
                      size_t scans_waiting, Time now) {
  probes(probe_counters);
  store(store_counters);
  decisions(loop_counters);
  metrics_.queue_length("scans", scans_waiting);
  metrics_.queue_length("scans_in_flight", scans_in_flight);
  metrics_.heartbeat(now);
}

void SelfReport::decisions(const LoopCounters& now) {
  for (size_t i = 0; i < decision_count; ++i)
    if (now.decisions[i] > loop_.decisions[i])
      metrics_.decisions(to_text(static_cast<Decision>(i)),
                         static_cast<double>(now.decisions[i] - loop_.decisions[i]));
  loop_ = now;
}

void SelfReport::probes(const ProbeCounters& now) {
  for (const auto& [key, count] : now.probes)
    if (const uint64_t before = probes_.probes[key]; count > before)
      metrics_.probes(key.first, key.second, static_cast<double>(count - before));
  for (const auto& [kind, histogram] : now.durations) {
    const DurationHistogram& before = probes_.durations[kind];
    if (histogram.counts != before.counts)
      metrics_.probe_durations(kind, grown(histogram.counts, before.counts),
                               histogram.sum_seconds - before.sum_seconds);
  }
  for (const auto& [queue, length] : now.queues) metrics_.queue_length(queue, length);
  if (now.resolver_queries > probes_.resolver_queries)
    metrics_.resolver_queries(static_cast<double>(now.resolver_queries - probes_.resolver_queries));
  metrics_.loop_lag(std::chrono::duration<double>(now.loop_lag).count());
  probes_ = now;
}

void SelfReport::store(const StoreCounters& now) {
  metrics_.queue_length("store", now.queue);
  if (now.write_seconds != store_.write_seconds)
    metrics_.store_writes(grown(now.write_seconds, store_.write_seconds),
                          now.write_seconds_sum - store_.write_seconds_sum);
  if (now.errors > store_.errors)
    metrics_.store_errors(static_cast<double>(now.errors - store_.errors));
  store_ = now;
}

}  // namespace mailfleet
