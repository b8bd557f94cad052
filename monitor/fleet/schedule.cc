#include "monitor/fleet/schedule.h"

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

constexpr size_t max_asked = 16;  // of one domain
constexpr size_t max_counted = 10'000;
constexpr auto gentle_spacing = std::chrono::milliseconds(200);  // overdue ones of a small fleet
constexpr int back_off_intervals = 4;
constexpr Seconds clock_put_back = std::chrono::minutes(5);  // more than a correction
constexpr Seconds max_back_off = std::chrono::hours(24);

uint64_t mixed(uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

uint64_t hash_of(const Name& name) {  // FNV-1a: the same in every run, unlike std::hash
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name.text()) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return mixed(hash);
}

// Up to 5 % of the interval either way, so that two looks in a row are 90 to 110 % of it apart.
Seconds jitter(uint64_t hash, int64_t round, Seconds interval) {
  const int64_t width = interval.count() / 10;
  if (width == 0) return Seconds(0);
  const auto random = static_cast<int64_t>(mixed(hash ^ static_cast<uint64_t>(round)) >> 1);
  return Seconds(random % (width + 1) - width / 2);
}

}  // namespace

Seconds Schedule::interval_of(Group group) const {
  const Seconds interval = group == Group::trusted     ? settings_.trusted
                           : group == Group::monitored ? settings_.monitored
                                                       : settings_.parked;
  return std::max(interval, Seconds(1));
}

// The first place of the domain in the rhythm of its group that is not before `earliest`.
Time Schedule::slot_after(const State& state, Time earliest) const {
  const int64_t interval = interval_of(state.group).count();
  const uint64_t hash = state.hash;
  const auto phase = static_cast<int64_t>(hash % static_cast<uint64_t>(interval));
  const int64_t since = earliest.time_since_epoch().count() - phase;
  const int64_t round = since <= 0 ? 0 : (since + interval - 1) / interval;
  const Time slot{Seconds(round * interval + phase)};
  return std::max(slot + jitter(hash, round, Seconds(interval)), earliest);
}

// When it comes again after its last look. A tenth of the interval is left in between at least, so
// it comes at the latest after 1.15 intervals, back-off aside.
Time Schedule::regular_time(const State& state) const {
  const Seconds interval = interval_of(state.group);
  const Seconds most = std::max(interval, std::min(back_off_intervals * interval, max_back_off));
  Seconds wait = interval / 10;
  for (int i = 1; i < state.failures && wait < most; ++i)
    wait = i == 1 ? interval + interval / 10 : std::min(wait * 2, most);
  return slot_after(state, *state.last_look + std::min(wait, most));
}

void Schedule::queue(const Name& name, State& state) {
  if (state.looking) return;
  regular_.emplace(state.regular, state.hash, &name);
  if (!state.asked.empty()) asked_.emplace(state.asked.front().at, state.hash, &name);
}

void Schedule::unqueue(const Name& name, const State& state) {
  if (state.looking) return;
  regular_.erase({state.regular, state.hash, &name});
  if (!state.asked.empty()) asked_.erase({state.asked.front().at, state.hash, &name});
}

void Schedule::spread_overdue(std::vector<Domains::value_type*> overdue, Group group, Time now) {
  std::ranges::sort(overdue, {}, [](const Domains::value_type* each) {
    return std::tuple(each->second.last_look.value_or(Time::min()), each->second.hash);
  });
  const auto count = static_cast<int64_t>(std::max<size_t>(overdue.size(), 1));
  const auto spacing = std::min(std::chrono::microseconds(interval_of(group)) / count,
                                std::chrono::microseconds(gentle_spacing));
  int64_t place = 0;
  for (Domains::value_type* each : overdue)
    each->second.regular = now + std::chrono::duration_cast<Seconds>(spacing * place++);
}

// Gives each of these (none of them queued) its time, and queues it.
void Schedule::plan(const std::vector<Domains::value_type*>& domains, Time now) {
  std::array<std::vector<Domains::value_type*>, 3> overdue;
  for (Domains::value_type* each : domains) {
    State& state = each->second;
    if (state.last_look) state.regular = regular_time(state);
    if (!state.last_look || state.regular < now)
      overdue[static_cast<size_t>(state.group)].push_back(each);
  }
  for (size_t group = 0; group < overdue.size(); ++group)
    spread_overdue(std::move(overdue[group]), static_cast<Group>(group), now);
  for (Domains::value_type* each : domains) queue(each->first, each->second);
}

