#include "exporter/metrics/fleet_metrics.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "exporter/metrics/exposition.h"
#include "exporter/tally.h"

namespace mailfleet {
namespace {

using Checks = std::span<const Check* const>;
using Domains = std::vector<const DomainSummary*>;

bool is_open(const RegressionView& regression) { return regression.state == "confirmed"; }

void write_checks(Exposition& out, const Tally& tally, Checks checks) {
  out.family("mailfleet_checks", "gauge",
             "Domains by check and level; level \"unknown\" has never been seen.");
  for (size_t i = 0; i < checks.size(); ++i) {
    for (size_t level = 0; level < checks[i]->ladder.size(); ++level)
      out.value({{"check", checks[i]->id}, {"level", checks[i]->ladder[level]}},
                tally.levels[i][level]);
    out.value({{"check", checks[i]->id}, {"level", "unknown"}}, tally.unknown[i]);
  }
  out.family("mailfleet_ladder_info", "gauge", "The steps of each check's ladder, weakest first.");
  for (const Check* check : checks)
    for (size_t level = 0; level < check->ladder.size(); ++level)
      out.value(
          {{"check", check->id}, {"level", check->ladder[level]}, {"index", std::to_string(level)}},
          1);
}

void write_regressions(Exposition& out, const Snapshot& snapshot, Checks checks) {
  constexpr std::array<std::string_view, 3> severities{"info", "ticket", "page"};
  std::map<std::pair<std::string_view, std::string_view>, size_t> counts;
  for (const Check* check : checks)
    for (const std::string_view severity : severities) counts[{check->id, severity}] = 0;
  for (const RegressionView& each : snapshot.regressions)
    if (is_open(each)) ++counts[{each.check, to_text(each.severity)}];
  out.family("mailfleet_regressions", "gauge",
             "Confirmed regressions that are open, by check and severity.");
  for (const auto& [key, count] : counts)
    out.value({{"check", key.first}, {"severity", key.second}}, count);
}

void write_feed(Exposition& out, const Snapshot& snapshot, const Tally& tally) {
  out.family("mailfleet_trust_entries", "gauge", "Entries of the trusted list by tier and state.");
  for (const Tier tier : all_tiers)
    for (const TrustState state : entry_states)
      out.value({{"tier", to_text(tier)}, {"state", to_text(state)}},
                tally.trust[static_cast<size_t>(tier)][static_cast<size_t>(state)]);
  if (snapshot.feed.serial == 0) return;
  out.family("mailfleet_feed_serial", "gauge", "Serial number of the feed's newest edition.");
  out.value({}, snapshot.feed.serial);
  out.family("mailfleet_feed_issued_timestamp_seconds", "gauge",
             "When the feed's newest edition was issued.");
  out.value({}, snapshot.feed.issued);
  out.family("mailfleet_feed_expires_timestamp_seconds", "gauge",
             "When the feed's newest edition expires.");
  out.value({}, snapshot.feed.expires);
}

// By ranges of the time left: a fleet too large for series of its domains still sees what ends
// soon.
void write_certificates(Exposition& out, const Snapshot& snapshot) {
  using std::chrono::days;
  constexpr std::array<std::pair<std::string_view, days>, 5> ranges{{{"expired", days(0)},
                                                                     {"under-7d", days(7)},
                                                                     {"under-14d", days(14)},
                                                                     {"under-30d", days(30)},
                                                                     {"under-90d", days(90)}}};
  std::array<size_t, ranges.size() + 1> counts{};
  for (const DomainPtr& each : snapshot.domains) {
    if (!each->certificate_not_after) continue;
    const auto left = *each->certificate_not_after - snapshot.at;
    const auto range = std::ranges::upper_bound(ranges, left, {}, [](const auto& row) {
      return std::chrono::duration_cast<Seconds>(row.second);
    });
    ++counts[static_cast<size_t>(range - ranges.begin())];
  }
  out.family("mailfleet_certificates", "gauge",
             "Domains by the time left of their mail servers' earliest certificate, when these "
             "figures were put together.");
  for (size_t i = 0; i < counts.size(); ++i)
    out.value({{"left", i < ranges.size() ? ranges[i].first : "over-90d"}}, counts[i]);
}

void write_fleet(Exposition& out, const Snapshot& snapshot, Checks checks) {
  const Tally tally = tally_of(snapshot, checks);
  out.family("mailfleet_domains", "gauge", "Domains of the fleet by state.");
  for (const DomainState state : all_domain_states)
    out.value({{"state", to_text(state)}}, tally.states[static_cast<size_t>(state)]);
  write_checks(out, tally, checks);
  write_regressions(out, snapshot, checks);
  write_feed(out, snapshot, tally);
  out.family("mailfleet_sweeps_total", "counter",
             "Times that every domain has been looked at since start.");
  out.value({}, snapshot.sweeps);
  if (snapshot.at == Time{}) return;
  write_certificates(out, snapshot);
  out.family("mailfleet_snapshot_timestamp_seconds", "gauge",
             "When these figures last changed and were put together anew.");
  out.value({}, snapshot.at);
}

void write_domains(Exposition& out, const Domains& domains, Checks checks) {
  out.family("mailfleet_domain_level", "gauge",
             "Index on the check's ladder, as mailfleet_ladder_info names it.");
  for (const DomainSummary* each : domains)
    for (size_t i = 0; i < checks.size() && i < each->levels.size(); ++i)
      if (each->levels[i] >= 0)
        out.value({{"domain", each->name.text()}, {"check", checks[i]->id}},
                  static_cast<int>(each->levels[i]));
  out.family("mailfleet_domain_certificate_not_after_timestamp_seconds", "gauge",
             "The earliest end of a certificate over the domain's mail servers.");
  for (const DomainSummary* each : domains)
    if (each->certificate_not_after)
      out.value({{"domain", each->name.text()}}, *each->certificate_not_after);
  out.family("mailfleet_domain_last_seen_timestamp_seconds", "gauge",
             "When the domain was last looked at.");
  for (const DomainSummary* each : domains)
    if (each->last_look) out.value({{"domain", each->name.text()}}, *each->last_look);
  out.family("mailfleet_domain_trusted", "gauge",
             "1 while the domain is an active entry of the trusted list.");
  for (const DomainSummary* each : domains)
    if (each->last_look)
      out.value({{"domain", each->name.text()}}, each->trust.state == TrustState::active ? 1 : 0);
}

void write_open_regressions(Exposition& out, const Snapshot& snapshot,
                            const std::function<bool(const RegressionView&)>& wanted) {
  out.family("mailfleet_regression", "gauge", "1 while a confirmed regression is open.");
  std::set<std::array<std::string_view, 7>> told;  // the same series twice would spoil the scrape
  for (const RegressionView& each : snapshot.regressions) {
    if (!is_open(each) || !wanted(each)) continue;
    const std::string_view domain = each.domain ? each.domain->text() : std::string_view();
    const std::string_view severity = to_text(each.severity);
    if (!told.insert({domain, each.check, each.kind, each.was, each.now, severity, each.cause})
             .second)
      continue;
    out.value({{"domain", domain},
               {"check", each.check},
               {"kind", each.kind},
               {"was", each.was},
               {"now", each.now},
               {"severity", severity},
               {"cause", each.cause}},
              1);
  }
}

bool concerns(const RegressionView& regression, const Name& name) {
  return regression.domain == name ||
         std::ranges::find(regression.domains, name) != regression.domains.end();
}

// FNV-1a: the same domain is in the same shard on every machine and after every restart.
uint64_t stable_hash(std::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<uint8_t>(c)) * 1099511628211ULL;
  return hash;
}

Domains chosen_domains(const Snapshot& snapshot, PerDomain per_domain, Shard shard) {
  Domains out;
  const bool small = snapshot.domains.size() <= max_domains_all;
  if (per_domain == PerDomain::automatic) per_domain = small ? PerDomain::all : PerDomain::failing;
  if (per_domain == PerDomain::none) return out;
  for (const DomainPtr& each : snapshot.domains) {
    if (per_domain == PerDomain::failing && each->state != DomainState::failing) continue;
    if (stable_hash(each->name.text()) % shard.count == shard.index) out.push_back(each.get());
  }
  return out;
}

}  // namespace

