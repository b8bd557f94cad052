// When a mail host usually gets its next certificate, learnt from the renewals that were seen:
// "ends in 20 days" is no news for a host that always renews with 5 days left, and is for one that
// always had 30. Pure; reads the facts of the certificate check.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "monitor/watch/posture.h"

namespace mailfleet {

struct RenewalHabit {
  Time not_after{};  // of the certificate that was seen last; the earliest of its addresses
  std::vector<Seconds> left{};  // what the old one still had at each renewal, newest last

  bool operator==(const RenewalHabit&) const = default;
};
using RenewalHabits = std::map<std::string, RenewalHabit, std::less<>>;  // by mail host

constexpr size_t renewals_remembered = 5;
constexpr size_t renewals_for_habit = 2;  // one is no habit

// Takes up what a look has shown. A host of which some address was not seen has not been renewed;
// one that the domain no longer uses is forgotten.
void learn_renewals(RenewalHabits& habits, const Posture& posture);

// "usually renewed with 30 days left; 20 left and not renewed". Empty while there is no habit, or
// its time has not come.
std::string renewal_remark(const RenewalHabits& habits, std::string_view host, Time now);

}  // namespace mailfleet
