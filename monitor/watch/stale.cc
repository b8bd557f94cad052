#include "monitor/watch/stale.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr std::string_view stale_kind = "stale";

// A check that follows its unknown itself tells it by a regression of its own.
bool told_otherwise(const DomainWatch& watch, std::string_view check) {
  return std::ranges::any_of(watch.regressions, [&](const Regression& each) {
    return each.check == check && each.confirm == Confirmation::c4;
  });
}

// The checks whose last known level is older than its promise, "starttls, certificate".
std::string stale_checks(const DomainWatch& watch, const Posture& posture, Seconds promise) {
  std::string out;
  for (const Standing& standing : posture.standings) {
    const bool old =
        standing.level && standing.unseen && standing.seen && posture.at - *standing.seen > promise;
    if (old && !told_otherwise(watch, standing.check))
      (out += out.empty() ? "" : ", ") += standing.check;
  }
  return out;
}

}  // namespace

std::vector<Notice> notice_stale(DomainWatch& watch, const Posture& posture,
                                 const LookContext& look, const ConfirmSettings& settings) {
  const auto open = std::ranges::find(watch.regressions, stale_kind, &Regression::kind);
  const std::string checks =
      stale_checks(watch, posture, look.trusted ? settings.stale_trusted : settings.stale_other);
  std::vector<Notice> out;
  if (checks.empty() && open != watch.regressions.end()) {
    open->state = RegressionState::resolved;
    open->ended_at = look.now;
    out.push_back({Decision::resolved, "", *open, {}});
    watch.regressions.erase(open);
  } else if (!checks.empty() && open == watch.regressions.end() && !look.hold) {
    watch.regressions.push_back({.kind = std::string(stale_kind),
                                 .severity = AlertLevel::ticket,
                                 .confirm = Confirmation::c0,
                                 .was = "seen",
                                 .now = "not seen: " + checks,
                                 .state = RegressionState::confirmed,
                                 .since = look.now,
                                 .confirmed_at = look.now});
    out.push_back({Decision::confirmed, "", watch.regressions.back(), {}});
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> unseen_causes(const Name& domain,
                                                               const Posture& posture) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Standing& standing : posture.standings) {
    if (!standing.level || !standing.unseen) continue;
    const auto& endpoints = standing.unseen->facts["endpoints"].items();
    const auto host = endpoints.empty() ? std::nullopt : endpoints.front()["host"].as_string();
    out.emplace_back(standing.check, host ? std::string(*host) : domain.text());
  }
  return out;
}

}  // namespace mailfleet
