#include "monitor/watch/incident.h"

#include <algorithm>

namespace mailfleet {
namespace {

bool is_open(const Incident& incident) {
  return incident.state == RegressionState::suspected ||
         incident.state == RegressionState::confirmed;
}

constexpr const char* unseen_kind = "unseen-together";

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) (out += out.empty() ? "" : ", ") += word;
  return out;
}

// One alert per cause and kind; without a cause one per domain, check and kind.
std::string key_of(const Name* domain, const Regression& regression) {
  if (!regression.cause.empty()) return regression.cause + " " + regression.kind;
  return (domain ? domain->text() : "") + " " + regression.check + " " + regression.kind;
}

std::string key_of(const Incident& incident) {
  const Name* domain = incident.domain ? &*incident.domain : nullptr;
  return key_of(
      domain, Regression{.check = incident.check, .kind = incident.kind, .cause = incident.cause});
}

}  // namespace

struct IncidentBook::Seen {
  const Name& domain;
  const IncidentOwner& owner;
  const Regression& regression;
  const std::string& evidence;
  Time now{};
};

Incident* IncidentBook::open_of(const Name* domain, const Regression& regression) {
  const auto found = open_.find(key_of(domain, regression));
  return found == open_.end() ? nullptr : &incidents_.at(found->second);
}

Incident& IncidentBook::open_new(const Name* domain, const IncidentOwner& owner,
                                 const Regression& regression, Time since) {
  Incident fresh{.id = next_id_++,
                 .kind = regression.kind,
                 .check = regression.check,
                 .cause = regression.cause,
                 .organisation = owner.organisation,
                 .contact = owner.contact,
                 .sector = owner.sector,
                 .severity = regression.severity,
                 .since = since};
  if (domain) fresh.domain = *domain;
  open_[key_of(domain, regression)] = fresh.id;
  const int64_t id = fresh.id;
  return incidents_.emplace(id, std::move(fresh)).first->second;
}

void IncidentBook::end(Incident& incident, RegressionState state, const std::string& by, Time now) {
  const auto found = open_.find(key_of(incident));
  if (found != open_.end() && found->second == incident.id) open_.erase(found);
  incident.state = state;
  incident.ended_at = now;
  incident.ended_by = by;
}

void IncidentBook::suspect(Incident* open, const Seen& seen, Ids& changed) {
  if (!open) open = &open_new(&seen.domain, seen.owner, seen.regression, seen.regression.since);
  if (open->state != RegressionState::suspected) return;  // told already; it joins when it is sure
  open->domains.insert(seen.domain);
  open->was = seen.regression.was;
  open->now = seen.regression.now;
  open->evidence = seen.evidence;
  changed.push_back(open->id);
}

// The severity is part of an alert's identity: the graver incident succeeds the milder one.
Incident& IncidentBook::succeed(Incident& milder, const Seen& seen, Ids& changed) {
  end(milder, RegressionState::resolved, "superseded", seen.now);
  changed.push_back(milder.id);
  const std::set<Name> domains = milder.domains;
  const Time since = milder.since;
  const bool alone = domains.size() <= 1;
  Incident& graver = open_new(alone ? &seen.domain : nullptr,
                              alone ? seen.owner : IncidentOwner{"", seen.owner.sector, ""},
                              seen.regression, since);
  graver.domains = domains;
  return graver;
}

void IncidentBook::confirm(Incident* open, const Seen& seen, Ids& changed) {
  const Regression& regression = seen.regression;
  if (!open) open = &open_new(&seen.domain, seen.owner, regression, regression.since);
  if (open->state == RegressionState::confirmed && regression.severity > open->severity)
    open = &succeed(*open, seen, changed);
  open->domains.insert(seen.domain);
  if (open->state == RegressionState::suspected) {
    open->severity = regression.severity;
    open->confirmed_at = seen.now;
    if (open->domains.size() > 1 && !open->cause.empty()) {
      open->domain.reset();
      open->organisation.clear();
      open->contact.clear();
    }
  }
  open->state = RegressionState::confirmed;
  open->was = regression.was;
  open->now = regression.now;
  open->evidence = seen.evidence;
  changed.push_back(open->id);
}

void IncidentBook::leave(Incident& incident, const Name& domain, const std::string& why, Time now,
                         Ids& changed) {
  if (!incident.domains.contains(domain)) return;
  changed.push_back(incident.id);
  // The last domain stays named in what has ended.
  if (incident.domains.size() == 1) return end(incident, RegressionState::resolved, why, now);
  incident.domains.erase(domain);
}

