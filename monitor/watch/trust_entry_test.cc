#include "monitor/watch/trust_entry.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

Eligibility look_of(Tier tier) {
  Eligibility out{.tier = tier};
  out.t1 = tier >= Tier::t1;
  out.t2 = tier >= Tier::t2;
  out.by_mta_sts = tier >= Tier::t3;
  out.by_dane = false;
  out.mx_hosts = {"mx1.a.uk"};
  out.operators = {""};
  return out;
}

// Plays hourly looks at one entry.
struct Player {
  TrustEntry entry{};
  TrustSettings settings{};
  TrustLook look{.now = *parse_time("2026-11-01T00:00:00Z"), .has_agreement = true};
  std::optional<TrustTransition> last{};

  Player& hours(int count, const Eligibility& eligibility) {
    for (int i = 0; i < count; ++i) {
      look.now += Seconds(3600);
      if (const auto moved = take_look(entry, eligibility, look, settings)) last = moved;
    }
    return *this;
  }
  Player& days(int count, Tier tier) { return hours(count * 24, look_of(tier)); }
  Player& unseen(int count) { return hours(count, Eligibility{}); }
  Player& effect(TrustEffect effect, const char* kind) {
    look.effects = {effect};
    look.effect_kinds = {kind};
    return *this;
  }
  Player& no_effect() {
    look.effects.clear();
    look.effect_kinds.clear();
    return *this;
  }
  std::string is() const {
    return std::string(to_text(entry.state)) + " " + std::string(to_text(entry.tier));
  }
};

Player admitted(Tier tier) {
  Player player;
  player.days(15, tier);
  return player;
}

}  // namespace

TEST_CASE("trust entry: slow in") {
  Player player;
  CHECK(player.days(6, Tier::t2).is() == "pending none");
  CHECK(player.days(2, Tier::t2).is() == "active T2");
  CHECK(player.days(1, Tier::t3).is() == "active T2");
  CHECK(player.days(12, Tier::t3).is() == "active T2");
  CHECK(player.days(2, Tier::t3).is() == "active T3");
  CHECK(player.last->causes == std::vector<std::string>{"tier-raised"});
}

TEST_CASE("trust entry: a window needs looks, without a break") {
  Player few;
  few.settings.admit_observations = 300;
  CHECK(few.days(8, Tier::t2).is() == "pending none");
  Player broken;
  broken.days(6, Tier::t2).days(1, Tier::t1).days(6, Tier::t2);
  CHECK(broken.is() == "active T1");  // T1 held all the while
  Player gap;
  gap.days(6, Tier::t2).unseen(30).days(6, Tier::t2);
  CHECK(gap.is() == "pending none");
  CHECK(gap.days(2, Tier::t2).is() == "active T2");
  Player short_gap;
  short_gap.days(3, Tier::t2).unseen(10).days(4, Tier::t2);
  CHECK(short_gap.is() == "active T2");
}

TEST_CASE("trust entry: T1 and T2 take an agreement, T3 is the domain's own word") {
  Player player;
  player.look.has_agreement = false;
  CHECK(player.days(30, Tier::t2).is() == "none none");
  CHECK(player.days(13, Tier::t3).is() == "pending none");
  CHECK(player.days(2, Tier::t3).is() == "active T3");
  Player ahead;
  ahead.look.has_agreement = false;
  ahead.look.agreement_ahead = true;
  CHECK(ahead.days(30, Tier::t2).is() == "pending none");
  CHECK(ahead.entry.reasons.back() == "agreement-date-ahead");
}

TEST_CASE("trust entry: a confirmed loss suspends at once and takes a day of good looks to heal") {
  Player player = admitted(Tier::t2);
  player.effect(TrustEffect::suspend, "starttls-lost").hours(1, look_of(Tier::none));
  CHECK(player.is() == "suspended T2");
  CHECK(player.entry.reasons == std::vector<std::string>{"starttls-lost"});
  CHECK(player.hours(100, look_of(Tier::none)).is() == "suspended T2");
  player.no_effect();
  CHECK(player.hours(24, look_of(Tier::t2)).is() == "suspended T2");
  CHECK(player.hours(2, look_of(Tier::t2)).is() == "active T2");
}

