// store, restart, alerts: what remembering and telling cost.
#include <algorithm>
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>

#include "bench/lab_process.h"
#include "bench/limit/http.h"
#include "bench/limit/sqlite.h"
#include "bench/measure.h"
#include "bench/rig.h"
#include "bench/sections/sections.h"
#include "checks/registry.h"
#include "exporter/alertmanager/sender.h"
#include "monitor/store/database.h"
#include "monitor/store/glances.h"
#include "monitor/store/looks.h"
#include "monitor/store/packed.h"
#include "monitor/store/posture_json.h"
#include "monitor/version.h"

namespace mailfleet::bench {
namespace {

namespace fs = std::filesystem;
constexpr double micro = 1e6;

void run_in_store(Store& store, const Store::Work& work) {
  std::promise<bool> done;
  store.run(
      work, [](std::function<void()> then) { then(); }, [&](bool good) { done.set_value(good); });
  if (!done.get_future().get())
    throw std::runtime_error("the store refused: " + store.counters().last_error);
}

// Puts all in the queue, as fast as it takes them, and waits for the last.
double run_all(Store& store, size_t count, const std::function<void(Database&, size_t)>& work) {
  std::atomic<size_t> failed = 0;
  std::atomic<size_t> done = 0;
  const double cost = cpu_of([&] {
    for (size_t i = 0; i < count; ++i) {
      while (i - done > max_store_queue / 2)
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      store.run([&work, i](Database& database) { work(database, i); },
                [](std::function<void()> then) { then(); },
                [&](bool good) {
                  failed += good ? 0 : 1;
                  ++done;
                });
    }
    while (done < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  });
  if (failed > 0) throw std::runtime_error("the store refused " + std::to_string(failed.load()));
  return cost;
}

std::vector<Look> looks_of(const Options& options) {
  const LittleInternet net = make_internet({.domains = options.scaled(2000, 100)});
  const LabProcess lab(net.world);
  Hands hands(lab.probe_settings());
  std::vector<Look> out;
  hands.scan(net.names(), 200, [&](size_t index, const ScanResult& result) {
    Look look(net.domains[index].name);
    look.posture = after_look(nullptr, all_checks(), result.judgements, result.at);
    look.evidence = result.evidence;
    out.push_back(std::move(look));
  });
  return out;
}

std::vector<RowsToWrite> rows_of(const std::vector<Look>& looks) {
  std::vector<RowsToWrite> out;
  for (const Look& look : looks)
    out.push_back(
        {look.domain.text(), {pack(to_json(posture_to_value(look.posture, all_checks())))}});
  return out;
}

// The limit's tables written through the product's queue, connection and statements.
double through_store(const std::string& file, const std::vector<RowsToWrite>& rows) {
  Store store(file);
  run_in_store(store, [](Database& database) {
    database.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, name TEXT UNIQUE, at INTEGER)");
    database.execute("CREATE TABLE part (id INTEGER PRIMARY KEY, domain INTEGER, octets BLOB)");
  });
  return run_all(store, rows.size(), [&](Database& database, size_t i) {
    SQLite::Statement& domain = database.prepared("INSERT INTO bare (name, at) VALUES (?, ?)");
    domain.bind(1, rows[i].key);
    domain.bind(2, 1);
    domain.exec();
    const int64_t id = database.last_id();
    for (const std::string& blob : rows[i].blobs) {
      SQLite::Statement& part =
          database.prepared("INSERT INTO part (domain, octets) VALUES (?, ?)");
      part.bind(1, id);
      part.bindNoCopy(2, blob.data(), static_cast<int>(blob.size()));
      part.exec();
    }
  });
}

// The same domain, on the trusted list for a month.
Look listed(const Look& look) {
  Look out = look;
  out.domain = *Name::parse("listed.bench");
  const Eligibility eligibility = eligibility_of(look.posture);
  out.trust = {.state = TrustState::active,
               .tier = Tier::t2,
               .since = look.posture.at - Seconds(30 * 86400),
               .last_verified = look.posture.at,
               .reasons = eligibility.reasons,
               .pins = eligibility.mx_hosts,
               .operators = eligibility.operators,
               .last_look = look.posture.at};
  return out;
}

// As many domains as wanted, all like the first, every second one on the trusted list; written by
// one statement.
void fill_store(const fs::path& file, const Look& first, size_t domains) {
  Store store(file);
  run_in_store(store, [&](Database& database) {
    begin_glances(database, version());
    save_look(database, first, all_checks());
    save_look(database, listed(first), all_checks());
  });
  run_in_store(store, [&](Database& database) {
    SQLite::Statement& copy = database.prepared(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1) "
        "INSERT INTO domain (name, dmarc_since, first_at, look_at, trust_packed, glance) "
        "SELECT 'x' || i || '.bench', dmarc_since, first_at, look_at - 86400 - i % 86400, "
        "trust_packed, glance FROM domain, n WHERE domain.id = 1 + i % 2");
    copy.bind(1, static_cast<int64_t>(domains));
    copy.exec();
    database.execute(
        "INSERT INTO memory SELECT d.id, m.posture_packed, m.watch_packed FROM domain d, memory m "
        "WHERE d.id > 2 AND m.domain_id = 1");
  });
}

// The busiest minute against the mean, when everything is overdue at once.
double peak_over_mean(size_t domains, Time now) {
  constexpr int minutes = 360;  // the usual interval
  std::vector<ScheduledDomain> all;
  for (size_t i = 0; i < domains; ++i)
    all.push_back({.name = *Name::parse("x" + std::to_string(i) + ".bench"),
                   .group = Group::monitored,
                   .last_look = now - std::chrono::hours(24) - Seconds(i % 86400)});
  Schedule schedule({});
  schedule.set_domains(all, now);
  size_t busiest = 0;
  size_t taken = 0;
  for (int minute = 0; minute < minutes; ++minute) {
    size_t in_minute = 0;
    for (int second = 0; second < 60; ++second, now += Seconds(1))
      for (const DueDomain& due : schedule.take_due(now, domains)) {
        schedule.done(due.name, now, Sight::seen);
        ++in_minute;
      }
    busiest = std::max(busiest, in_minute);
    taken += in_minute;
  }
  return static_cast<double>(busiest) * minutes / static_cast<double>(std::max<size_t>(taken, 1));
}

Incident incident_number(int64_t id, Time now) {
  Incident out{.id = id,
               .kind = "dmarc-weakened",
               .check = "dmarc",
               .domain = Name::parse("x" + std::to_string(id) + ".bench"),
               .severity = AlertLevel::page,
               .state = RegressionState::confirmed,
               .was = "reject",
               .now = "none",
               .evidence = "v=DMARC1; p=none",
               .since = now,
               .confirmed_at = now};
  out.domains = {*out.domain};
  return out;
}

}  // namespace

