#include "monitor/watch/regression.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

constexpr std::string_view ladder[] = {"none", "quarantine", "reject"};

Judgement judge_nothing(const Domain&, Facts&) { return {}; }

// Compares by a fact "p" (0…2); "same" facts are neutral; "c" names the class; without "p" the look
// saw the check, but not this part of it.
std::vector<Move> compare_p(const Domain&, const Judgement& before, const Judgement& after) {
  if (after.facts["p"].is_null()) return {{.kind = "unknown", .confirm = Confirmation::c4}};
  const auto was = before.facts["p"].as_int().value_or(0);
  const auto now = after.facts["p"].as_int().value_or(0);
  if (was == now) return {};
  const bool worse = now < was;
  return {{.kind = worse ? "p-weakened" : "improvement",
           .alert = worse ? AlertLevel::page : AlertLevel::none,
           .confirm = static_cast<Confirmation>(after.facts["c"].as_int().value_or(1)),
           .cause = std::string(after.facts["cause"].as_string().value_or("")),
           .was = std::to_string(was),
           .now = std::to_string(now)}};
}

const Check check{"p", "A policy", ladder, judge_nothing, compare_p};

// Plays looks at one domain and writes down the decisions.
struct Player {
  DomainWatch watch{};
  ConfirmSettings settings{};
  Time now = *parse_time("2026-11-21T12:00:00Z");
  bool trusted = true;
  bool hold = false;
  const Check* checked = &check;
  LookOutcome last{};

  std::string look(int p, bool second_path = false, int cls = 1) {
    return look(Judgement{.level = p, .facts = Value::object({{"p", p}, {"c", cls}})}, second_path);
  }
  std::string unseen() { return look(Judgement{}, false); }
  std::string partly_seen() { return look(Judgement{.level = 1, .facts = Value::object()}, false); }
  std::string look(const Judgement& judgement, bool second_path) {
    static const Domain domain(*Name::parse("council.gov.uk"));
    const Check* const checks[] = {checked};
    last = notice(watch, domain, checks, {judgement}, {now, second_path, trusted, hold}, settings);
    std::string out;
    for (const Notice& each : last.notices)
      out += (out.empty() ? "" : " ") + std::string(to_text(each.decision));
    return out;
  }
  Player& wait(int minutes) {
    now += std::chrono::minutes(minutes);
    return *this;
  }
  long wanted_in() const { return last.next_look ? (*last.next_look - now).count() : -1; }
};

}  // namespace

TEST_CASE("regression: the first look is the baseline and never alarms") {
  Player player;
  CHECK(player.look(0) == "baseline-set");
  CHECK(player.wait(60).look(0) == "unchanged");
  CHECK(player.watch.regressions.empty());
}

TEST_CASE("regression: what is merely not reached is told when it has lasted for a day") {
  Check lasting = check;
  lasting.compare_unseen = true;
  Player player;
  player.checked = &lasting;
  const Judgement gone{.facts = Value::object({{"p", 0}, {"c", 4}})};
  player.look(2);
  CHECK(player.wait(60).look(gone, false) == "suspected");
  CHECK(player.wanted_in() == -1);  // the regular looks will do
  for (int hour = 0; hour < 23; ++hour) CHECK(player.wait(60).look(gone, true) == "agreed");
  CHECK(player.wait(30).unseen() == "unseen");  // nothing at all was seen: no sign of anything
  CHECK(player.wait(30).look(gone, false) == "confirmed");
  CHECK(player.wait(60).look(gone, false) == "");

  // One good look in between, and the day begins again.
  Player other;
  other.checked = &lasting;
  other.look(2);
  CHECK(other.wait(60).look(gone, false) == "suspected");
  CHECK(other.wait(12 * 60).look(2) == "refuted");
  CHECK(other.wait(60).look(gone, false) == "suspected");
  CHECK(other.wait(13 * 60).look(gone, false) == "agreed");
  // A day with only two looks in it is not known well enough.
  Player rare;
  rare.checked = &lasting;
  rare.look(2);
  CHECK(rare.wait(60).look(gone, false) == "suspected");
  CHECK(rare.wait(25 * 60).look(gone, false) == "agreed");
  CHECK(rare.wait(60).look(gone, false) == "confirmed");
}

