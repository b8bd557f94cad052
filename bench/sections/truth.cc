// tarpit, overload, quiet, latency: whether it stays truthful when the world or the load is bad.
#include <algorithm>
#include <future>

#include "bench/lab_process.h"
#include "bench/measure.h"
#include "bench/rig.h"
#include "bench/sections/sections.h"
#include "monitor/store/database.h"

namespace mailfleet::bench {
namespace {

constexpr size_t scans_in_flight = 500;  // as the loop has them

struct Outcome {
  size_t wrong = 0;  // verdicts against the lab's truth
  size_t healthy_failures = 0;
  double healthy_done = 0;  // wall seconds until the last healthy one
  double cpu = 0;
};

Outcome look_at_all(const LittleInternet& net, Hands& hands, size_t in_flight) {
  Outcome out;
  const double start = wall_seconds();
  out.cpu = hands.scan(net.names(), in_flight, [&](size_t index, const ScanResult& result) {
    const Truth truth = net.domains[index].truth;
    const bool right = agrees(truth, result);
    out.wrong += right ? 0 : 1;
    if (truth != Truth::healthy) return;
    out.healthy_failures += right ? 0 : 1;
    out.healthy_done = std::max(out.healthy_done, wall_seconds() - start);
  });
  return out;
}

// Patience of seconds, not minutes, so that a tarpit costs the benchmark little time.
ProbeSettings hasty(const LabProcess& lab) {
  ProbeSettings out = lab.probe_settings();
  out.connect_timeout = std::chrono::seconds(3);
  out.banner_timeout = std::chrono::seconds(4);
  out.smtp_deadline = std::chrono::seconds(6);
  return out;
}

int64_t rows_written(Monitor& monitor) {
  int64_t out = 0;
  std::promise<void> done;
  monitor.store().ask<int64_t>(
      [](Database& database) {
        SQLite::Statement& rows = database.prepared("SELECT total_changes()");
        rows.executeStep();
        return rows.getColumn(0).getInt64();
      },
      [](std::function<void()> work) { work(); },
      [&](std::optional<int64_t> answer) {
        out = answer.value_or(-1);
        done.set_value();
      });
  done.get_future().wait();
  return out;
}

}  // namespace

void tarpit_section(const Options& options, Report& report) {
  const size_t domains = options.scaled(2000, 200);
  const Plan healthy{.domains = domains, .operators = 20, .own_host_percent = 60};
  Plan mixed = healthy;
  mixed.tarpit = 20;
  mixed.reset = 5;
  mixed.no_starttls = 5;
  mixed.expired = 5;
  mixed.wrong_name = 5;
  const auto run = [&](const Plan& plan) {
    const LittleInternet net = make_internet(plan);
    const LabProcess lab(net.world);
    Hands hands(hasty(lab));
    return look_at_all(net, hands, scans_in_flight);
  };
  const Outcome without = run(healthy);
  const Outcome with = run(mixed);
  report.expect(without.wrong == 0,
                "tarpit: wrong verdicts in a healthy internet: " + std::to_string(without.wrong));
  report.expect(with.wrong == 0,
                "tarpit: wrong verdicts beside tarpits: " + std::to_string(with.wrong));
  report.add(figure("tarpit", "wrong verdicts, 20 % tarpits, 20 % bad",
                    static_cast<double>(with.wrong), "domains", "<= 0"));
  Row row =
      figure("tarpit", "healthy domains done (limit: without tarpits)", with.healthy_done, "s");
  row.limit = without.healthy_done;
  row.ratio = with.healthy_done / without.healthy_done;
  row.gate = "<= 2";
  report.add(row);
}

void overload_section(const Options& options, Report& report) {
  const size_t domains = options.scaled(10'000, 600);
  const LittleInternet net = make_internet(
      {.domains = domains, .operators = 1, .own_host_percent = 100, .policy_percent = 0});
  const LabProcess lab(net.world);
  Hands hands(lab.probe_settings());
  const double start = wall_seconds();
  const Outcome seen = look_at_all(net, hands, domains);  // all at once
  report.expect(seen.wrong == 0, "overload: " + std::to_string(seen.wrong) + " of " +
                                     std::to_string(domains) + " healthy domains not seen as such");
  report.add(figure("overload",
                    "failures reported of " + std::to_string(domains) + " healthy at once",
                    static_cast<double>(seen.wrong), "domains", "<= 0"));
  report.add(figure("overload", "time for all", wall_seconds() - start, "s"));
  report.add(
      figure("overload", "CPU", seen.cpu / static_cast<double>(domains) * 1000, "ms/domain"));
  report.add(figure("overload", "loop lag, longest",
                    std::chrono::duration<double>(hands.counters().loop_lag_longest).count(), "s"));
}

void quiet_section(const Options& options, Report& report) {
  const size_t domains = options.scaled(2000, 200);
  const LittleInternet net = make_internet({.domains = domains});
  const LabProcess lab(net.world);
  Config config = lab.config();
  WholeMonitor whole(config, fleet_of(net.names()));
  whole.sweep();
  const LoopCounters before = whole.monitor().loop().counters();
  const int64_t rows_before = rows_written(whole.monitor());
  whole.sweep();
  const LoopCounters after = whole.monitor().loop().counters();
  const auto rows = static_cast<double>(rows_written(whole.monitor()) - rows_before);
  const uint64_t changes = after.changes - before.changes;
  const uint64_t alerts = after.alerts - before.alerts;
  report.expect(after.scans - before.scans == domains,
                "quiet: not every domain was looked at twice");
  report.expect(changes == 0, "quiet: " + std::to_string(changes) + " changes");
  report.expect(alerts == 0, "quiet: " + std::to_string(alerts) + " alerts");
  report.expect(rows <= static_cast<double>(domains),
                "quiet: " + std::to_string(rows) + " rows written");
  report.add(figure("quiet", "changes in a second, equal sweep", static_cast<double>(changes),
                    "changes", "<= 0"));
  report.add(figure("quiet", "alerts", static_cast<double>(alerts), "alerts", "<= 0"));
  report.add(
      figure("quiet", "rows written", rows / static_cast<double>(domains), "rows/domain", "<= 1"));
}

void latency_section(const Options& options, Report& report) {
  const Plan plan{.domains = options.scaled(1000, 50),
                  .slow_greeting = 10,
                  .dns_delay = std::chrono::milliseconds(50)};
  const LittleInternet net = make_internet(plan);
  const LabProcess lab(net.world);
  Hands hands(lab.probe_settings());
  const double start = wall_seconds();
  const Outcome seen = look_at_all(net, hands, scans_in_flight);
  report.expect(seen.wrong == 0, "latency: wrong verdicts: " + std::to_string(seen.wrong));
  report.add(figure("latency", "50 ms a reply, 6 s greetings on 10 %: all domains",
                    wall_seconds() - start, "s"));
  report.add(
      figure("latency", "CPU", seen.cpu / static_cast<double>(plan.domains) * 1000, "ms/domain"));
}

}  // namespace mailfleet::bench
