#include "monitor/fleet/schedule.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

namespace mailfleet {
namespace {

using namespace std::chrono_literals;

const Time start = *parse_time("2026-11-21T12:00:00Z");
const ScheduleSettings hourly{.monitored = 1h, .trusted = 10min, .parked = 24h};

Name named(size_t i) { return *Name::parse("d" + std::to_string(i) + ".example"); }
const Name one = named(1);

std::vector<ScheduledDomain> fleet(size_t size, std::optional<Time> last_look = {}) {
  std::vector<ScheduledDomain> out;
  for (size_t i = 0; i < size; ++i) out.push_back({named(i), Group::monitored, last_look});
  return out;
}

// Runs the schedule with looks that take no time; counts looks a minute.
std::vector<size_t> run(Schedule& schedule, Time from, Seconds length,
                        std::map<Name, std::vector<Time>>* looks = nullptr) {
  std::vector<size_t> minutes(static_cast<size_t>(length / 1min), 0);
  for (auto next = schedule.next_due(); next && std::max(*next, from) < from + length;
       next = schedule.next_due()) {
    const Time now = std::max(*next, from);
    for (const DueDomain& due : schedule.take_due(now, 1'000'000)) {
      ++minutes[static_cast<size_t>((now - from) / 1min)];
      if (looks) (*looks)[due.name].push_back(now);
      schedule.done(due.name, now, Sight::seen);
    }
  }
  return minutes;
}

size_t peak(const std::vector<size_t>& minutes) { return *std::ranges::max_element(minutes); }

Schedule with_one(Group group = Group::monitored, std::optional<Time> last_look = {}) {
  Schedule schedule(hourly);
  schedule.set_domains({{one, group, last_look}}, start);
  return schedule;
}

}  // namespace

TEST_CASE("schedule: a small fleet is seen soon, and then spread over the interval") {
  Schedule schedule(hourly);
  schedule.set_domains(fleet(60), start);
  const auto minutes = run(schedule, start, 4h);
  CHECK(minutes[0] == 60);
  // 60 an hour by the hash of their names: no minute has many.
  CHECK(peak({minutes.begin() + 6, minutes.end()}) <= 8);
}

TEST_CASE("schedule: looks are an interval apart, within 15 %, and not in lock-step") {
  Schedule schedule(hourly);
  schedule.set_domains(fleet(60), start);
  std::map<Name, std::vector<Time>> looks;
  run(schedule, start, 24h, &looks);
  CHECK(looks.size() == 60);
  bool varies = false;
  for (const auto& [name, times] : looks) {
    CHECK(times[1] - times[0] <= 69min);
    for (size_t i = 2; i < times.size(); ++i) {
      const Seconds gap = times[i] - times[i - 1];
      CHECK(gap >= 54min);
      CHECK(gap <= 66min);
      varies = varies || gap != 1h;
    }
  }
  CHECK(varies);
}

TEST_CASE("schedule: 5,000 overdue domains come at no more than twice the usual rate") {
  constexpr size_t size = 5'000;
  const size_t usual = size / 15;
  Schedule schedule({.monitored = 15min});
  SUBCASE("all of them overdue for days") {
    schedule.set_domains(fleet(size, start - 72h), start);
    const auto minutes = run(schedule, start, 30min);
    CHECK(peak(minutes) <= 2 * usual);
    CHECK(std::accumulate(minutes.begin(), minutes.begin() + 15, size_t{0}) >= size);
  }
  SUBCASE("none ever seen") {
    schedule.set_domains(fleet(size), start);
    CHECK(peak(run(schedule, start, 30min)) <= 2 * usual);
  }
  SUBCASE("half of them, after a start in the middle of a sweep") {
    auto domains = fleet(size, start - 30min);
    for (size_t i = 0; i < size / 2; ++i)
      domains[i].last_look = start - Seconds(450 * i / (size / 2));
    schedule.set_domains(domains, start);
    CHECK(peak(run(schedule, start, 30min)) <= 2 * usual);
  }
}

TEST_CASE("schedule: 100,000 domains") {
  constexpr size_t size = 100'000;
  Schedule schedule(hourly);
  schedule.set_domains(fleet(size, start - 72h), start);
  CHECK(peak(run(schedule, start, 5min)) <= 2 * size / 60);
}

TEST_CASE("schedule: a start anew keeps the times of domains that are not overdue") {
  Schedule before(hourly);
  before.set_domains(fleet(500), start);
  std::map<Name, std::vector<Time>> looks;
  run(before, start, 2h, &looks);
  auto domains = fleet(500);
  for (ScheduledDomain& each : domains) each.last_look = looks.at(each.name).back();
  Schedule after(hourly);
  after.set_domains(domains, start + 2h);
  std::map<Name, std::vector<Time>> went_on;
  std::map<Name, std::vector<Time>> began_anew;
  run(before, start + 2h, 3h, &went_on);
  run(after, start + 2h, 3h, &began_anew);
  CHECK(went_on == began_anew);
}

TEST_CASE("schedule: never seen first, then the longest unseen") {
  Schedule schedule(hourly);
  schedule.set_domains({{named(1), Group::monitored, start - 5h},
                        {named(2), Group::monitored, start - 9h},
                        {named(3), Group::monitored, {}}},
                       start);
  std::string order;
  for (int i = 0; i < 3; ++i)
    order += schedule.take_due(start + 10s, 1).at(0).name.text().substr(0, 2);
  CHECK(order == "d3d2d1");
}

TEST_CASE("schedule: each group has its interval") {
  const auto gap = [](Group group) {
    Schedule schedule = with_one(group, start - 1s);
    std::map<Name, std::vector<Time>> looks;
    run(schedule, start, 100h, &looks);
    return looks.at(one).at(2) - looks.at(one).at(1);
  };
  CHECK(gap(Group::trusted) >= 9min);
  CHECK(gap(Group::trusted) <= 11min);
  CHECK(gap(Group::monitored) >= 54min);
  CHECK(gap(Group::parked) >= 21h);
  SUBCASE("and a change of group counts at once") {
    Schedule schedule = with_one(Group::parked, start - 1h);
    schedule.set_group(one, Group::trusted, start);
    CHECK(*schedule.next_due() <= start + 12min);
  }
  SUBCASE("as does a change of the interval") {
    Schedule schedule = with_one(Group::parked, start - 1s);
    schedule.set_settings({.parked = 1min}, start);
    CHECK(*schedule.next_due() <= start + 70s);
  }
}

TEST_CASE("schedule: a domain that is being looked at does not come again") {
  Schedule schedule = with_one();
  CHECK(schedule.take_due(start, 10).size() == 1);
  CHECK(schedule.take_due(start + 24h, 10).empty());
  CHECK(schedule.running() == 1);
  CHECK_FALSE(schedule.next_due());
  schedule.done(one, start + 1min, Sight::seen);
  CHECK(schedule.running() == 0);
  CHECK(schedule.next_due());
}

TEST_CASE("schedule: what is asked for goes first, with its purpose") {
  Schedule schedule(hourly);
  schedule.set_domains(fleet(50), start);
  schedule.ask_at(named(40), start + 30s, Purpose::confirmation);
  schedule.ask_at(named(41), start + 30s, Purpose::recheck);
  const auto due = schedule.take_due(start + 30s, 2);
  REQUIRE(due.size() == 2);
  CHECK(due[0].purpose != Purpose::regular);
  CHECK(due[1].purpose != Purpose::regular);
  CHECK(schedule.take_due(start + 30s, 1).at(0).purpose == Purpose::regular);
  SUBCASE("asked for while it is being looked at: again afterwards") {
    schedule.ask_at(named(40), start + 40s, Purpose::recheck);
    CHECK(schedule.next_due() <= start + 30s);  // others
    schedule.done(named(40), start + 60s, Sight::seen);
    const auto again = schedule.take_due(start + 60s, 1);
    CHECK(again.at(0).name == named(40));
    CHECK(again.at(0).purpose == Purpose::recheck);
  }
  SUBCASE("several at once become one look, the strictest") {
    schedule.ask_at(named(7), start + 50s, Purpose::recheck);
    schedule.ask_at(named(7), start + 50s, Purpose::confirmation);
    schedule.ask_at(named(7), start + 90s, Purpose::recheck);
    const auto both = schedule.take_due(start + 50s, 1);
    CHECK(both.at(0).purpose == Purpose::confirmation);
    schedule.done(named(7), start + 51s, Sight::seen);
    CHECK(schedule.take_due(start + 90s, 1).at(0).name == named(7));  // the later one still comes
  }
  SUBCASE("a name that is not in the fleet is ignored") {
    schedule.ask_at(*Name::parse("other.example"), start, Purpose::recheck);
    for (const DueDomain& each : schedule.take_due(start + 1h, 100))
      CHECK(each.name.text() != "other.example");
  }
}

TEST_CASE("schedule: a domain that cannot be seen comes less and less often") {
  Schedule schedule = with_one(Group::trusted, start - 1s);
  std::vector<Seconds> gaps;
  Time last = start;
  for (int i = 0; i < 8; ++i) {
    const Time now = *schedule.next_due();
    CHECK(schedule.take_due(now, 1).size() == 1);
    schedule.done(one, now, Sight::unseen);
    gaps.push_back(now - last);
    last = now;
  }
  CHECK(gaps[1] <= 12min);
  CHECK(gaps[3] > gaps[1]);
  CHECK(gaps.back() >= 35min);  // four intervals of ten minutes, by its place in them
  CHECK(gaps.back() <= 52min);
  SUBCASE("and as often as ever once it is seen") {
    const Time now = *schedule.next_due();
    schedule.take_due(now, 1);
    schedule.done(one, now, Sight::seen);
    CHECK(*schedule.next_due() - now <= 12min);
  }
  SUBCASE("or once we know that it was us") {
    schedule.forget_failures(last + 1s);
    CHECK(schedule.next_due() == last + 1s);
  }
}

TEST_CASE("schedule: a reload keeps what goes on and forgets what went") {
  Schedule schedule(hourly);
  schedule.set_domains({{named(1)}, {named(2)}, {named(3)}}, start);
  const auto taken = schedule.take_due(start, 1);
  REQUIRE(taken.size() == 1);
  std::vector<ScheduledDomain> rest;
  for (size_t i = 1; i <= 4; ++i)
    if (named(i) != taken[0].name) rest.push_back({named(i)});
  schedule.set_domains(rest, start + 1s);
  CHECK(schedule.size() == 3);
  CHECK(schedule.running() == 0);
  schedule.done(taken[0].name, start + 2s, Sight::seen);  // comes too late, and harms nothing
  CHECK(schedule.take_due(start + 1h, 10).size() == 3);
  CHECK(schedule.waiting(start + 1h) == 0);
}

}  // namespace mailfleet