TEST_CASE("trust entry: without a confirmed regression a bad look alone removes nothing") {
  Player player = admitted(Tier::t2);
  CHECK(player.hours(20, look_of(Tier::none)).is() == "active T2");
  CHECK(!player.entry.stale);
  player.hours(10, look_of(Tier::none));
  CHECK(player.entry.stale);
}

TEST_CASE("trust entry: unknown ages it, suspends after three days, never withdraws") {
  Player player = admitted(Tier::t3);
  CHECK(player.unseen(24).is() == "active T3");
  CHECK(!player.entry.stale);
  player.unseen(2);
  CHECK(player.entry.stale);
  CHECK(player.unseen(46).is() == "active T3");
  CHECK(player.unseen(2).is() == "suspended T3");
  CHECK(player.unseen(2000).is() == "suspended T3");
  CHECK(player.hours(2, look_of(Tier::t3)).is() == "active T3");
}

TEST_CASE("trust entry: while the monitor doubts itself nobody ages") {
  Player player = admitted(Tier::t2);
  player.look.fleet_in_doubt = true;
  CHECK(player.unseen(500).is() == "active T2");
  Player ours = admitted(Tier::t2);
  ours.look.complete = false;
  CHECK(ours.hours(500, look_of(Tier::none)).is() == "active T2");
}

TEST_CASE("trust entry: a foreign MX waits for a person, or for the domain's own policy") {
  const auto moved = [](Tier tier) {
    Eligibility out = look_of(tier);
    out.mx_hosts = {"mx1.a.uk", "mx.b.example"};
    out.operators = {"", "b.example"};
    return out;
  };
  Player player = admitted(Tier::t2);
  player.hours(1, moved(Tier::t2));  // not confirmed yet: neither believed nor followed
  CHECK(player.is() == "active T2");
  CHECK(player.entry.pins == std::vector<std::string>{"mx1.a.uk"});
  player.effect(TrustEffect::suspend_until_ack, "mx-added").hours(1, moved(Tier::t2));
  CHECK(player.is() == "suspended T2");
  player.no_effect();
  CHECK(player.days(10, Tier::t2).is() == "suspended T2");
  CHECK(player.hours(240, moved(Tier::t2)).is() == "suspended T2");
  acknowledge_change(player.entry, moved(Tier::t2));
  CHECK(player.hours(26, moved(Tier::t2)).is() == "active T2");
  CHECK(player.entry.pins == moved(Tier::t2).mx_hosts);

  Player vouched = admitted(Tier::t3);
  vouched.effect(TrustEffect::suspend_until_ack, "mx-added").hours(1, moved(Tier::t2));
  CHECK(vouched.is() == "suspended T3");
  CHECK(vouched.hours(26, moved(Tier::t3)).is() == "active T3");
}

TEST_CASE("trust entry: a foreign MX that no regression was confirmed for is never followed") {
  Player player = admitted(Tier::t2);
  Eligibility moved = look_of(Tier::t2);
  moved.mx_hosts = {"mx.b.example"};
  moved.operators = {"b.example"};
  player.hours(80, moved);
  CHECK(player.is() == "suspended T2");
  CHECK(player.entry.pins == std::vector<std::string>{"mx1.a.uk"});
  CHECK(player.hours(200, moved).is() == "suspended T2");
}

