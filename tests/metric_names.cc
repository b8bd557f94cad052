#include "tests/metric_names.h"

#include <regex>
#include <sstream>

#include "exporter/metrics/metrics_page.h"
#include "tests/web_sample.h"

namespace mailfleet {
namespace {

void read_series(const std::string& line, Metrics& metrics) {
  const std::string name = line.substr(0, line.find_first_of(" {"));
  const auto exact = metrics.find(name);
  Metric& family =
      exact != metrics.end() ? exact->second : metrics[name.substr(0, name.rfind('_'))];
  static const std::regex label("[{,]([a-z_]+)=\"");
  for (std::sregex_iterator each(line.begin(), line.end(), label), end; each != end; ++each)
    if ((*each)[1] != "le") family.labels.insert((*each)[1]);
}

Metrics read_exposition(const std::string& text) {
  Metrics out;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string sign, what, name, rest;
    words >> sign >> what >> name;
    std::getline(words >> std::ws, rest);
    if (sign == "#")
      (what == "HELP" ? out[name].help : out[name].type) = rest;
    else if (!line.empty())
      read_series(line, out);
  }
  return out;
}

// Every family at least once.
void touch_all(SelfMetrics& self) {
  self.changes("spf");
  self.decisions("confirmed", 1);
  self.alert_queue_oldest(sample_now());
  self.probes("dns", "ok", 1);
  self.probe_durations("dns", std::vector<double>(probe_duration_bounds().size() + 1), 0);
  self.queue_length("scans", 0);
  self.config_reload(true, sample_now());
  self.self_test("resolver", true);
  self.http_request("/", 200);
}

}  // namespace

Metrics all_metrics() {
  const auto snapshot = sample_snapshot();
  snapshot->feed.serial = 1;
  SelfMetrics self;
  touch_all(self);
  return read_exposition(fleet_metrics(*snapshot, sample_checks(), PerDomain::all, {}) +
                         build_info_metric("1", "2") + self.text() + process_metrics());
}

const Metric* family_of(const Metrics& metrics, const std::string& series) {
  const auto exact = metrics.find(series);
  if (exact != metrics.end() && exact->second.type != "histogram") return &exact->second;
  const auto histogram = metrics.find(series.substr(0, series.rfind('_')));
  if (histogram == metrics.end() || histogram->second.type != "histogram") return nullptr;
  return &histogram->second;
}

}  // namespace mailfleet