TEST_CASE("regression: changed content is told when two paths and the wait agree") {
  Player player;
  player.look(2);
  CHECK(player.wait(60).look(0) == "suspected");
  CHECK(player.wanted_in() == 0);  // the second path, in the same cycle
  CHECK(player.look(0, true) == "agreed");
  CHECK(player.wanted_in() == 15 * 60);
  CHECK(player.wait(5).look(0) == "agreed");
  CHECK(player.wait(10).look(0) == "confirmed");
  REQUIRE(player.watch.regressions.size() == 1);
  CHECK(player.watch.regressions[0].severity == AlertLevel::page);
  CHECK(player.watch.regressions[0].was == "2");
  CHECK(player.wait(60).look(0) == "unchanged");
}

TEST_CASE("regression: without the second path nothing is sure") {
  Player player;
  player.look(2);
  for (int i = 0; i < 5; ++i) player.wait(30).look(0);
  CHECK(player.watch.regressions[0].state == RegressionState::suspected);
}

TEST_CASE("regression: a suspicion that does not last is dropped, told to nobody") {
  Player player;
  player.look(2);
  CHECK(player.wait(60).look(0) == "suspected");
  CHECK(player.look(2, true) == "refuted");
  CHECK(player.watch.regressions.empty());
  for (int i = 0; i < 20; ++i) {  // two servers that disagree
    CHECK(player.wait(10).look(0) == "suspected");
    CHECK(player.look(2, true) == "refuted");
  }
}

TEST_CASE("regression: what could not be seen decides nothing and is asked again") {
  Player player;
  player.look(2);
  CHECK(player.wait(60).unseen() == "unseen");
  CHECK(player.wait(60).look(0, false, 2) == "suspected");
  CHECK(player.wait(15).unseen() == "unseen");
  CHECK(player.wanted_in() > 0);
  CHECK(player.watch.regressions[0].agreement.looks == 1);
  CHECK(player.wait(15).look(0, true, 2) == "agreed");
  CHECK(player.wait(15).look(0, true, 2) == "confirmed");
}

TEST_CASE("regression: an authenticated fact is told at once, an unknown never") {
  Player player;
  player.look(2);
  CHECK(player.wait(1).look(1, false, 0) == "confirmed");
  Player other;
  other.look(2);
  for (int i = 0; i < 10; ++i) other.wait(60).look(0, true, 4);
  CHECK(other.watch.regressions[0].state == RegressionState::suspected);
}

TEST_CASE("regression: recovery takes two good looks and a wait") {
  Player player;
  player.look(2);
  player.wait(1).look(0, false, 0);
  CHECK(player.wait(5).look(2) == "recovering");
  CHECK(player.wanted_in() == 15 * 60);
  CHECK(player.wait(1).look(2) == "recovering");
  CHECK(player.wait(14).look(2) == "resolved");
  CHECK(player.watch.regressions.empty());
  CHECK(player.wait(60).look(2) == "unchanged");
}

TEST_CASE("regression: a deeper fall deepens the open one, a half recovery keeps it open") {
  Player player;
  player.look(2);
  player.wait(1).look(1, false, 0);
  CHECK(player.wait(5).look(0, false, 0) == "confirmed");
  REQUIRE(player.watch.regressions.size() == 1);
  CHECK(player.watch.regressions[0].was == "2");
  CHECK(player.watch.regressions[0].now == "0");
  player.wait(5).look(1, false, 0);
  REQUIRE(player.watch.regressions.size() == 1);
  CHECK(player.watch.regressions[0].now == "1");
  CHECK(player.watch.regressions[0].open());
}