TEST_CASE("trust entry: old and new names are valid while a move is announced, and no longer") {
  Player player = admitted(Tier::t2);
  Eligibility moved = look_of(Tier::t2);
  moved.mx_hosts = {"mx.b.example"};
  moved.operators = {"b.example"};
  player.look.announced_mx = {"mx.b.example"};
  player.look.maintenance = true;
  player.hours(2, look_of(Tier::t2));
  CHECK(player.entry.pins == std::vector<std::string>{"mx1.a.uk", "mx.b.example"});
  CHECK(player.hours(5, moved).is() == "active T2");
  CHECK(player.entry.pins.size() == 2);
  player.look.announced_mx.clear();
  player.look.maintenance = false;
  player.effect(TrustEffect::suspend_until_ack, "mx-moved");
  CHECK(player.hours(5, moved).is() == "active T2");
  CHECK(player.entry.pins == moved.mx_hosts);
}

TEST_CASE("trust entry: T1 and T2 end with the agreement, T3 steps down into nothing without one") {
  Player player = admitted(Tier::t2);
  player.look.has_agreement = false;
  CHECK(player.hours(1, look_of(Tier::t2)).is() == "suspended T2");
  CHECK(player.entry.reasons == std::vector<std::string>{"no-agreement"});
  CHECK(player.days(9, Tier::t2).is() == "suspended T2");
  player.look.has_agreement = true;
  CHECK(player.hours(26, look_of(Tier::t2)).is() == "active T2");

  Player alone = admitted(Tier::t3);
  alone.look.has_agreement = false;
  alone.effect(TrustEffect::step_down_72h, "mta-sts-weakened").days(3, Tier::t2);
  CHECK(alone.is() == "active T3");
  CHECK(alone.days(1, Tier::t2).is() == "suspended T3");
  CHECK(alone.no_effect().days(9, Tier::t2).is() == "suspended T3");
}

TEST_CASE("trust entry: time that was not looked at, or in doubt, counts against nobody") {
  Player off = admitted(Tier::t2);
  off.look.now += Seconds(30 * 86400);
  CHECK(off.unseen(1).is() == "active T2");
  CHECK(off.entry.stale);  // but nobody is told that it is fresh
  Player doubted = admitted(Tier::t2);
  doubted.look.fleet_in_doubt = true;
  doubted.unseen(500);
  doubted.look.fleet_in_doubt = false;
  CHECK(doubted.unseen(48).is() == "active T2");
  CHECK(doubted.unseen(30).is() == "suspended T2");
}

TEST_CASE("trust entry: a clock that was ahead protects nobody for longer") {
  Player player = admitted(Tier::t2);
  const Time right = player.look.now;
  player.look.now += Seconds(365 * 86400);
  player.hours(1, look_of(Tier::t2));
  player.look.now = right;
  player.unseen(30);
  CHECK(player.entry.stale);
  CHECK(player.unseen(60).is() == "suspended T2");

  Player waiting;
  waiting.days(3, Tier::t2);
  waiting.look.now += Seconds(365 * 86400);
  CHECK(waiting.days(6, Tier::t2).is() == "pending none");
  waiting.look.now -= Seconds(365 * 86400);
  CHECK(waiting.days(6, Tier::t2).is() == "pending none");
  CHECK(waiting.days(2, Tier::t2).is() == "active T2");
}

TEST_CASE("trust entry: T3 takes its own window for each of its two promises") {
  Player player;
  player.look.has_agreement = false;
  Eligibility both = look_of(Tier::t3);
  player.days(8, Tier::t3);
  both.by_dane = true;
  CHECK(player.hours(30, both).is() == "pending none");  // eight days of MTA-STS are not of DANE
  CHECK(player.hours(24 * 6, both).is() == "active T3");
}

TEST_CASE(
    "trust entry: a policy host that cannot be reached takes nothing while senders remember") {
  Player player = admitted(Tier::t3);
  player.look.remembered_until = player.look.now + Seconds(20 * 86400);
  Eligibility unread = look_of(Tier::t2);
  unread.by_mta_sts = {};
  CHECK(player.hours(24 * 15, unread).is() == "active T3");
  CHECK(!player.entry.stale);
  player.hours(24 * 9, unread);
  CHECK(player.is() == "suspended T3");
}

