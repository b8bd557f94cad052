#include "exporter/metrics/fleet_metrics.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "exporter/metrics/self_metrics.h"
#include "tests/web_sample.h"

using namespace mailfleet;

namespace {

bool has(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

size_t count(const std::string& text, const std::string& part) {
  size_t out = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++out;
  return out;
}

std::string sample(PerDomain per_domain = PerDomain::all, Shard shard = {}) {
  return fleet_metrics(*sample_snapshot(), sample_checks(), per_domain, shard);
}

}  // namespace

TEST_CASE("metrics: the fleet in closed sets, zeros included") {
  const std::string text = sample();
  CHECK(has(text, "mailfleet_domains{state=\"good\"} 2"));
  CHECK(has(text, "mailfleet_domains{state=\"pending\"} 1"));
  CHECK(has(text, "mailfleet_checks{check=\"dmarc\",level=\"reject\"} 1"));
  CHECK(has(text, "mailfleet_checks{check=\"dmarc\",level=\"unknown\"} 2"));
  CHECK(has(text, "mailfleet_ladder_info{check=\"dmarc\",level=\"reject\",index=\"3\"} 1"));
  CHECK(has(text, "mailfleet_regressions{check=\"dmarc\",severity=\"page\"} 1"));
  CHECK(has(text, "mailfleet_regressions{check=\"spf\",severity=\"page\"} 0"));
  CHECK(has(text, "mailfleet_trust_entries{tier=\"T2\",state=\"active\"} 2"));
  CHECK(has(text, "mailfleet_trust_entries{tier=\"T3\",state=\"suspended\"} 0"));
  CHECK(has(text, "mailfleet_sweeps_total 3"));
  CHECK(text.find("mailfleet_feed_serial") == std::string::npos);  // none issued: absent, not 0
}

TEST_CASE("metrics: what is unknown of a domain is absent") {
  const std::string text = sample();
  CHECK(has(text, "mailfleet_domain_level{domain=\"cardiff.gov.uk\",check=\"dmarc\"} 3"));
  CHECK(has(text, "mailfleet_domain_trusted{domain=\"cardiff.gov.uk\"} 1"));
  CHECK(has(text, "mailfleet_domain_trusted{domain=\"gwent.police.uk\"} 0"));
  CHECK(text.find("mailfleet_domain_level{domain=\"powys.gov.uk\",check=\"starttls\"}") ==
        std::string::npos);
  CHECK(text.find("domain=\"silent.gov.uk\",check") == std::string::npos);
  CHECK(text.find("domain=\"new.gov.uk\"") == std::string::npos);
}

TEST_CASE("metrics: certificates by the time left, each domain in one range") {
  const auto snapshot = sample_snapshot();
  const auto ends_in = [&](const char* name, Seconds left) {
    auto domain = std::make_shared<DomainSummary>(*Name::parse(name));
    domain->certificate_not_after = snapshot->at + left;
    return domain;
  };
  using std::chrono::days;
  snapshot->domains = {ends_in("a.example", Seconds(-1)),
                       ends_in("b.example", Seconds(0)),
                       ends_in("c.example", days(7) - Seconds(1)),
                       ends_in("d.example", days(7)),
                       ends_in("e.example", days(400)),
                       std::make_shared<DomainSummary>(*Name::parse("unseen.example"))};
  const std::string text = fleet_metrics(*snapshot, sample_checks(), PerDomain::none, {});
  for (const char* line :
       {"{left=\"expired\"} 1\n", "{left=\"under-7d\"} 2\n", "{left=\"under-14d\"} 1\n",
        "{left=\"under-30d\"} 0\n", "{left=\"under-90d\"} 0\n", "{left=\"over-90d\"} 1\n"})
    CHECK_MESSAGE(text.find(std::string("mailfleet_certificates") + line) != text.npos, line);
}

TEST_CASE("metrics: only confirmed regressions are told, each once") {
  auto snapshot = sample_snapshot();
  snapshot->regressions.push_back(snapshot->regressions[0]);
  snapshot->regressions.back().id = 99;
  const std::string text = fleet_metrics(*snapshot, sample_checks(), PerDomain::none);
  CHECK(count(text, "mailfleet_regression{domain=") == 2);
  CHECK(has(text,
            "mailfleet_regression{domain=\"gwent.police.uk\",check=\"dmarc\",kind=\"dmarc-"
            "removed\",was=\"reject\","
            "now=\"absent\",severity=\"page\",cause=\"\"} 1"));
}

TEST_CASE("metrics: which domains have series of their own") {
  CHECK(sample(PerDomain::none).find("mailfleet_domain_") == std::string::npos);
  const std::string failing = sample(PerDomain::failing);
  CHECK(failing.find("mailfleet_domain_level{domain=\"gwent.police.uk\"") != std::string::npos);
  CHECK(failing.find("mailfleet_domain_level{domain=\"cardiff.gov.uk\"") == std::string::npos);
  CHECK(sample(PerDomain::automatic) == sample(PerDomain::all));
}

TEST_CASE("metrics: shards tell everything once") {
  const std::string series = "mailfleet_domain_last_seen_timestamp_seconds{";
  size_t told = 0;
  size_t fleets = 0;
  for (size_t i = 0; i < 3; ++i) {
    const std::string text = sample(PerDomain::all, {i, 3});
    told += count(text, series);
    fleets += count(text, "mailfleet_domains{state=\"good\"}");
  }
  CHECK(told == count(sample(), series));
  CHECK(fleets == 1);
}

TEST_CASE("metrics: written over a text of before, nothing of it is left") {
  const auto snapshot = sample_snapshot();
  const std::string fresh = fleet_metrics(*snapshot, sample_checks(), PerDomain::all);
  for (const size_t size : {size_t{0}, size_t{10}, fresh.size() * 3})
    CHECK(fleet_metrics(*snapshot, sample_checks(), PerDomain::all, {}, std::string(size, 'x')) ==
          fresh);
}

TEST_CASE("metrics: hostile words stay inside their label") {
  auto snapshot = sample_snapshot();
  snapshot->regressions[0].was = "a\"} 1\nevil{x=\"\\";
  const std::string text = fleet_metrics(*snapshot, sample_checks(), PerDomain::none);
  CHECK(text.find("\nevil") == std::string::npos);
  CHECK(text.find("was=\"a\\\"} 1") != std::string::npos);
}

TEST_CASE("metrics: promtool has nothing to say of them") {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) {
    MESSAGE("promtool is not installed: not checked");
    return;
  }
  auto snapshot = sample_snapshot();
  snapshot->feed = {
      .serial = 4, .issued = sample_now(), .expires = sample_now() + std::chrono::hours(72)};
  SelfMetrics self;
  self.scan_done();
  self.probes("smtp", "answered", 1);
  self.probe_durations("smtp", std::vector<double>(probe_duration_bounds().size() + 1, 1), 0.2);
  self.store_writes(std::vector<double>(store_write_bounds().size() + 1, 1), 0.01);
  self.store_errors(1);
  self.queue_length("scan", 3);
  self.self_test("resolver", true);
  self.http_request("/metrics", 200);
  const auto file =
      std::filesystem::temp_directory_path() / ("mailfleet-metrics-" + std::to_string(::getpid()));
  std::ofstream(file) << fleet_metrics(*snapshot, sample_checks(), PerDomain::all) << self.text()
                      << process_metrics();
  CHECK(std::system(("promtool check metrics < " + file.string()).c_str()) == 0);
  std::filesystem::remove(file);
}
