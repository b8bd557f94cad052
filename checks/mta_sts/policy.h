// The policy file of RFC 8461 §3.2, and whether it covers a mail host (§4.1).
//
// Reading never fails: it returns what it understood, why a sender would refuse it, and what a
// strict reader might trip over.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/name.h"

namespace mailfleet::mta_sts {

constexpr int64_t longest_max_age_seconds = 31557600;  // §3.2: about a year

// A host pattern of an mx: line.
struct Pattern {
  std::string text{};  // as published
  std::string name{};  // lower case, A-labels, no final dot; without the "*."
  bool wildcard = false;
};

// Empty when it is no [ "*." ] Domain.
std::optional<Pattern> parse_pattern(std::string_view text);
// Label by label; a wildcard is exactly one left-most label.
bool matches(const Pattern& pattern, const Name& host);

struct Policy {
  bool valid = false;
  std::string reason{};         // invalid: empty, line, version, mode, max_age, mx
  std::string mode{};           // enforce, testing, none
  int64_t max_age_seconds = 0;  // capped
  std::vector<Pattern> mx{};
  bool max_age_capped = false;
  bool blanks = false;         // blank lines, or blanks where none belong
  bool duplicates = false;     // of a field that counts once
  bool unusual_names = false;  // U-labels or a final dot in an mx line
};

Policy parse_policy(std::string_view body);
bool covers(const Policy& policy, const Name& host);

}  // namespace mailfleet::mta_sts