TEST_CASE("trust entry: another operator at the door begins the window again") {
  Player player;
  player.days(5, Tier::t2);
  Eligibility moved = look_of(Tier::t2);
  moved.operators = {"b.example"};
  CHECK(player.hours(24 * 6, moved).is() == "pending none");
  CHECK(player.hours(24 * 2, moved).is() == "active T2");
}

TEST_CASE("trust entry: an open regression of the transport keeps out") {
  Player player;
  player.look.open_regression = true;
  CHECK(player.days(30, Tier::t2).is() == "pending none");
  player.look.open_regression = false;
  CHECK(player.days(8, Tier::t2).is() == "active T2");
}

TEST_CASE("trust entry: a renewed certificate heals sooner than lost encryption") {
  Player player = admitted(Tier::t2);
  player.effect(TrustEffect::suspend, "cert-expired").hours(5, look_of(Tier::t1));
  CHECK(player.is() == "suspended T2");
  CHECK(player.no_effect().hours(2, look_of(Tier::t2)).is() == "active T2");
}

TEST_CASE("trust entry: whoever leaves the fleet list is suspended, not dropped") {
  Player player = admitted(Tier::t2);
  CHECK(leave_list(player.entry, player.look.now));
  CHECK(player.is() == "suspended T2");
  CHECK(!leave_list(player.entry, player.look.now));
  CHECK(player.hours(26, look_of(Tier::t2)).is() == "active T2");
}

TEST_CASE("trust entry: whoever asked to go is not let in meanwhile") {
  Player player;
  ask_withdrawal(player.entry, player.look.now);
  CHECK(player.days(30, Tier::t3).is() == "pending none");
  readmit(player.entry, player.look.now);
  CHECK(player.days(1, Tier::t3).is() == "active T3");
}

TEST_CASE("trust entry: a policy taken back steps down after three days") {
  Player player = admitted(Tier::t3);
  player.effect(TrustEffect::step_down_72h, "mta-sts-weakened");
  CHECK(player.hours(72, look_of(Tier::t2)).is() == "active T3");
  CHECK(player.hours(2, look_of(Tier::t2)).is() == "active T2");
  CHECK(player.last->causes == std::vector<std::string>{"commitment-ended"});
}

TEST_CASE("trust entry: a policy that vanished holds until senders forget it") {
  Player player = admitted(Tier::t3);
  player.look.remembered_until = player.look.now + Seconds(10 * 86400);
  player.effect(TrustEffect::step_down_at_max_age, "mta-sts-removed");
  CHECK(player.days(9, Tier::t2).is() == "active T3");
  CHECK(player.days(2, Tier::t2).is() == "active T2");
}

TEST_CASE("trust entry: out only by a person, a day after it was asked") {
  Player player = admitted(Tier::t2);
  CHECK(!acknowledge_withdrawal(player.entry, player.look.now));
  player.effect(TrustEffect::withdraw_after_ack, "mx-null").hours(1, look_of(Tier::none));
  CHECK(player.is() == "active T2");
  CHECK(!acknowledge_withdrawal(player.entry, player.look.now));
  CHECK(acknowledge_withdrawal(player.entry, player.look.now + Seconds(86400)));
  CHECK(player.days(30, Tier::t3).is() == "withdrawn T2");
  CHECK(readmit(player.entry, player.look.now));
  CHECK(player.is() == "pending none");
}

TEST_CASE("trust entry: sender authentication never touches the tier") {
  Player player = admitted(Tier::t3);
  CHECK(player.effect(TrustEffect::attr_off, "dmarc-removed").days(30, Tier::t3).is() ==
        "active T3");
}

TEST_CASE("trust entry: a certificate about to end does not get in") {
  Player player;
  Eligibility eligibility = look_of(Tier::t2);
  eligibility.t1 = true;
  for (int i = 0; i < 24 * 10; ++i) {
    eligibility.certificate_not_after = player.look.now + Seconds(3600 * 48);
    player.hours(1, eligibility);
  }
  CHECK(player.is() == "active T1");
}