std::string fleet_metrics(const Snapshot& snapshot, Checks checks, PerDomain per_domain,
                          Shard shard, std::string room) {
  const Domains domains = chosen_domains(snapshot, per_domain, shard);
  Exposition out(std::move(room));
  constexpr size_t series_bytes = 100;
  out.reserve(16 * 1024 + domains.size() * (checks.size() + 3) * series_bytes);
  if (shard.index == 0) {
    write_fleet(out, snapshot, checks);
    // Few, and what alerts are made of: told whatever is said of single domains.
    write_open_regressions(out, snapshot, [](const RegressionView&) { return true; });
  }
  if (!domains.empty()) write_domains(out, domains, checks);
  return out.take();
}

std::string probe_metrics(const Snapshot& snapshot, Checks checks, const DomainSummary& domain,
                          double seconds) {
  Exposition out;
  const bool saw = domain.state != DomainState::pending && domain.state != DomainState::unknown;
  out.family("probe_success", "gauge", "1 when the latest look at the domain saw something.");
  out.value({}, saw ? 1 : 0);
  out.family("probe_duration_seconds", "gauge",
             "How long this answer took; the look itself was earlier.");
  out.value({}, seconds);
  write_domains(out, {&domain}, checks);
  write_open_regressions(out, snapshot,
                         [&](const RegressionView& each) { return concerns(each, domain.name); });
  return out.take();
}

}  // namespace mailfleet
