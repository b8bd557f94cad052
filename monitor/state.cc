#include "monitor/state.h"

#include <algorithm>
#include <limits>

#include "monitor/idn.h"

namespace mailfleet {
namespace {

uint16_t count_of(const Posture& posture, Severity severity) {
  size_t out = 0;
  for (const Standing& standing : posture.standings)
    out += static_cast<size_t>(std::ranges::count(standing.findings, severity, &Finding::severity));
  return static_cast<uint16_t>(std::min<size_t>(out, std::numeric_limits<uint16_t>::max()));
}

Owner owner_of(const FleetEntry& entry) {
  return {.organisation = entry.organisation,
          .organisation_cy = entry.organisation_cy,
          .sector = entry.sector,
          .contact = entry.contact,
          .tls_ready = entry.tls_ready};
}

void add_posture(DomainSummary& out, const Posture& posture, std::span<const Check* const> checks) {
  out.state = state_of(posture);
  out.last_look = posture.at;
  out.fails = count_of(posture, Severity::fail);
  out.advices = count_of(posture, Severity::advice);
  for (size_t i = 0; i < checks.size(); ++i) {
    const Standing* standing = posture.find(checks[i]->id);
    if (!standing || !standing->level) continue;
    out.levels[i] = static_cast<int8_t>(*standing->level);
    out.seen[i] = standing->seen.value_or(Time{});
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

DomainSummary summary_of(const FleetEntry& entry, const Posture* posture, TrustView trust,
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
  if (posture) add_posture(out, *posture, checks);
  return out;
}

void MonitorState::change_entry(const FleetEntry& entry) {
  const auto found = domains_.find(entry.name);
  if (found == domains_.end()) return;
  update(found->second, entry);
  ++version_;
}

void MonitorState::set_fleet(const std::vector<FleetEntry>& entries) {
  std::map<Name, Watched> next;
  for (const FleetEntry& entry : entries) {
    const auto known = domains_.find(entry.name);
    if (known == domains_.end()) {
      next.emplace(
          entry.name,
          Watched{entry,
                  std::make_shared<const DomainSummary>(summary_of(entry, nullptr, {}, checks_)),
                  sweeps_});
      continue;
    }
    Watched kept = std::move(known->second);
    update(kept, entry);
    next.emplace(entry.name, std::move(kept));
  }
  domains_ = std::move(next);
  count_remaining();
  ++version_;
}

void MonitorState::restore(const Name& name, const Posture& posture, TrustView trust) {
  const auto found = domains_.find(name);
  if (found == domains_.end()) return;
  found->second.summary = std::make_shared<const DomainSummary>(
      summary_of(found->second.entry, &posture, std::move(trust), checks_));
  restored_ = true;
  ++version_;
}

bool MonitorState::looked(const Name& name, const Posture& posture, TrustView trust) {
  const auto found = domains_.find(name);
  if (found == domains_.end()) return false;  // it left the fleet meanwhile
  Watched& watched = found->second;
  watched.summary = std::make_shared<const DomainSummary>(
      summary_of(watched.entry, &posture, std::move(trust), checks_));
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