void Schedule::set_domains(const std::vector<ScheduledDomain>& domains, Time now) {
  std::set<Name> kept;
  std::vector<Domains::value_type*> changed;
  for (const ScheduledDomain& each : domains) {
    if (!kept.insert(each.name).second) continue;
    const auto [found, is_new] = domains_.try_emplace(each.name);
    State& state = found->second;
    if (!is_new && state.group == each.group) continue;  // goes on as it was
    if (!is_new) unqueue(found->first, state);
    if (is_new) state.hash = hash_of(each.name), state.last_look = each.last_look;
    state.group = each.group;
    changed.push_back(&*found);
  }
  for (auto at = domains_.begin(); at != domains_.end();) {
    if (kept.contains(at->first)) {
      ++at;
      continue;
    }
    unqueue(at->first, at->second);
    if (at->second.looking) --running_;
    at = domains_.erase(at);
  }
  plan(changed, now);
}

void Schedule::set_settings(const ScheduleSettings& settings, Time now) {
  if (settings == settings_) return;
  settings_ = settings;
  std::vector<Domains::value_type*> all;
  for (auto& each : domains_) {
    unqueue(each.first, each.second);
    all.push_back(&each);
  }
  plan(all, now);
}

void Schedule::set_group(const Name& name, Group group, Time now) {
  const auto found = domains_.find(name);
  if (found == domains_.end() || found->second.group == group) return;
  unqueue(found->first, found->second);
  found->second.group = group;
  plan({&*found}, now);
}

void Schedule::ask_at(const Name& name, Time at, Purpose purpose) {
  const auto found = domains_.find(name);
  if (found == domains_.end()) return;
  State& state = found->second;
  unqueue(found->first, state);
  const auto place = std::ranges::upper_bound(state.asked, at, {}, &Asked::at);
  state.asked.insert(place, {at, purpose});
  if (state.asked.size() > max_asked) state.asked.pop_back();
  queue(found->first, state);
}

void Schedule::take(Domains::iterator found, Time now, std::vector<DueDomain>& out) {
  State& state = found->second;
  unqueue(found->first, state);
  state.looking = true;
  ++running_;
  DueDomain due{found->first};
  const auto later = std::ranges::upper_bound(state.asked, now, {}, &Asked::at);
  for (auto at = state.asked.begin(); at != later; ++at)
    due.purpose = std::max(due.purpose, at->purpose);
  state.asked.erase(state.asked.begin(), later);
  out.push_back(std::move(due));
}

// A clock that was put back would leave everybody waiting for a day that is far off.
void Schedule::follow_clock(Time now) {
  const bool put_back = latest_ - now > clock_put_back;
  latest_ = put_back ? now : std::max(latest_, now);
  if (!put_back) return;
  std::vector<Domains::value_type*> waiting;
  for (auto& each : domains_) {
    State& state = each.second;
    if (state.last_look) state.last_look = std::min(*state.last_look, now);
    if (state.looking) continue;
    unqueue(each.first, state);
    for (Asked& asked : state.asked) asked.at = std::min(asked.at, now);
    waiting.push_back(&each);
  }
  plan(waiting, now);
}

std::vector<DueDomain> Schedule::take_due(Time now, size_t most) {
  follow_clock(now);
  std::vector<DueDomain> out;
  for (auto* queue : {&asked_, &regular_})
    while (out.size() < most && !queue->empty() && std::get<Time>(*queue->begin()) <= now)
      take(domains_.find(*std::get<const Name*>(*queue->begin())), now, out);
  return out;
}

void Schedule::done(const Name& name, Time now, Sight sight) {
  const auto found = domains_.find(name);
  if (found == domains_.end() || !found->second.looking) return;  // went away meanwhile
  State& state = found->second;
  state.looking = false;
  --running_;
  state.last_look = now;
  state.failures = sight == Sight::seen ? 0 : std::min(state.failures + 1, 30);
  state.regular = regular_time(state);
  queue(found->first, state);
}

void Schedule::forget_failures(Time now) {
  std::array<std::vector<Domains::value_type*>, 3> unseen;
  for (auto& each : domains_) {
    if (each.second.failures == 0 || each.second.looking) continue;
    unqueue(each.first, each.second);
    each.second.failures = 0;
    unseen[static_cast<size_t>(each.second.group)].push_back(&each);
  }
  for (size_t group = 0; group < unseen.size(); ++group) {
    spread_overdue(unseen[group], static_cast<Group>(group), now);
    for (Domains::value_type* each : unseen[group]) queue(each->first, each->second);
  }
}

std::optional<Time> Schedule::next_due() const {
  std::optional<Time> out;
  for (const auto* queue : {&asked_, &regular_})
    if (!queue->empty()) out = std::min(out.value_or(Time::max()), std::get<Time>(*queue->begin()));
  return out;
}

size_t Schedule::waiting(Time now) const {
  size_t count = 0;
  for (auto at = regular_.begin();
       at != regular_.end() && std::get<Time>(*at) <= now && count < max_counted; ++at)
    ++count;
  for (auto at = asked_.begin();
       at != asked_.end() && std::get<Time>(*at) <= now && count < max_counted; ++at) {
    const State& state = domains_.at(*std::get<const Name*>(*at));
    if (state.regular > now) ++count;  // else counted above
  }
  return count;
}

}  // namespace mailfleet
