#include "monitor/desk.h"

#include <algorithm>
#include <utility>

#include "monitor/watch/stale.h"

namespace mailfleet {
namespace {

constexpr const char* degraded = "self-prober-degraded";
constexpr const char* failed_test = "self-test-failed";

// What was seen, for the alert: the findings of the check that moved.
std::string evidence_of(const Notice& notice, const Posture& posture) {
  const Standing* standing = posture.find(notice.check);
  std::string out;
  if (!standing) return notice.regression.now;
  const auto& findings = standing->unseen ? standing->unseen->findings : standing->findings;
  for (const Finding& finding : findings) {
    if (finding.severity == Severity::info) continue;
    if (!out.empty()) out += "; ";
    out += finding.code + " " + finding.subject + (finding.seen.empty() ? "" : ": " + finding.seen);
    if (out.size() > 500) break;
  }
  return out.empty() ? notice.regression.now : out;
}

RegressionView view_of(const Incident& incident) {
  return {.id = incident.id,
          .kind = incident.kind,
          .domain = incident.domain,
          .cause = incident.cause,
          .domains = {incident.domains.begin(), incident.domains.end()},
          .check = incident.check,
          .was = incident.was,
          .now = incident.now,
          .severity = incident.severity,
          .state = std::string(to_text(incident.state)),
          .since = incident.since,
          .confirmed_at = incident.confirmed_at,
          .resolved_at = incident.ended_at,
          .evidence = incident.evidence};
}

}  // namespace

void Desk::restore(std::vector<Incident> incidents) {
  for (Incident& incident : incidents) book_.restore(std::move(incident));
  ++version_;
  if (!tell_) return;
  for (const auto& [id, incident] : book_.all()) tell_(incident);
}

bool Desk::holds(const Name& domain, Time now) const {
  const bool failed =
      std::ranges::any_of(self_tests_, [](const auto& test) { return !test.second; });
  return failed || health_.in_doubt() || (is_announced_ && is_announced_(domain, now));
}

std::vector<Incident> Desk::copies(const std::vector<int64_t>& ids) {
  std::vector<Incident> out;
  for (const int64_t id : ids)
    if (const Incident* incident = book_.find(id)) out.push_back(*incident);
  if (!ids.empty()) ++version_;
  return out;
}

std::vector<Incident> Desk::hear(const FleetEntry& entry, const LookOutcome& outcome,
                                 const Posture& posture, Time now) {
  health_.look(entry.name, unseen_causes(entry.name, posture));
  std::vector<int64_t> changed;
  for (const Notice& notice : outcome.notices) {
    const auto ids = book_.apply(entry.name, {entry.organisation, entry.sector}, notice,
                                 evidence_of(notice, posture), now);
    changed.insert(changed.end(), ids.begin(), ids.end());
  }
  return copies(changed);
}

void Desk::told(const std::vector<Incident>& incidents) {
  if (!tell_) return;
  // What was written may be older than what stands now; what stands now is what is told.
  for (const Incident& incident : incidents)
    if (const Incident* current = book_.find(incident.id)) tell_(*current);
}

std::vector<Incident> Desk::tick(Time now) {
  std::vector<int64_t> changed;
  const auto add = [&](const std::vector<int64_t>& ids) {
    changed.insert(changed.end(), ids.begin(), ids.end());
  };
  const auto doubtful = health_.doubtful();
  if (doubtful.empty()) {
    add(book_.clear_self(degraded, now));
  } else {
    std::string evidence = "unknown at once in more than " +
                           std::to_string(settings_.fleet_unknown_percent) + " % of the fleet:";
    for (const std::string& check : doubtful)
      evidence += " " + check + " (" + std::to_string(health_.unknown_causes(check)) + " of " +
                  std::to_string(health_.domains()) + ")";
    add(book_.raise_self(degraded, evidence, now));
  }
  std::string failed;
  for (const auto& [test, good] : self_tests_)
    if (!good) (failed += failed.empty() ? "" : ", ") += test;
  add(failed.empty() ? book_.clear_self(failed_test, now)
                     : book_.raise_self(failed_test, failed, now));
  book_.prune(now - ended_incidents_shown);
  return copies(changed);
}

bool Desk::self_test(const std::string& test, bool good) {
  const auto [found, fresh] = self_tests_.try_emplace(test, true);
  return std::exchange(found->second, good) || fresh;
}

std::vector<Incident> Desk::raise_self(const std::string& kind, const std::string& evidence,
                                       Time now) {
  return copies(book_.raise_self(kind, evidence, now));
}

std::vector<Incident> Desk::clear_self(const std::string& kind, Time now) {
  return copies(book_.clear_self(kind, now));
}

std::vector<Incident> Desk::forget(const Name& domain, Time now) {
  health_.forget(domain);
  return copies(book_.forget(domain, now));
}

std::optional<Incident> Desk::acknowledge(int64_t id, const std::string& by,
                                          const std::string& reason, Time now) {
  if (!book_.acknowledge(id, by, reason, now)) return {};
  ++version_;
  return *book_.find(id);
}

std::vector<RegressionView> Desk::views() const {
  std::vector<RegressionView> out;
  for (const auto& [id, incident] : book_.all())
    if (incident.confirmed_at || !incident.ended_at) out.push_back(view_of(incident));
  return out;
}

}  // namespace mailfleet
