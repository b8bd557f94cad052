#include "exporter/metrics/self_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <sstream>

namespace mailfleet {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

Family<Counter>& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry);
}

Family<Histogram>& histogram(prometheus::Registry& registry, const char* name, const char* help) {
  return BuildHistogram().Name(name).Help(help).Register(registry);
}

}  // namespace

const std::vector<double>& probe_duration_bounds() {
  static const std::vector<double> out{0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60};
  return out;
}

const std::vector<double>& store_write_bounds() {
  static const std::vector<double> out{0.001, 0.005, 0.02, 0.1, 0.5, 1, 5, 30};
  return out;
}

struct SelfMetrics::Families {
  prometheus::Registry registry{};
  Counter& scans =
      counter(registry, "mailfleet_scans_total", "Looks at single domains that ended.").Add({});
  Family<Counter>& changes =
      counter(registry, "mailfleet_changes_total", "Confirmed changes, by check.");
  Family<Counter>& probes = counter(registry, "mailfleet_probes_total",
                                    "Questions asked of the network, by kind and outcome.");
  Family<Histogram>& durations = histogram(registry, "mailfleet_probe_duration_seconds",
                                           "How long the questions took, by kind.");
  Family<Gauge>& queues =
      gauge(registry, "mailfleet_queue_length", "What waits for its turn, by queue.");
  Gauge& lag =
      gauge(registry, "mailfleet_loop_lag_seconds", "How late the network thread runs its timers.")
          .Add({});
  Counter& sent =
      counter(registry, "mailfleet_alerts_sent_total", "Alerts that an Alertmanager took.").Add({});
  Counter& failed =
      counter(registry, "mailfleet_alerts_failed_total", "Alerts that could not be delivered.")
          .Add({});
  Gauge& outbox =
      gauge(registry, "mailfleet_alert_queue_length", "Alerts that wait to be sent.").Add({});
  Family<Gauge>& oldest =
      gauge(registry, "mailfleet_alert_queue_oldest_timestamp_seconds",
            "Since when the oldest alert waits that some Alertmanager has not taken.");
  Family<Counter>& decisions = counter(registry, "mailfleet_decisions_total",
                                       "What looks at single checks led to, by decision.");
  Gauge& heartbeat = gauge(registry, "mailfleet_heartbeat_timestamp_seconds",
                           "When the network thread last did its round; it does four a second.")
                         .Add({});
  Histogram& writes = histogram(registry, "mailfleet_store_write_seconds",
                                "How long the store's transactions took.")
                          .Add({}, store_write_bounds());
  Counter& store_errors =
      counter(registry, "mailfleet_store_errors_total", "Pieces of work that the store gave up.")
          .Add({});
  Counter& queries =
      counter(registry, "mailfleet_resolver_queries_total", "Questions given to the resolver.")
          .Add({});
  Gauge& reloaded = gauge(registry, "mailfleet_config_last_reload_successful",
                          "1 when the newest attempt to read the configuration succeeded.")
                        .Add({});
  Gauge& reloaded_at = gauge(registry, "mailfleet_config_last_reload_success_timestamp_seconds",
                             "When the configuration was last read successfully.")
                           .Add({});
  Family<Gauge>& tests =
      gauge(registry, "mailfleet_self_test_ok", "1 when the monitor's own means work, by test.");
  Family<Counter>& requests = counter(registry, "mailfleet_http_requests_total",
                                      "Answers of the web face, by route and status.");
  Gauge& connections =
      gauge(registry, "mailfleet_http_connections", "Open connections of the web face.").Add({});
  Gauge& evicted = gauge(registry, "mailfleet_http_connections_evicted",
                         "Connections closed since start to make room for others.")
                       .Add({});
};

SelfMetrics::SelfMetrics() : families_(std::make_unique<Families>()) {}
SelfMetrics::~SelfMetrics() = default;

void SelfMetrics::scan_done() { families_->scans.Increment(); }

void SelfMetrics::changes(std::string_view check, double count) {
  families_->changes.Add({{"check", std::string(check)}}).Increment(count);
}

void SelfMetrics::probes(std::string_view kind, std::string_view outcome, double count) {
  families_->probes.Add({{"kind", std::string(kind)}, {"outcome", std::string(outcome)}})
      .Increment(count);
}

void SelfMetrics::probe_durations(std::string_view kind, const std::vector<double>& counts,
                                  double sum_seconds) {
  families_->durations.Add({{"kind", std::string(kind)}}, probe_duration_bounds())
      .ObserveMultiple(counts, sum_seconds);
}

void SelfMetrics::queue_length(std::string_view queue, size_t length) {
  families_->queues.Add({{"queue", std::string(queue)}}).Set(static_cast<double>(length));
}

void SelfMetrics::loop_lag(double seconds) { families_->lag.Set(seconds); }
void SelfMetrics::alerts_sent(double count) { families_->sent.Increment(count); }
void SelfMetrics::alerts_failed(double count) { families_->failed.Increment(count); }
void SelfMetrics::alert_queue_length(size_t length) {
  families_->outbox.Set(static_cast<double>(length));
}
void SelfMetrics::alert_queue_oldest(std::optional<Time> since) {
  Gauge& gauge = families_->oldest.Add({});
  if (since)
    gauge.Set(static_cast<double>(since->time_since_epoch().count()));
  else
    families_->oldest.Remove(&gauge);
}
void SelfMetrics::decisions(std::string_view decision, double count) {
  families_->decisions.Add({{"decision", std::string(decision)}}).Increment(count);
}
void SelfMetrics::heartbeat(Time now) {
  families_->heartbeat.Set(static_cast<double>(now.time_since_epoch().count()));
}
void SelfMetrics::store_writes(const std::vector<double>& counts, double sum_seconds) {
  families_->writes.ObserveMultiple(counts, sum_seconds);
}
void SelfMetrics::store_errors(double count) { families_->store_errors.Increment(count); }
void SelfMetrics::resolver_queries(double count) { families_->queries.Increment(count); }

void SelfMetrics::config_reload(bool successful, Time at) {
  families_->reloaded.Set(successful ? 1 : 0);
  if (successful) families_->reloaded_at.Set(static_cast<double>(at.time_since_epoch().count()));
}

void SelfMetrics::self_test(std::string_view test, bool ok) {
  families_->tests.Add({{"test", std::string(test)}}).Set(ok ? 1 : 0);
}

void SelfMetrics::no_self_test(std::string_view test) {
  families_->tests.Remove(&families_->tests.Add({{"test", std::string(test)}}));
}

void SelfMetrics::http_request(std::string_view route, unsigned status) {
  families_->requests.Add({{"route", std::string(route)}, {"status", std::to_string(status)}})
      .Increment();
}

void SelfMetrics::http_connections(size_t open, size_t evicted_ever) {
  families_->connections.Set(static_cast<double>(open));
  families_->evicted.Set(static_cast<double>(evicted_ever));
}

std::string SelfMetrics::text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_->registry.Collect());
  return out.str();
}

}  // namespace mailfleet
