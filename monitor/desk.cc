#include "monitor/desk.h"

#include <algorithm>
#include <utility>

#include "checks/base/text.h"
#include "monitor/watch/stale.h"

namespace mailfleet {
namespace {

constexpr const char* degraded = "self-prober-degraded";
constexpr const char* failed_test = "self-test-failed";
constexpr Seconds figures_told_again{60};
constexpr Seconds together_period{10};  // the whole fleet is gone through

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
  if (out.empty()) out = notice.regression.now;
  return notice.remark.empty() ? out : out + "; " + notice.remark;
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
  for (Incident& incident : incidents) {
    if (incident.kind == failed_test && !incident.ended_at)
      for (const std::string_view test : split(incident.evidence, ','))
        self_tests_[std::string(trim(test))] = false;
    book_.restore(std::move(incident));
  }
  ++version_;
  if (!tell_) return;
  for (const auto& [id, incident] : book_.all()) tell_(incident);
}

bool Desk::in_doubt() const {
  const bool failed =
      std::ranges::any_of(self_tests_, [](const auto& test) { return !test.second; });
  return failed || health_.in_doubt();
}

bool Desk::holds(const Name& domain, Time now) const {
  return in_doubt() || (is_announced_ && is_announced_(domain, now));
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
    const auto ids = book_.apply(entry.name, {entry.organisation, entry.sector, entry.contact},
                                 notice, evidence_of(notice, posture), now);
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

// The figures move all the time; they are told anew each minute, or when other checks are meant.
std::vector<int64_t> Desk::doubt(Time now) {
  const auto doubtful = health_.doubtful();
  if (doubtful.empty()) {
    doubtful_told_.reset();
    return book_.clear_self(degraded, now);
  }
  if (doubtful == doubtful_ && doubtful_told_ && now - *doubtful_told_ < figures_told_again)
    return {};
  doubtful_ = doubtful;
  doubtful_told_ = now;
  std::string evidence = "unknown at once in more than " +
                         std::to_string(settings_.fleet_unknown_percent) + " % of the fleet:";
  for (const std::string& check : doubtful)
    evidence += " " + check + " (" + std::to_string(health_.unknown_causes(check)) + " of " +
                std::to_string(health_.domains()) + ")";
  return book_.raise_self(degraded, evidence, now);
}

std::vector<int64_t> Desk::test_failures(Time now) {
  std::string failed;
  for (const auto& [test, good] : self_tests_)
    if (!good) (failed += failed.empty() ? "" : ", ") += test;
  return failed.empty() ? book_.clear_self(failed_test, now)
                        : book_.raise_self(failed_test, failed, now);
}

// While it may be us, nobody else is named.
std::vector<int64_t> Desk::unseen_together(Time now) {
  if (together_at_ && now - *together_at_ < together_period) return {};
  together_at_ = now;
  return in_doubt() ? std::vector<int64_t>{} : book_.unseen_together(health_.together(), now);
}

std::vector<Incident> Desk::tick(Time now) {
  std::vector<int64_t> changed = doubt(now);
  for (const auto& more : {test_failures(now), unseen_together(now)})
    changed.insert(changed.end(), more.begin(), more.end());
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