void store_section(const Options& options, Report& report) {
  const std::vector<Look> looks = looks_of(options);
  const std::vector<RowsToWrite> rows = rows_of(looks);
  const auto count = static_cast<double>(looks.size());
  int run = 0;
  const LabProcess scratch{World{}};
  const auto fresh = [&] { return scratch.folder() + "/store" + std::to_string(++run) + ".db"; };
  report.add(compare(
      options, "store", "two rows of a domain (limit: SQLite's C interface)", "µs",
      [&] { return bare_insert(fresh(), rows, max_store_batch) / count * micro; },
      [&] { return through_store(fresh(), rows) / count * micro; }, "<= 1.3"));
  const auto save_all = [&](Store& store) {
    return run_all(
               store, looks.size(),
               [&](Database& database, size_t i) { save_look(database, looks[i], all_checks()); }) /
           count * micro;
  };
  report.add(
      repeat(options, "store", "a first look: facts and evidence made JSON and packed", "µs", [&] {
        Store store(fresh());
        return save_all(store);
      }));
  report.add(repeat(options, "store", "a quiet look", "µs", [&] {
    Store store(fresh());
    save_all(store);
    return save_all(store);
  }));
}

void restart_section(const Options& options, Report& report) {
  const size_t domains = options.scaled(100'000, 1000);
  const LittleInternet net = make_internet({.domains = 1});
  const LabProcess lab(net.world);
  const Config config = lab.config();
  fs::create_directories(config.monitor.data_dir);
  {
    Hands hands(lab.probe_settings());
    hands.scan(net.names(), 1, [&](size_t, const ScanResult& result) {
      Look look(net.domains[0].name);
      look.posture = after_look(nullptr, all_checks(), result.judgements, result.at);
      look.evidence = result.evidence;
      fill_store(store_file(config), look, domains);
    });
  }
  const fs::path list = config.monitor.data_dir / "fleet.csv";
  {
    std::ofstream out(list);
    out << "domain\n";
    for (size_t i = 0; i < domains; ++i) out << "x" << i << ".bench\n";
  }
  const size_t before = resident_bytes();
  const double start = wall_seconds();
  LoadedFleet fleet = load_fleet({{.file = list}});
  const double loaded = wall_seconds() - start;
  WholeMonitor whole(config, std::move(fleet));
  whole.monitor().schedule_all();
  const double ready = wall_seconds() - start;
  report.add({.section = "restart",
              .metric = std::to_string(domains) + " domains remembered: ready after",
              .product = ready,
              .unit = "s",
              .gate = "<= 2"});
  report.add({.section = "restart",
              .metric = "of which reading the fleet list",
              .product = loaded,
              .unit = "s"});
  report.add({.section = "restart",
              .metric = "memory of the fleet",
              .product = static_cast<double>(resident_bytes() - before) / 1e6,
              .unit = "MB"});
  report.expect(whole.monitor().state().restored(), "restart: nothing was restored");
  const double peak = peak_over_mean(domains, wall_clock());
  report.add({.section = "restart",
              .metric = "all overdue: busiest minute over the mean",
              .product = peak,
              .unit = "x",
              .gate = "<= 2"});
}

void alerts_section(const Options& options, Report& report) {
  const int64_t count = static_cast<int64_t>(options.scaled(1000, 50));
  const BareServer receiver("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  boost::asio::io_context io(1);
  std::map<int64_t, double> told_at;
  std::map<int64_t, double> arrived;
  AlertSender sender(io, {"http://127.0.0.1:" + std::to_string(receiver.port())}, {},
                     {.now = wall_clock,
                      .failed = [](const std::string&, const std::string&) {},
                      .accepted =
                          [&](const Delivery::Post& post) {
                            for (const int64_t id : post.incidents)
                              arrived.emplace(id, wall_seconds());
                            if (arrived.size() == static_cast<size_t>(count)) io.stop();
                          }});
  boost::asio::steady_timer timer(io);
  int64_t next = 1;
  std::function<void()> tell = [&] {
    told_at[next] = wall_seconds();
    sender.tell(incident_number(next, wall_clock()));
    if (++next > count) return;
    timer.expires_after(std::chrono::milliseconds(2));
    timer.async_wait([&](boost::system::error_code) { tell(); });
  };
  tell();
  io.run_for(std::chrono::seconds(60));
  std::vector<double> delays;
  for (const auto& [id, at] : arrived) delays.push_back(at - told_at[id]);
  report.expect(
      arrived.size() == static_cast<size_t>(count),
      "alerts: " + std::to_string(arrived.size()) + " arrived of " + std::to_string(count));
  if (delays.empty()) return;
  std::ranges::sort(delays);
  report.add({.section = "alerts",
              .metric = "detection to POST, 99 %",
              .product = delays[(delays.size() - 1) * 99 / 100],
              .unit = "s",
              .gate = "<= 2"});
  sender.stop();
}

}  // namespace mailfleet::bench
