#include "monitor/store_details.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "checks/registry.h"
#include "monitor/self_report.h"

using namespace mailfleet;

namespace {

constexpr std::string_view ladder[] = {"none", "some", "all"};
Judgement never_judged(const Domain&, Facts&) { return {}; }
const Check mx{"mx", "", ladder, never_judged};
const Check spf{"spf", "", ladder, never_judged};
const Check ptr{"ptr", "", ladder, never_judged};
const Check* const checks[] = {&mx, &spf, &ptr};
const Name name = *Name::parse("example.test");

ChangeRow change(int64_t id, const char* check, const char* was, const char* now) {
  ChangeRow out(name);
  out.id = id;
  out.at = Time(Seconds(id));
  out.check = check;
  out.was = was;
  out.now = now;
  return out;
}

}  // namespace

TEST_CASE("sender: judged by stored answers, and not at all where one is missing") {
  StoredEvidence stored;
  const auto record = [&](const char* text) {
    stored.evidence.dns[DnsQuestion{name, DnsType::txt}] = {.outcome = Outcome::answered,
                                                            .txt = {text}};
  };
  const auto verdict = [&](const char* ip) {
    return verdict_of({.domain = name, .ip = *Address::parse(ip), .mail_from = "jo@example.test"},
                      stored);
  };
  CHECK(verdict("192.0.2.1").result.empty());  // the record itself was never seen
  record("v=spf1 ip4:192.0.2.1 ~all");
  CHECK(verdict("192.0.2.1").result == "pass");
  CHECK(verdict("192.0.2.1").mechanism == "ip4:192.0.2.1");
  CHECK(verdict("192.0.2.2").result == "softfail");
  record("v=spf1 include:elsewhere.test -all");
  CHECK(verdict("192.0.2.1").result.empty());  // nobody asked for that one
}

TEST_CASE("history: the first sight of each check stands below its changes") {
  DomainMemory memory(name);
  memory.first_at = Time(Seconds(1));
  memory.posture.standings = {
      {.check = "mx", .level = 2}, {.check = "spf", .level = 1}, {.check = "ptr"}};
  const std::vector<ChangeRow> changes{change(9, "mx", "some", "all"),
                                       change(8, "mx", "none", "some"),
                                       change(7, "spf", "", "some")};
  const auto rows = history_of(memory, changes, checks, 10);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].now == "all");
  CHECK(rows[3].check == "mx");
  CHECK(rows[3].was.empty());
  CHECK(rows[3].now == "none");  // before its oldest change
  CHECK(rows[3].at == memory.first_at);
  CHECK(rows[3].kind == "first-sight");
  CHECK(history_of(memory, changes, checks, 3).size() == 3);
  CHECK(history_of(memory, {}, checks, 10).size() == 2);  // nobody has seen ptr
}

TEST_CASE("self_report: the metrics have the bounds of what is counted, and count it once") {
  CHECK(std::ranges::equal(DurationHistogram::bounds, probe_duration_bounds()));
  CHECK(std::ranges::equal(store_write_buckets, store_write_bounds()));
  SelfMetrics metrics;
  SelfReport report(metrics, all_checks());
  ProbeCounters probes;
  probes.probes[{"dns", "ok"}] = 3;
  probes.durations["dns"].add(std::chrono::milliseconds(10));
  StoreCounters store;
  store.write_seconds[0] = 2;
  store.errors = 1;
  LoopCounters loop;
  loop.decisions[static_cast<size_t>(Decision::held)] = 6;
  report.tick(probes, store, loop, 4, 5, Time(Seconds(7)));
  report.tick(probes, store, loop, 4, 5, Time(Seconds(8)));
  const std::string text = metrics.text();
  for (const char* line :
       {"mailfleet_probes_total{kind=\"dns\",outcome=\"ok\"} 3\n",
        "mailfleet_probe_duration_seconds_count{kind=\"dns\"} 1\n",
        "mailfleet_store_write_seconds_count 2\n", "mailfleet_store_errors_total 1\n",
        "mailfleet_queue_length{queue=\"scans\"} 5\n",
        "mailfleet_decisions_total{decision=\"held\"} 6\n",
        "mailfleet_decisions_total{decision=\"flapping\"} 0\n",
        "mailfleet_changes_total{check=\"dmarc\"} 0\n",
        "mailfleet_heartbeat_timestamp_seconds 8\n"}) {
    CAPTURE(line);
    CHECK(text.find(line) != std::string::npos);
  }
}
