// Where one domain stands on every ladder at one moment. Pure.
//
// A level that could not be seen this time keeps its last known value, with its age: an outage is
// not a regression. What the latest look said instead is kept beside it, for the page that must
// explain why we do not know.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "checks/base/check.h"

namespace mailfleet {

struct Standing {
  std::string_view check{};           // id; points into the registry
  std::optional<int> level{};         // last known; empty when never seen
  std::optional<Time> seen{};         // when that level was last seen
  std::vector<Finding> findings{};    // of the look that saw it
  Value facts{};                      // likewise
  std::optional<Judgement> unseen{};  // the latest look, when it could not see the level

  bool current() const { return level.has_value() && !unseen; }
};

struct Posture {
  Time at{};                          // the latest look
  std::vector<Standing> standings{};  // in the order of the registry
  const Standing* find(std::string_view check) const;
};

// good: nothing to do. attention: advice only. failing: some check fails. unknown: no check could
// ever be seen. pending: not looked at yet.
enum class DomainState : uint8_t { good, attention, failing, unknown, pending };
std::string_view to_text(DomainState state);
std::optional<DomainState> parse_domain_state(std::string_view text);

// The posture after a look at `at`. `last` may be null. `judgements` in the order of `checks`.
Posture after_look(const Posture* last, std::span<const Check* const> checks,
                   std::vector<Judgement> judgements, Time at);
DomainState state_of(const Posture& posture);

}  // namespace mailfleet
