#include "monitor/watch/clock_watch.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

constexpr Time start{Seconds(1'893'974'400)};
constexpr Seconds year = std::chrono::days(365);

}  // namespace

TEST_CASE("clock: corrections of minutes are believed, jumps are not") {
  ClockWatch watch(start, Seconds(100), {});
  CHECK(watch.look(start, Seconds(100)));
  CHECK(watch.look(start + Seconds(10), Seconds(110)));
  CHECK(watch.look(start + Seconds(10) + Seconds(500), Seconds(111)));
  CHECK(watch.look(start + Seconds(10) + Seconds(900), Seconds(112)));  // little by little
  CHECK_FALSE(watch.look(start + year, Seconds(113)));
  CHECK_FALSE(watch.look(start + year + Seconds(9), Seconds(122)));
  CHECK(watch.good(start + Seconds(86400) + Seconds(900), Seconds(86400) + Seconds(102)));
}

TEST_CASE("clock: put back where it was, it is believed at once") {
  for (const Seconds jump : {year, -year}) {
    ClockWatch watch(start, Seconds(0), {});
    CHECK(watch.look(start, Seconds(0)));
    CHECK_FALSE(watch.look(start + jump, Seconds(1)));
    CHECK(watch.look(start + Seconds(60), Seconds(60)));
    CHECK_FALSE(watch.look(start + jump, Seconds(61)));
  }
}

TEST_CASE("clock: a jump of hours that stays becomes the time, one that wanders does not") {
  ClockWatch watch(start, Seconds(0), {});
  const Seconds jump = std::chrono::hours(3);
  const Seconds wait = clock_believed_after;
  CHECK_FALSE(watch.look(start + jump, Seconds(0)));
  CHECK_FALSE(watch.look(start + jump + wait - Seconds(1), wait - Seconds(1)));
  CHECK(watch.look(start + jump + wait, wait));
  CHECK_FALSE(watch.look(start, wait + Seconds(1)));
  CHECK_FALSE(watch.look(start + std::chrono::days(9), wait * 2));
  CHECK_FALSE(watch.look(start, wait * 3));
}

TEST_CASE("clock: a jump of a year waits for a person") {
  for (const Seconds jump : {year, -year}) {
    ClockWatch watch(start, Seconds(0), {});
    for (int hour = 0; hour < 100; ++hour) {
      const Seconds steady = std::chrono::hours(hour);
      CHECK_FALSE(watch.look(start + jump + steady, steady));
    }
    watch.believe(start + jump + Seconds(360'000), Seconds(360'000));
    CHECK(watch.look(start + jump + Seconds(360'005), Seconds(360'005)));
  }
}

TEST_CASE("clock: it cannot stand before what is written down") {
  CHECK_FALSE(ClockWatch(start - year, Seconds(0), start).good(start - year, Seconds(0)));
  CHECK(ClockWatch(start, Seconds(0), start + Seconds(60)).good(start, Seconds(0)));
  // We were off.
  CHECK(ClockWatch(start, Seconds(0), start - std::chrono::days(40)).good(start, Seconds(0)));
}

TEST_CASE("clock: started behind what is written down, it is right as soon as it has passed that") {
  // We were off for three days and the clock began in another year.
  ClockWatch watch(start - year, Seconds(0), start);
  CHECK_FALSE(watch.look(start - year + Seconds(60), Seconds(60)));
  CHECK(watch.believed(start - year + Seconds(60), Seconds(60)) == start + Seconds(60));
  const Time right = start + std::chrono::days(3);
  CHECK(watch.look(right, Seconds(70)));
  CHECK(watch.believed(right, Seconds(70)) == right);
  CHECK_FALSE(watch.look(right + std::chrono::days(3), Seconds(80)));  // now it is known
}