std::vector<int64_t> IncidentBook::apply(const Name& domain, const IncidentOwner& owner,
                                         const Notice& notice, const std::string& evidence,
                                         Time now) {
  Ids changed;
  const Regression& regression = notice.regression;
  if (regression.kind.empty()) return changed;
  const Seen seen{domain, owner, regression, evidence, now};
  Incident* open = open_of(&domain, regression);
  switch (notice.decision) {
    case Decision::suspected:
      suspect(open, seen, changed);
      break;
    case Decision::confirmed:
    case Decision::flapping:
      confirm(open, seen, changed);
      break;
    case Decision::refuted:
    case Decision::resolved:
    case Decision::aged:
      if (open) leave(*open, domain, "recovered", now, changed);
      break;
    default:
      break;
  }
  return changed;
}

std::vector<int64_t> IncidentBook::raise_self(const std::string& kind, const std::string& evidence,
                                              Time now) {
  const Regression self{.check = "monitor", .kind = kind, .severity = AlertLevel::page};
  if (Incident* open = open_of(nullptr, self)) {
    if (open->evidence == evidence) return {};
    open->evidence = evidence;
    return {open->id};
  }
  Incident& incident = open_new(nullptr, {}, self, now);
  incident.state = RegressionState::confirmed;
  incident.confirmed_at = now;
  incident.evidence = evidence;
  return {incident.id};
}

bool IncidentBook::is_open_self(const std::string& kind) const {
  return open_.contains(key_of(nullptr, Regression{.check = "monitor", .kind = kind}));
}

std::vector<int64_t> IncidentBook::clear_self(const std::string& kind, Time now) {
  Incident* open = open_of(nullptr, Regression{.check = "monitor", .kind = kind});
  if (!open) return {};
  end(*open, RegressionState::resolved, "recovered", now);
  return {open->id};
}

std::vector<int64_t> IncidentBook::unseen_together(
    const std::map<std::string, UnseenTogether>& together, Time now) {
  Ids changed;
  for (auto& [id, incident] : incidents_) {
    if (incident.kind != unseen_kind || !is_open(incident) || together.contains(incident.cause))
      continue;
    end(incident, RegressionState::resolved, "recovered", now);
    changed.push_back(id);
  }
  for (const auto& [cause, unseen] : together) {
    const Regression shared{.check = *unseen.checks.begin(),
                            .kind = unseen_kind,
                            .cause = cause,
                            .severity = AlertLevel::info};
    Incident* open = open_of(nullptr, shared);
    if (open && open->domains == unseen.domains) continue;
    if (!open) open = &open_new(nullptr, {}, shared, now);
    open->state = RegressionState::confirmed;
    if (!open->confirmed_at) open->confirmed_at = now;
    open->domains = unseen.domains;
    open->was = "seen";
    open->now = "not seen: " + joined(unseen.checks);
    changed.push_back(open->id);
  }
  return changed;
}

std::vector<int64_t> IncidentBook::forget(const Name& domain, Time now) {
  std::vector<int64_t> touched;
  for (const auto& [id, incident] : incidents_)
    if (is_open(incident) && incident.domains.contains(domain)) touched.push_back(id);
  std::vector<int64_t> changed;
  for (const int64_t id : touched) leave(incidents_.at(id), domain, "left the fleet", now, changed);
  return changed;
}

bool IncidentBook::acknowledge(int64_t id, const std::string& by, const std::string& reason,
                               Time now) {
  const auto found = incidents_.find(id);
  if (found == incidents_.end() || found->second.state != RegressionState::confirmed) return false;
  end(found->second, RegressionState::acknowledged, by, now);
  found->second.end_reason = reason;
  return true;
}

void IncidentBook::restore(Incident incident) {
  next_id_ = std::max(next_id_, incident.id + 1);
  const int64_t id = incident.id;
  if (is_open(incident)) open_[key_of(incident)] = id;
  incidents_.insert_or_assign(id, std::move(incident));
}

const Incident* IncidentBook::find(int64_t id) const {
  const auto found = incidents_.find(id);
  return found == incidents_.end() ? nullptr : &found->second;
}

void IncidentBook::prune(Time before) {
  std::erase_if(incidents_, [&](const auto& entry) {
    return entry.second.ended_at && *entry.second.ended_at < before;
  });
}

}  // namespace mailfleet
