#include "monitor/watch/posture.h"

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 5> states{"good", "attention", "failing", "unknown",
                                                 "pending"};

Standing seen_now(std::string_view check, Judgement judgement, Time at) {
  return {.check = check,
          .level = judgement.level,
          .seen = at,
          .findings = std::move(judgement.findings),
          .facts = std::move(judgement.facts)};
}

Standing carried(std::string_view check, const Standing* last, Judgement judgement) {
  Standing out = last ? *last : Standing{};
  out.check = check;
  out.unseen = std::move(judgement);
  return out;
}

}  // namespace

const Standing* Posture::find(std::string_view check) const {
  const auto found = std::ranges::find(standings, check, &Standing::check);
  return found == standings.end() ? nullptr : &*found;
}

std::string_view to_text(DomainState state) { return states[static_cast<size_t>(state)]; }

std::optional<DomainState> parse_domain_state(std::string_view text) {
  const auto found = std::ranges::find(states, text);
  if (found == states.end()) return {};
  return static_cast<DomainState>(found - states.begin());
}

Posture after_look(const Posture* last, std::span<const Check* const> checks,
                   std::vector<Judgement> judgements, Time at) {
  Posture out{.at = at};
  for (size_t i = 0; i < checks.size(); ++i) {
    const std::string_view id = checks[i]->id;
    if (judgements[i].level)
      out.standings.push_back(seen_now(id, std::move(judgements[i]), at));
    else
      out.standings.push_back(
          carried(id, last ? last->find(id) : nullptr, std::move(judgements[i])));
  }
  return out;
}

DomainState state_of(const Posture& posture) {
  bool any = false;
  Severity worst = Severity::info;
  for (const Standing& standing : posture.standings) {
    any |= standing.level.has_value();
    for (const Finding& finding : standing.findings) worst = std::max(worst, finding.severity);
  }
  if (!any) return DomainState::unknown;
  if (worst == Severity::fail) return DomainState::failing;
  return worst == Severity::advice ? DomainState::attention : DomainState::good;
}

}  // namespace mailfleet