TEST_CASE("regression: to and fro is flapping, one ticket, and what follows is held") {
  Player player;
  player.settings.recovery_count = 1;
  player.settings.recovery_wait = Seconds(0);
  player.look(2);
  CHECK(player.wait(5).look(0, false, 0) == "confirmed");
  CHECK(player.wait(5).look(2, false, 0) == "resolved");
  CHECK(player.wait(5).look(0, false, 0) == "confirmed");
  CHECK(player.wait(5).look(2, false, 0) == "resolved flapping");
  CHECK(player.wait(5).look(0, false, 0) == "held");
  CHECK(player.wait(5).look(2, false, 0) == "refuted");
  player.wait(25 * 60).look(2, false, 0);
  CHECK(player.watch.regressions.empty());
}

TEST_CASE("regression: held while in doubt, told afterwards if it is still true") {
  Player player;
  player.look(2);
  player.hold = true;
  CHECK(player.wait(5).look(0, false, 0) == "held");
  CHECK(player.wait(5).look(0, false, 0) == "held");
  player.hold = false;
  CHECK(player.wait(5).look(0, false, 0) == "confirmed");
}

TEST_CASE("regression: acknowledged is the new normal") {
  Player player;
  player.look(2);
  player.wait(1).look(0, false, 0);
  CHECK(!acknowledge(player.watch, "p", "other", "", player.now));
  CHECK(acknowledge(player.watch, "p", "p-weakened", "", player.now));
  CHECK(player.wait(60).look(0, false, 0) == "unchanged");
  CHECK(player.watch.regressions.empty());
  CHECK(player.wait(60).look(1, false, 0) == "accepted");
  CHECK(player.wait(60).look(0, false, 0) == "confirmed");
}

TEST_CASE("regression: a watched domain gets tickets where a trusted one gets pages") {
  const auto severity = [](const char* kind, bool trusted) {
    return severity_for({.kind = kind, .alert = AlertLevel::page}, trusted);
  };
  CHECK(severity("starttls-lost", true) == AlertLevel::page);
  CHECK(severity("starttls-lost", false) == AlertLevel::ticket);
  CHECK(severity("spf-open", false) == AlertLevel::page);
  CHECK(severity("dmarc-removed", false) == AlertLevel::page);
}

TEST_CASE("confirm: looks and waits by class") {
  const ConfirmSettings settings;
  const Time start = *parse_time("2026-11-21T12:00:00Z");
  const auto sure = [&](Confirmation confirm, int looks, int minutes, bool second_path) {
    return is_confirmed(confirm, {looks, second_path, start, start + std::chrono::minutes(minutes)},
                        settings);
  };
  CHECK(sure(Confirmation::c0, 1, 0, false));
  CHECK(!sure(Confirmation::c1, 2, 60, true));
  CHECK(!sure(Confirmation::c1, 3, 14, true));
  CHECK(!sure(Confirmation::c1, 3, 15, false));
  CHECK(sure(Confirmation::c1, 3, 15, true));
  CHECK(!sure(Confirmation::c2, 3, 29, true));
  CHECK(!sure(Confirmation::c2, 3, 30, false));
  CHECK(sure(Confirmation::c2, 3, 30, true));
  CHECK(!sure(Confirmation::c3, 2, 30, false));
  CHECK(sure(Confirmation::c3, 3, 30, false));
  CHECK(!sure(Confirmation::c4, 99, 24 * 60 - 1, true));
  CHECK(!sure(Confirmation::c4, 2, 9999, true));
  CHECK(sure(Confirmation::c4, 3, 24 * 60, false));
}

TEST_CASE("regression: a look that missed a part is no new normal") {
  Player player;
  player.look(2);
  player.wait(60).partly_seen();
  // Measured against what was known before, not against the gap.
  CHECK(player.wait(60).look(0) == "suspected");
}

TEST_CASE("regression: a look that missed a part refutes nothing and ends nothing") {
  Player player;
  player.look(2);
  CHECK(player.wait(60).look(0) == "suspected");
  player.wait(30).partly_seen();
  CHECK(player.last.next_look.has_value());
  CHECK(player.wait(60).look(0, true) == "agreed");
  CHECK(player.wait(60).look(0, true) == "confirmed");
  for (int i = 0; i < 5; ++i)
    CHECK(player.wait(60).partly_seen().find("resolved") == std::string::npos);
  CHECK(player.watch.regressions.size() == 1);
}
