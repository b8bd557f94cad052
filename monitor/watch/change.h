// What moved on a domain between two looks: the rows of its history. Pure.
//
// Compared are levels, findings by code and subject, and facts without what differs between any two
// looks (times of fetching, ages, TTLs). A check that either look could not see changes nothing.
// Whether people are alarmed is decided elsewhere (regression.h): this is the record.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/base/check.h"
#include "monitor/watch/posture.h"

namespace mailfleet {

struct Change {
  std::string check{};
  std::string was{};  // level names
  std::string now{};
  std::string kind{};     // of the move; else "improvement", "weakening", "neutral", "first-sight"
  std::string summary{};  // for people, one line; text from outside is inside
  Value facts_was{};
  Value facts_now{};

  bool operator==(const Change&) const = default;
};

// `before` may be null: then nothing changed, it is the first look. A check that is seen for the
// first time in a later look is one row of kind "first-sight", with `was` empty.
std::vector<Change> changes_between(const Domain& domain, std::span<const Check* const> checks,
                                    const Posture* before, const Posture& after);

// Facts without what differs between any two looks.
Value canonical_facts(const Value& facts);

}  // namespace mailfleet
