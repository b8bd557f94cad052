#include "monitor/desk.h"

#include <algorithm>
#include <utility>

#include "checks/base/text.h"
#include "monitor/watch/stale.h"

namespace mailfleet {
namespace {

constexpr const char* degraded = "self-prober-degraded";
constexpr const char* failed_test = "self-test-failed";
constexpr std::string_view unknown_at_once = "unknown at once in more than";
constexpr const char* failing = "failing tests: ";
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

// The tests that an alert about the monitor names as failing.
std::vector<std::string> tests_in(const Incident& incident) {
  std::string_view names = incident.evidence;
  const size_t at = names.find(failing);
  if (incident.kind == degraded && at != names.npos)
    names.remove_prefix(at + std::string_view(failing).size());
  else if (incident.kind != failed_test || names.starts_with(unknown_at_once))
    return {};
  std::vector<std::string> out;
  for (const std::string_view test : split(names, ',')) out.emplace_back(trim(test));
  return out;
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
    if (!incident.ended_at)
      for (const std::string& test : tests_in(incident)) self_tests_[test] = false;
    book_.restore(std::move(incident));
  }
  ++version_;
  if (!tell_) return;
  for (const auto& [id, incident] : book_.all()) tell_(incident);
}

void Desk::restore(const Name& domain, const Glance& glance) {
  health_.look(domain, glance.unseen);
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

std::string Desk::failed_tests() const {
  std::string out;
  for (const auto& [test, good] : self_tests_)
    if (!good) (out += out.empty() ? "" : ", ") += test;
  return out;
}

// The figures move all the time; they are told anew each minute, or when other checks are meant.
std::string Desk::unknown_figures(Time now) {
  const auto doubtful = health_.doubtful();
  if (doubtful.empty()) {
    doubtful_told_.reset();
    return {};
  }
  if (doubtful == doubtful_ && doubtful_told_ && now - *doubtful_told_ < figures_told_again)
    return figures_;
  doubtful_ = doubtful;
  doubtful_told_ = now;
  figures_ = std::string(unknown_at_once) + " " + std::to_string(settings_.fleet_unknown_percent) +
             " % of the fleet:";
  for (const std::string& check : doubtful)
    figures_ += " " + check + " (" + std::to_string(health_.unknown_causes(check)) + " of " +
                std::to_string(health_.domains()) + ")";
  return figures_;
}

// One cause, one alert: a dead resolver fails a test and hides the fleet. The alert that came first
// stands for both, until the tests pass and the fleet has been seen again.
std::vector<int64_t> Desk::own_trouble(Time now) {
  const std::string failed = failed_tests();
  const std::string figures = unknown_figures(now);
  const char* kind = book_.is_open_self(failed_test) ? failed_test
                     : book_.is_open_self(degraded)  ? degraded
                     : failed.empty()                ? degraded
                                                     : failed_test;
  std::vector<int64_t> changed;
  const auto add = [&](const std::vector<int64_t>& more) {
    changed.insert(changed.end(), more.begin(), more.end());
  };
  const bool trouble = !failed.empty() || !figures.empty();
  for (const char* other : {degraded, failed_test})
    if (!trouble || other != kind) add(book_.clear_self(other, now));
  if (!trouble) return changed;
  if (kind == degraded && !failed.empty())
    add(book_.raise_self(kind, figures + (figures.empty() ? "" : "; ") + failing + failed, now));
  else
    add(book_.raise_self(kind, failed.empty() ? figures : failed, now));
  return changed;
}

// While it may be us, nobody else is named.
std::vector<int64_t> Desk::unseen_together(Time now) {
  if (together_at_ && now - *together_at_ < together_period) return {};
  together_at_ = now;
  return in_doubt() ? std::vector<int64_t>{} : book_.unseen_together(health_.together(), now);
}

std::vector<Incident> Desk::tick(Time now) {
  std::vector<int64_t> changed = own_trouble(now);
  const auto together = unseen_together(now);
  changed.insert(changed.end(), together.begin(), together.end());
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

void Desk::keep_only(const std::function<bool(const Name&)>& is_watched) {
  for (const Name& name : health_.known())
    if (!is_watched(name)) health_.forget(name);
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
