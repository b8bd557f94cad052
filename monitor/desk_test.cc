#include "monitor/desk.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Time start = *parse_time("2026-11-21T12:00:00Z");
const Name domain = *Name::parse("a.gov.uk");

// "self-test-failed confirmed: port-25", one a line.
std::string shown(const std::vector<Incident>& incidents) {
  std::string out;
  for (const Incident& each : incidents)
    out += each.kind + " " + std::string(to_text(each.state)) + ": " + each.evidence + "\n";
  return out;
}

// A look at one domain that could or could not see a check.
void look(Desk& desk, int number, bool seen) {
  const FleetEntry entry(*Name::parse("d" + std::to_string(number) + ".gov.uk"));
  Posture posture{.at = start};
  posture.standings.push_back({.check = "dmarc", .level = 1, .seen = start});
  if (!seen) posture.standings.back().unseen = Judgement{};
  desk.hear(entry, {}, posture, start);
}

}  // namespace

TEST_CASE("desk: failed self-tests are one alert about the monitor, and hold the others") {
  Desk desk(ConfirmSettings{});
  CHECK(desk.tick(start).empty());
  CHECK(desk.self_test("resolver", true));
  desk.self_test("port-25", false);
  CHECK(desk.holds(domain, start));
  const auto raised = desk.tick(start);
  CHECK(shown(raised) == "self-test-failed confirmed: port-25\n");
  CHECK(raised.front().severity == AlertLevel::page);
  CHECK(!raised.front().domain);
  desk.self_test("ipv6", false);
  const auto more = desk.tick(start + Seconds(1));
  CHECK(shown(more) == "self-test-failed confirmed: ipv6, port-25\n");
  CHECK(more.front().id == raised.front().id);
  CHECK(desk.tick(start + Seconds(2)).empty());
  desk.no_self_test("ipv6");
  CHECK(!desk.self_test("port-25", true));
  CHECK(!desk.holds(domain, start));
  CHECK(shown(desk.tick(start + Seconds(3))).starts_with("self-test-failed resolved"));
}

TEST_CASE("desk: a test that failed before a restart fails until it is settled") {
  Desk before(ConfirmSettings{});
  before.self_test("port-25", false);
  const auto raised = before.tick(start);
  Desk after(ConfirmSettings{});
  after.restore(raised);
  CHECK(after.holds(domain, start));
  CHECK(after.tick(start + Seconds(5)).empty());  // the same alert, neither ended nor new
  after.self_test("port-25", true);
  const auto ended = after.tick(start + Seconds(6));
  REQUIRE(ended.size() == 1);
  CHECK(ended.front().id == raised.front().id);
  CHECK(ended.front().state == RegressionState::resolved);
}

TEST_CASE("desk: a fleet that goes unknown at once is one alert about the monitor") {
  Desk desk(ConfirmSettings{});
  for (int i = 0; i < 30; ++i) look(desk, i, true);
  for (int i = 0; i < 3; ++i) look(desk, i, false);
  CHECK(desk.tick(start).empty());
  CHECK(!desk.holds(domain, start));
  look(desk, 3, false);
  const auto raised = desk.tick(start);
  REQUIRE(raised.size() == 1);
  CHECK(raised.front().kind == "self-prober-degraded");
  CHECK(raised.front().evidence ==
        "unknown at once in more than 10 % of the fleet: dmarc (4 of 30)");
  CHECK(desk.holds(domain, start));
  // What was seen goes on; the figures are told anew each minute, not each second.
  look(desk, 4, false);
  CHECK(desk.tick(start + Seconds(1)).empty());
  CHECK(desk.tick(start + Seconds(60)).front().id == raised.front().id);
  for (int i = 0; i < 5; ++i) look(desk, i, true);
  CHECK(shown(desk.tick(start + Seconds(61))).starts_with("self-prober-degraded resolved"));
  CHECK(!desk.holds(domain, start));
}

