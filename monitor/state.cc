#include "monitor/state.h"

#include <algorithm>
#include <limits>

#include "monitor/idn.h"

namespace mailfleet {
namespace {

Owner owner_of(const FleetEntry& entry) {
  return {.organisation = entry.organisation,
          .organisation_cy = entry.organisation_cy,
          .sector = entry.sector,
          .contact = entry.contact,
          .tls_ready = entry.tls_ready};
}

void add_glance(DomainSummary& out, const Glance& glance, std::span<const Check* const> checks) {
  out.state = glance.state;
  out.last_look = glance.at;
  out.fails = glance.fails;
  out.advices = glance.advices;
  for (const Glance::Level& each : glance.levels) {
    const auto check = std::ranges::find(checks, each.check, &Check::id);
    if (check == checks.end()) continue;
    const auto i = static_cast<size_t>(check - checks.begin());
    out.levels[i] = static_cast<int8_t>(each.level);
    out.seen[i] = each.seen;
  }
}

void update(Watched& watched, const FleetEntry& entry) {
  if (watched.entry == entry) return;
  DomainSummary summary = *watched.summary;
  summary.owner = owner_of(entry);
  summary.parked = entry.parked;
  watched.summary = std::make_shared<const DomainSummary>(std::move(summary));
  watched.entry = entry;
}

}  // namespace

DomainSummary summary_of(const FleetEntry& entry, const Glance* glance, TrustView trust,
                         std::span<const Check* const> checks) {
  DomainSummary out(entry.name);
  out.owner = owner_of(entry);
  if (std::string shown = to_u_labels(entry.name); shown != entry.name.text())
    out.u_labels = std::move(shown);
  out.parked = entry.parked;
  out.levels.assign(checks.size(), -1);
  out.seen.assign(checks.size(), Time{});
  out.certificate_not_after = trust.eligibility.certificate_not_after;
  out.mx_hosts = trust.eligibility.mx_hosts;
  out.trust = std::move(trust);
  if (glance) add_glance(out, *glance, checks);
  return out;
}

void MonitorState::change_entry(const FleetEntry& entry) {
  const auto found = domains_.find(entry.name);
  if (found == domains_.end()) return;
  update(found->second, entry);
  ++version_;
}

void MonitorState::set_fleet(std::vector<FleetEntry> entries) {
  std::map<Name, Watched> next;
  for (FleetEntry& entry : entries) {
    const Name name = entry.name;
    const auto known = domains_.find(name);
    if (known == domains_.end()) {
      auto summary = std::make_shared<const DomainSummary>(summary_of(entry, nullptr, {}, checks_));
      next.emplace_hint(next.end(), name, Watched{std::move(entry), std::move(summary), sweeps_});
      continue;
    }
    Watched kept = std::move(known->second);
    update(kept, entry);
    next.emplace_hint(next.end(), name, std::move(kept));
  }
  domains_ = std::move(next);
  count_remaining();
  ++version_;
}

void MonitorState::restore(const Name& name, const Glance& glance, TrustView trust) {
  const auto found = domains_.find(name);
  if (found == domains_.end()) return;
  found->second.summary = std::make_shared<const DomainSummary>(
      summary_of(found->second.entry, &glance, std::move(trust), checks_));
  restored_ = true;
  ++version_;
}

bool MonitorState::looked(const Name& name, const Glance& glance, TrustView trust) {
  const auto found = domains_.find(name);
  if (found == domains_.end()) return false;  // it left the fleet meanwhile
  Watched& watched = found->second;
  watched.summary = std::make_shared<const DomainSummary>(
      summary_of(watched.entry, &glance, std::move(trust), checks_));
  ++version_;
  if (watched.looks++ != sweeps_ || --remaining_ > 0) return false;
  ++sweeps_;
  count_remaining();
  return true;
}

void MonitorState::count_remaining() {
  remaining_ = 0;
  for (const auto& [name, watched] : domains_) remaining_ += watched.looks <= sweeps_ ? 1 : 0;
}

const Watched* MonitorState::find(const Name& name) const {
  const auto found = domains_.find(name);
  return found == domains_.end() ? nullptr : &found->second;
}

size_t MonitorState::count(DomainState state) const {
  return static_cast<size_t>(std::ranges::count_if(
      domains_, [&](const auto& each) { return each.second.summary->state == state; }));
}

}  // namespace mailfleet
