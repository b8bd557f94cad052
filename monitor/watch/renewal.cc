#include "monitor/watch/renewal.h"

#include <algorithm>
#include <optional>

namespace mailfleet {
namespace {

constexpr Seconds day{86400};
// Two certificates of one host, on two addresses, may be some hours apart; a renewal is not.
constexpr Seconds least_step = day;

// The earliest end over each host's addresses; empty when one of them showed none.
std::map<std::string, std::optional<Time>> ends_of(const Value& facts) {
  std::map<std::string, std::optional<Time>> out;
  for (const Value& endpoint : facts["endpoints"].items()) {
    const auto host = endpoint["host"].as_string();
    if (!host) continue;
    const auto end = parse_time(endpoint["not_after"].as_string().value_or(""));
    const auto [found, fresh] = out.try_emplace(std::string(*host), end);
    if (!fresh && found->second) found->second = end ? std::min(*found->second, *end) : end;
  }
  return out;
}

Seconds usual(std::vector<Seconds> left) {
  const auto middle = left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2);
  std::ranges::nth_element(left, middle);
  return *middle;
}

}  // namespace

void learn_renewals(RenewalHabits& habits, const Posture& posture) {
  const Standing* standing = posture.find("certificate");
  if (!standing || !standing->current()) return;
  const auto ends = ends_of(standing->facts);
  std::erase_if(habits, [&](const auto& each) { return !ends.contains(each.first); });
  for (const auto& [host, end] : ends) {
    if (!end) continue;
    const auto [found, fresh] = habits.try_emplace(host, RenewalHabit{.not_after = *end});
    RenewalHabit& habit = found->second;
    if (!fresh && *end >= habit.not_after + least_step) {
      habit.left.push_back(std::max(habit.not_after - posture.at, Seconds(0)));
      if (habit.left.size() > renewals_remembered) habit.left.erase(habit.left.begin());
    }
    habit.not_after = *end;
  }
}

std::string renewal_remark(const RenewalHabits& habits, std::string_view host, Time now) {
  const auto found = habits.find(host);
  if (found == habits.end() || found->second.left.size() < renewals_for_habit) return {};
  const Seconds habit = usual(found->second.left);
  const Seconds left = std::max(found->second.not_after - now, Seconds(0));
  if (left >= habit) return {};
  return "usually renewed with " + std::to_string(habit / day) + " days left; " +
         std::to_string(left / day) + " left and not renewed";
}

}  // namespace mailfleet