TEST_CASE("desk: a dead resolver is one alert, whichever sign of it comes first") {
  const auto blind = [](Desk& desk, bool seen) {
    for (int i = 0; i < 30; ++i) look(desk, i, seen);
  };
  for (const bool test_first : {true, false}) {
    CAPTURE(test_first);
    Desk desk(ConfirmSettings{});
    blind(desk, true);
    if (test_first) desk.self_test("resolver", false);
    if (!test_first) blind(desk, false);
    const auto raised = desk.tick(start);
    REQUIRE(raised.size() == 1);
    CHECK(raised.front().kind == (test_first ? "self-test-failed" : "self-prober-degraded"));
    blind(desk, false);
    desk.self_test("resolver", false);
    for (const Incident& each : desk.tick(start + Seconds(60))) CHECK(each.id == raised.front().id);
    // After a restart too, and the test is known to fail.
    Desk again(ConfirmSettings{});
    again.restore({desk.book().all().begin()->second});
    for (int i = 0; i < 30; ++i) {
      Posture posture{.at = start};
      posture.standings.push_back(
          {.check = "dmarc", .level = 1, .seen = start, .unseen = Judgement{}});
      const Name name = *Name::parse("d" + std::to_string(i) + ".gov.uk");
      again.restore(name, glance_of(name, posture));
    }
    CHECK(again.tick(start + Seconds(90)).empty());
    CHECK(!again.self_test("resolver", true));
    // The resolver works, the fleet has not been seen yet: the alert stands.
    for (const Incident& each : again.tick(start + Seconds(120)))
      CHECK(each.state == RegressionState::confirmed);
    CHECK(again.in_doubt());
    Desk third(ConfirmSettings{});  // and its evidence names no test any more
    third.restore({again.book().all().begin()->second});
    CHECK(!third.in_doubt());
    blind(again, true);
    const auto ended = again.tick(start + Seconds(180));
    REQUIRE(ended.size() == 1);
    CHECK(ended.front().id == raised.front().id);
    CHECK(ended.front().state == RegressionState::resolved);
  }
}

TEST_CASE("desk: who is no longer watched is not counted") {
  Desk desk(ConfirmSettings{});
  for (int i = 0; i < 30; ++i) look(desk, i, i >= 5);
  CHECK(desk.in_doubt());
  desk.keep_only([](const Name& name) { return name.text() > "d5"; });
  CHECK(!desk.in_doubt());
}

TEST_CASE("desk: a provider that is away is one information, unless it may be us") {
  Desk desk(ConfirmSettings{});
  const auto away = [&](int from, int to, bool is_away) {
    for (int i = from; i < to; ++i) {
      const FleetEntry entry(*Name::parse("d" + std::to_string(i) + ".gov.uk"));
      Posture posture{.at = start};
      posture.standings.push_back({.check = "starttls", .level = 1, .seen = start});
      if (is_away)
        posture.standings.back().unseen =
            Judgement{.facts = Value::object(
                          {{"endpoints", Value::list({Value::object({{"host", "mx.big.uk"}})})}})};
      desk.hear(entry, {}, posture, start);
    }
  };
  away(0, 40, false);
  CHECK(desk.tick(start).empty());
  away(0, 30, true);
  const auto told = desk.tick(start + Seconds(10));
  REQUIRE(told.size() == 1);
  CHECK(told.front().kind == "unseen-together");
  CHECK(told.front().cause == "endpoint:mx.big.uk");
  CHECK(told.front().severity == AlertLevel::info);
  CHECK(told.front().domains.size() == 30);
  CHECK(!desk.holds(domain, start));
  desk.self_test("port-25", false);
  away(0, 35, true);
  CHECK(shown(desk.tick(start + Seconds(20))) == "self-test-failed confirmed: port-25\n");
  desk.self_test("port-25", true);
  away(0, 40, false);
  CHECK(shown(desk.tick(start + Seconds(30))).find("unseen-together resolved") !=
        std::string::npos);
}
