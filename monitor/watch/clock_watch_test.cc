#include "monitor/watch/clock_watch.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

constexpr Time start{Seconds(1'893'974'400)};

}  // namespace

TEST_CASE("clock: corrections of minutes are believed, jumps are not") {
  ClockWatch watch;
  CHECK(watch.look(start, Seconds(100)));
  CHECK(watch.look(start + Seconds(10), Seconds(110)));
  CHECK(watch.look(start + Seconds(10) + Seconds(200), Seconds(111)));
  CHECK(watch.look(start + Seconds(10) + Seconds(450), Seconds(112)));  // little by little
  CHECK_FALSE(watch.look(start + std::chrono::days(365), Seconds(113)));
  CHECK_FALSE(watch.look(start + std::chrono::days(365) + Seconds(9), Seconds(122)));
}

TEST_CASE("clock: put back where it was, it is believed at once") {
  for (const Seconds jump : {Seconds(std::chrono::days(365)), -Seconds(std::chrono::days(365))}) {
    ClockWatch watch;
    CHECK(watch.look(start, Seconds(0)));
    CHECK_FALSE(watch.look(start + jump, Seconds(1)));
    CHECK(watch.look(start + Seconds(60), Seconds(60)));
    CHECK_FALSE(watch.look(start + jump, Seconds(61)));
  }
}

TEST_CASE("clock: a jump that stays becomes the time, one that wanders does not") {
  ClockWatch watch;
  CHECK(watch.look(start, Seconds(0)));
  const Seconds jump = std::chrono::hours(3);
  const Seconds wait = clock_believed_after;
  CHECK_FALSE(watch.look(start + jump, Seconds(0)));
  CHECK_FALSE(watch.look(start + jump + wait - Seconds(1), wait - Seconds(1)));
  CHECK(watch.look(start + jump + wait, wait));
  CHECK_FALSE(watch.look(start, wait + Seconds(1)));
  CHECK_FALSE(watch.look(start + std::chrono::days(9), wait * 2));
  CHECK_FALSE(watch.look(start, wait * 3));
}
