// soak and curves: what stays flat while it runs, and what grows with the fleet.
#include <malloc.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "bench/lab_process.h"
#include "bench/measure.h"
#include "bench/plot.h"
#include "bench/rig.h"
#include "bench/sections/sections.h"
#include "checks/registry.h"
#include "exporter/metrics/fleet_metrics.h"
#include "monitor/snapshot_builder.h"

namespace mailfleet::bench {
namespace {

namespace fs = std::filesystem;
constexpr double mega = 1e6;

struct Size {
  double cpu_ms = 0;  // a domain, first sweep
  double memory_mb = 0;
  double database_mb = 0;
  double scrape_mb = 0;
  double series = 0;  // a domain
  double wall = 0;
};

// Few mail servers of their own, so that the lab's sockets do not set the limit.
Plan plan_of(size_t domains) {
  return {.domains = domains,
          .operators = std::max<size_t>(20, domains / 200),
          .own_host_percent = domains > 20'000 ? 2 : 30,
          .policy_percent = domains > 20'000 ? 1 : 20};
}

double database_mb(const Config& config) {
  double out = 0;
  for (const auto& each : fs::directory_iterator(config.monitor.data_dir))
    out += static_cast<double>(each.file_size()) / mega;
  return out;
}

Size measure(size_t domains, Report& report) {
  LittleInternet net = make_internet(plan_of(domains));
  const LabProcess lab(std::move(net.world));
  net.world = {};
  const std::vector<Name> names = net.names();
  net = {};
  malloc_trim(0);
  const auto before = static_cast<double>(resident_bytes());
  Config config = lab.config();
  config.resolver.cache_mb =
      3;  // what the resolver may keep is the operator's to say, and not ours
  Size out;
  WholeMonitor whole(config, fleet_of(names));
  const double start = wall_seconds();
  out.cpu_ms = whole.sweep() / static_cast<double>(domains) * 1000;
  out.wall = wall_seconds() - start;
  SnapshotPtr snapshot;
  SnapshotBuilder builder([&](SnapshotPtr next) { snapshot = std::move(next); });
  builder.tick(whole.monitor().state(), wall_clock(), std::chrono::steady_clock::now());
  malloc_trim(0);
  out.memory_mb = (static_cast<double>(resident_bytes()) - before) / mega;
  const std::string scrape = fleet_metrics(*snapshot, all_checks(), PerDomain::automatic);
  out.scrape_mb = static_cast<double>(scrape.size()) / mega;
  out.series = static_cast<double>(std::ranges::count(scrape, '\n')) / static_cast<double>(domains);
  out.database_mb = database_mb(config);
  const size_t good = whole.monitor().state().count(DomainState::unknown) +
                      whole.monitor().state().count(DomainState::pending);
  report.expect(good == 0, "curves: " + std::to_string(good) + " of " + std::to_string(domains) +
                               " healthy domains not seen");
  return out;
}

void draw(const Options& options, const std::string& file, const Curve& curve) {
  if (options.plots.empty()) return;
  fs::create_directories(options.plots);
  std::ofstream(options.plots + "/" + file) << svg_of(curve);
}

// Work that waits at once, by the share of mail servers that answer nothing.
void dead_share_curve(const Options& options, Report& report) {
  Curve curve{.title = "Healthy domains done, by share of tarpits",
              .x = "tarpits, %",
              .y = "seconds",
              .points = {},
              .x_decades = false};
  for (const int share : {0, 10, 20, 40}) {
    const LittleInternet net = make_internet(
        {.domains = options.scaled(1000, 50), .own_host_percent = 100, .tarpit = share});
    const LabProcess lab(net.world);
    ProbeSettings settings = lab.probe_settings();
    settings.banner_timeout = std::chrono::seconds(4);
    settings.smtp_deadline = std::chrono::seconds(6);
    Hands hands(settings);
    double done = 0;
    const double start = wall_seconds();
    hands.scan(net.names(), 500, [&](size_t index, const ScanResult&) {
      if (net.domains[index].truth == Truth::healthy) done = wall_seconds() - start;
    });
    curve.points.emplace_back(share, done);
    report.add({.section = "curves",
                .metric = std::to_string(share) + " % tarpits: healthy done",
                .product = done,
                .unit = "s"});
  }
  draw(options, "tarpits.svg", curve);
}

}  // namespace

void soak_section(const Options& options, Report& report) {
  const int sweeps = static_cast<int>(options.scaled(12, 3));
  const LittleInternet net =
      make_internet({.domains = options.scaled(1000, 50), .tarpit = 0, .reset = 5});
  const LabProcess lab(net.world);
  WholeMonitor whole(lab.config(), fleet_of(net.names()));
  whole.sweep();
  whole.sweep();
  malloc_trim(0);
  const auto memory = static_cast<double>(resident_bytes());
  const size_t descriptors = open_descriptors();
  for (int i = 0; i < sweeps; ++i) whole.sweep();
  malloc_trim(0);
  const double grown = (static_cast<double>(resident_bytes()) - memory) / mega;
  const auto more = static_cast<double>(open_descriptors()) - static_cast<double>(descriptors);
  report.add({.section = "soak",
              .metric = "memory after " + std::to_string(sweeps) + " more sweeps",
              .product = grown,
              .unit = "MB more",
              .gate = "<= 8"});
  report.add({.section = "soak",
              .metric = "descriptors",
              .product = more,
              .unit = "more",
              .gate = "<= 0"});
  report.expect(more <= 0, "soak: descriptors grew by " + std::to_string(more));
}

void curves_section(const Options& options, Report& report) {
  std::vector<size_t> sizes{1000, 10'000, 100'000};
  if (options.quick) sizes = {100, 200};
  Curve cpu{.title = "CPU a domain, first sweep", .x = "domains", .y = "ms"};
  Curve memory{.title = "Memory of the monitor", .x = "domains", .y = "MB"};
  Curve database{.title = "Database", .x = "domains", .y = "MB"};
  Curve scrape{.title = "Body of /metrics", .x = "domains", .y = "MB"};
  for (const size_t domains : sizes) {
    const Size size = measure(domains, report);
    const auto x = static_cast<double>(domains);
    const std::string of = std::to_string(domains) + " domains: ";
    report.add(
        {.section = "curves", .metric = of + "CPU", .product = size.cpu_ms, .unit = "ms/domain"});
    report.add({.section = "curves", .metric = of + "sweep", .product = size.wall, .unit = "s"});
    report.add({.section = "curves",
                .metric = of + "memory",
                .product = size.memory_mb,
                .unit = "MB",
                .gate = domains == 100'000 ? "<= 256" : ""});
    report.add({.section = "curves",
                .metric = of + "database",
                .product = size.database_mb,
                .unit = "MB"});
    report.add(
        {.section = "curves", .metric = of + "/metrics", .product = size.scrape_mb, .unit = "MB"});
    report.add({.section = "curves",
                .metric = of + "series",
                .product = size.series,
                .unit = "lines/domain"});
    cpu.points.emplace_back(x, size.cpu_ms);
    memory.points.emplace_back(x, size.memory_mb);
    database.points.emplace_back(x, size.database_mb);
    scrape.points.emplace_back(x, size.scrape_mb);
  }
  draw(options, "cpu.svg", cpu);
  draw(options, "memory.svg", memory);
  draw(options, "database.svg", database);
  draw(options, "scrape.svg", scrape);
  dead_share_curve(options, report);
}

}  // namespace mailfleet::bench
