#include "monitor/probe/address_lane.h"

#include <doctest/doctest.h>

using namespace mailfleet;
using namespace std::chrono_literals;

namespace {

const LanePolicy policy{.sessions = 2, .window = 60s, .first_rest = 1h, .longest_rest = 24h};
const AddressLane::Time start{1000h};

void visit(AddressLane& lane, AddressLane::Time at, bool asked_to_go_away = false) {
  lane.began(at, policy);
  lane.ended(at + 1s, asked_to_go_away, policy);
}

}  // namespace

TEST_CASE("lane: one session at a time") {
  AddressLane lane;
  CHECK(lane.free_at(start, policy) == start);
  lane.began(start, policy);
  CHECK(lane.free_at(start + 1h, policy) == AddressLane::Time::max());
  lane.ended(start + 5s, false, policy);
  CHECK(lane.free_at(start + 5s, policy) == start + 5s);
}

TEST_CASE("lane: two sessions in any minute") {
  AddressLane lane;
  visit(lane, start);
  visit(lane, start + 10s);
  CHECK(lane.free_at(start + 12s, policy) == start + 60s);
  visit(lane, start + 60s);
  CHECK(lane.free_at(start + 62s, policy) == start + 70s);
  CHECK(lane.free_at(start + 300s, policy) == start + 300s);
}

TEST_CASE("lane: rests double up to a day and end with a good session") {
  AddressLane lane;
  AddressLane::Time now = start;
  for (const auto expected : {1h, 2h, 4h, 8h, 16h, 24h, 24h}) {
    visit(lane, now, true);
    CHECK(lane.resting(now + 1s + expected - 1s));
    CHECK_FALSE(lane.resting(now + 1s + expected));
    now += 1s + expected;
  }
  visit(lane, now);
  CHECK_FALSE(lane.resting(now + 1s));
  visit(lane, now + 2s, true);
  CHECK_FALSE(lane.resting(now + 3s + 1h));
}

TEST_CASE("lane: a rest does not stop a confirmation, which keeps to the rate") {
  AddressLane lane;
  visit(lane, start, true);
  CHECK(lane.resting(start + 2s));
  CHECK(lane.free_at(start + 2s, policy) == start + 2s);
}

TEST_CASE("lane: forgets when there is nothing to remember") {
  AddressLane lane;
  CHECK(lane.idle(start, policy));
  visit(lane, start);
  CHECK_FALSE(lane.idle(start + 30s, policy));
  CHECK(lane.idle(start + 61s, policy));
  visit(lane, start + 100s, true);
  CHECK_FALSE(lane.idle(start + 1h, policy));
  CHECK_FALSE(lane.idle(start + 101s + 90min, policy));
  CHECK(lane.idle(start + 101s + 2h, policy));
}
