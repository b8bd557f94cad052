#include "monitor/watch/stale.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Time start = *parse_time("2026-11-21T12:00:00Z");

Posture unseen_since(Time at, Time seen) {
  Posture posture{.at = at};
  posture.standings.push_back(
      {.check = "starttls",
       .level = 3,
       .seen = seen,
       .unseen =
           Judgement{.facts = Value::object(
                         {{"endpoints", Value::list({Value::object({{"host", "mx.big.uk"}})})}})}});
  posture.standings.push_back({.check = "dmarc", .level = 3, .seen = at});
  return posture;
}

}  // namespace

TEST_CASE("stale: told once after the promise, ended when it is seen") {
  DomainWatch watch;
  const ConfirmSettings settings;
  const auto look = [&](int hours, bool trusted, bool hold = false) {
    const Time at = start + Seconds(hours * 3600);
    const auto notices =
        notice_stale(watch, unseen_since(at, start), {at, false, trusted, hold}, settings);
    return notices.empty() ? std::string_view("nothing") : to_text(notices.front().decision);
  };
  CHECK(look(24, true) == "nothing");
  CHECK(look(25, false) == "nothing");
  CHECK(look(25, true, true) == "nothing");
  CHECK(look(25, true) == "confirmed");
  CHECK(look(26, true) == "nothing");
  CHECK(watch.regressions.front().now == "not seen: starttls");
  Posture seen{.at = start};
  CHECK(notice_stale(watch, seen, {start, false, true, false}, settings).front().decision ==
        Decision::resolved);
  CHECK(watch.regressions.empty());
}

TEST_CASE("stale: a check that follows its unknown itself is not told twice") {
  DomainWatch watch;
  watch.regressions.push_back(
      {.check = "starttls", .kind = "something-failing", .confirm = Confirmation::c4});
  const Time at = start + Seconds(25 * 3600);
  const LookContext look{at, false, true, false};
  CHECK(notice_stale(watch, unseen_since(at, start), look, {}).empty());
  watch.regressions[0].check = "dane";
  CHECK(notice_stale(watch, unseen_since(at, start), look, {}).size() == 1);
}

TEST_CASE("stale: what an unseen check may share with others") {
  const auto causes = unseen_causes(*Name::parse("a.uk"), unseen_since(start, start));
  REQUIRE(causes.size() == 1);
  CHECK(causes[0] == std::pair<std::string, std::string>{"starttls", "mx.big.uk"});
}
