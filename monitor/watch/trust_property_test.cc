// Random histories of trust entries, judged by a model of its own: it keeps the whole history and
// asks of each move whether what was seen allows it. A history that breaks a rule is made as short
// as it can be and printed with its seed.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>
#include <sstream>

#include "monitor/watch/trust_entry.h"
#include "monitor/watch/trust_value.h"

using namespace mailfleet;

namespace {

enum class Act : uint8_t { look, ask, withdraw, accept, readmit, restart };

// One event. Small numbers, so that a history can be printed and shortened.
struct Event {
  Act act = Act::look;
  int64_t wait = 3600;                    // seconds since the one before; may be negative
  int t1 = 1, t2 = 1, sts = 0, dane = 0;  // -1: unknown
  int hosts = 0;                          // 0 own, 1 own renamed, 2 foreign, -1 not seen
  int announced = 0;                      // the foreign host is announced
  int effect = 0;                         // TrustEffect, confirmed and open
  int agreement = 1;                      // 2: its date is ahead
  int doubt = 0, maintenance = 0, cut_short = 0;
  int certificate_days = 60;
  int remembered_days = 0;  // from now; 0: no policy is remembered
};

std::string to_text(const Event& e) {
  constexpr const char* acts[] = {"look", "ask", "withdraw", "accept", "readmit", "restart"};
  std::ostringstream out;
  out << acts[static_cast<size_t>(e.act)] << " after " << e.wait << " s";
  if (e.act == Act::look)
    out << ": t1 " << e.t1 << " t2 " << e.t2 << " sts " << e.sts << " dane " << e.dane << " hosts "
        << e.hosts << " announced " << e.announced << " effect "
        << to_text(static_cast<TrustEffect>(e.effect)) << " agreement " << e.agreement << " doubt "
        << e.doubt << " maintenance " << e.maintenance << " cut " << e.cut_short << " certificate "
        << e.certificate_days << " d remembered " << e.remembered_days << " d";
  return out.str();
}

Answer3 answer(int value) { return value < 0 ? Answer3{} : Answer3{value > 0}; }

Eligibility eligibility_in(const Event& e, Time now) {
  Eligibility out;
  out.t1 = answer(e.t1);
  out.t2 = e.t1 == 0 ? Answer3{false} : answer(e.t2);
  if (e.t1 < 0 && e.t2 > 0) out.t2 = {};
  out.by_mta_sts = answer(e.sts);
  out.by_dane = answer(e.dane);
  out.policy_read = e.sts >= 0;
  constexpr const char* names[] = {"mx.own", "mx2.own", "mx.foreign"};
  if (e.hosts >= 0) {
    out.mx_hosts = {names[e.hosts]};
    out.operators = {e.hosts == 2 ? "foreign" : "own"};
  } else {
    out.t1 = out.t2 = {};
  }
  for (const Tier tier : {Tier::t1, Tier::t2, Tier::t3})
    if (out.holds(tier) == true) out.tier = tier;
  if (!out.tier && out.t1 == false) out.tier = Tier::none;
  out.certificate_not_after = now + Seconds(86400) * e.certificate_days;
  return out;
}

TrustLook look_in(const Event& e, Time now) {
  TrustLook out{.now = now,
                .complete = e.cut_short == 0,
                .fleet_in_doubt = e.doubt != 0,
                .maintenance = e.maintenance != 0,
                .has_agreement = e.agreement == 1,
                .agreement_ahead = e.agreement == 2};
  if (e.effect != 0) {
    out.effects = {static_cast<TrustEffect>(e.effect)};
    out.effect_kinds = {"kind"};
  }
  if (e.remembered_days > 0) out.remembered_until = now + Seconds(86400) * e.remembered_days;
  if (e.announced) out.announced_mx = {"mx.foreign"};
  return out;
}

// docs/trust.md, section "Trusted list", as a judge: what was seen, in order.
class Model {
 public:
  explicit Model(const TrustSettings& settings) : s_(settings) {}

  // Empty, or the rule that the move from `was` to `is` breaks.
  std::string judge(const Event& e, Time now, const TrustEntry& was, const TrustEntry& is) {
    seen_.push_back({e, now, was.state == TrustState::withdrawn, knows_hosts(e)});
    if (e.act == Act::ask && !asked_) asked_ = now;
    if (asked_ && *asked_ > now) asked_ = now;
    if (e.act == Act::readmit) asked_.reset();
    if (e.act == Act::accept && group_ >= 0) vouched_.insert(group_);
    const std::string broken =
        e.act == Act::look ? judge_look(was, is) : judge_word(e, now, was, is);
    if (e.act == Act::look) learn(e, was, is);
    return broken;
  }

 private:
  struct Seen {
    Event e;
    Time at;
    bool outside = false;    // withdrawn at the time
    bool own_hosts = false;  // under control that was vouched for
  };

  // Who controls the hosts: 0 the domain's own people, 1 others, -1 not seen.
  static int group_of(const Event& e) { return e.hosts < 0 ? -1 : e.hosts == 2; }

  bool knows_hosts(const Event& e) const {
    if (e.act != Act::look || e.hosts < 0) return false;
    return vouched_.contains(group_of(e)) || (e.announced && e.hosts == 2) || full_any(e, Tier::t3);
  }

  void learn(const Event& e, const TrustEntry& was, const TrustEntry& is) {
    if (e.hosts >= 0) group_ = group_of(e);
    if (e.cut_short) return;
    const bool in = is.state == TrustState::active && was.state != TrustState::active;
    if (in && was.state != TrustState::suspended) vouched_ = {group_of(e)};
    if (is.state != TrustState::active) return;
    const bool verified =
        is.last_verified == seen_.back().at && was.last_verified < is.last_verified;
    if (verified && !e.announced) vouched_ = {group_of(e)};  // who holds it now, and no other
    if (e.announced) vouched_.insert(1);
    if (seen_.back().own_hosts) vouched_.insert(group_of(e));
  }

  static bool full(const Event& e, Tier tier, bool dane) {
    const bool t1 = e.hosts >= 0 && e.t1 == 1;
    const bool t2 = t1 && e.t2 == 1;
    if (tier == Tier::t1) return t1 && e.agreement == 1;
    if (tier == Tier::t2) return t2 && e.agreement == 1;
    return dane ? t1 && e.dane == 1 : t2 && e.sts == 1;
  }
  static bool marked(const Event& e) {
    const auto effect = static_cast<TrustEffect>(e.effect);
    return effect != TrustEffect::keep && effect != TrustEffect::attr_off;
  }
  static bool unknown(const Event& e) { return e.hosts < 0 || (e.t1 < 0 && e.t2 != 0) || e.t2 < 0; }

  // Walks back from now: an unbroken row of passes, long enough and often enough.
  bool earned(Tier tier, bool dane) const {
    const Seconds need = tier < Tier::t3 ? s_.admit_after
                         : dane          ? s_.admit_after_dane
                                         : s_.admit_after_mta_sts;
    const Time now = seen_.back().at;
    Time first = now;
    int looks = 0;
    int control = -1;
    for (size_t i = seen_.size(); i-- > 0;) {
      const auto& [e, at, outside, own_hosts] = seen_[i];
      if (outside) break;
      if (e.act != Act::look || e.cut_short) continue;
      if (e.hosts >= 0) {
        if (control >= 0 && control != (e.hosts == 2)) break;
        control = e.hosts == 2;
      }
      if (!full(e, tier, dane)) {
        const bool seen = e.hosts >= 0;
        const bool no = (seen && e.t1 == 0) ||
                        (seen && e.t1 >= 0 && tier >= Tier::t2 && !dane && e.t2 == 0) ||
                        (tier < Tier::t3 && e.agreement != 1) ||
                        (tier == Tier::t3 && (dane ? e.dane : e.sts) == 0);
        if (no) break;
        continue;
      }
      const bool soon = e.certificate_days < 3 && tier != Tier::t1 && !dane;
      if (marked(e) || soon || at > first || first - at > s_.stale_after) break;
      first = at;
      ++looks;
    }
    return looks >= s_.admit_observations && now - first >= need;
  }
  bool earned(Tier tier) const {
    return earned(tier, false) || (tier == Tier::t3 && earned(tier, true));
  }

  // How long it was looked at in vain: at most `stale_after` for each look, none in doubt.
  Seconds in_vain(Tier tier) const {
    Seconds out{0};
    for (size_t i = seen_.size(); i-- > 1;) {
      const Event& e = seen_[i].e;
      if (e.act != Act::look) continue;
      if (seen_[i].own_hosts && !e.cut_short && full_any(e, tier)) break;
      if (e.cut_short || e.doubt || e.maintenance) continue;
      size_t before = i;
      while (before-- > 0 && seen_[before].e.act != Act::look) {
      }
      if (before >= seen_.size()) break;
      out += std::clamp(seen_[i].at - seen_[before].at, Seconds(0), s_.stale_after);
    }
    return out;
  }
  static bool full_any(const Event& e, Tier tier) {
    if (tier == Tier::t3) return full(e, tier, false) || full(e, tier, true);
    return full(e, tier, false);
  }

  std::string judge_word(const Event& e, Time now, const TrustEntry& was, const TrustEntry& is) {
    if (e.act == Act::restart) return was == is ? "" : "a restart changes what is remembered";
    const bool out = was.state != TrustState::withdrawn && is.state == TrustState::withdrawn;
    if (out && (e.act != Act::withdraw || !asked_by(e, now)))
      return "withdrawn without a word, or sooner than a day after it was asked";
    if (was.state != is.state && !out && e.act != Act::readmit) return "a word moved another state";
    return {};
  }
  bool asked_by(const Event&, Time now) const {
    if (asked_ && now - *asked_ >= least_withdrawal_wait) return true;
    // A null MX asks, too.
    return std::ranges::any_of(seen_, [&](const Seen& each) {
      return each.e.act == Act::look &&
             static_cast<TrustEffect>(each.e.effect) == TrustEffect::withdraw_after_ack;
    });
  }

  std::string judge_look(const TrustEntry& was, const TrustEntry& is) {
    const Event& e = seen_.back().e;
    const Time now = seen_.back().at;
    const auto effect = static_cast<TrustEffect>(e.effect);
    if (is.state == TrustState::withdrawn && was.state != is.state) return "a look withdrew";
    if (was.state == TrustState::withdrawn && was.state != is.state) return "a look readmitted";
    const bool moved = was.state != is.state || was.tier != is.tier;
    if (e.cut_short && moved) return "a look that was cut short decided something";
    const bool in = is.state == TrustState::active && was.state != TrustState::active;
    if (e.doubt && (in || is.tier != was.tier)) return "admitted, returned or moved while in doubt";
    if (in && was.state != TrustState::suspended) {
      if (!earned(is.tier)) return "admitted without its window";
      if (asked_) return "admitted although it asked to go";
    }
    if (in && was.state == TrustState::suspended) {
      if (const auto broken = judge_return(was, is); !broken.empty()) return broken;
    }
    if (was.state == TrustState::active && is.state == TrustState::suspended) {
      const bool foreign = effect == TrustEffect::suspend_until_ack;
      const bool consent = was.tier == Tier::t3 || e.agreement == 1;
      const bool ended = was.tier == Tier::t3 && e.agreement != 1 && e.t1 == 1;
      if (effect != TrustEffect::suspend && !foreign && consent && !ended &&
          in_vain(was.tier) <= s_.suspend_unknown_after)
        return "suspended without a confirmed loss and within three days";
      if (foreign && consent && e.hosts == 0 && contains(was.pins, "mx.own") &&
          in_vain(was.tier) <= s_.suspend_unknown_after)
        return "suspended for hosts that are pinned";
    }
    if (was.state == TrustState::active && is.state == TrustState::active) {
      if (is.tier > was.tier && !earned(is.tier)) return "raised without its window";
      if (is.tier < was.tier && unknown(e)) return "lowered by what is not known";
      if (is.tier < was.tier && !promise_ended()) return "lowered within the grace";
    }
    return judge_standing(was, is, e, now);
  }

  std::string judge_return(const TrustEntry& was, const TrustEntry& is) const {
    const Event& e = seen_.back().e;
    if (is.tier != Tier::t3 && e.agreement != 1) return "returned without an agreement";
    if (is.tier < was.tier && unknown(e)) return "returned lower by what is not known";
    if (is.tier < was.tier && (e.sts < 0 || e.dane < 0) && e.sts != 1 && e.dane != 1)
      return "returned lower by an unknown promise";
    const Seen* before = nullptr;
    for (size_t i = seen_.size() - 1; i-- > 0 && !before;)
      if (seen_[i].e.act == Act::look && !seen_[i].e.cut_short && !seen_[i].e.doubt &&
          (!unknown(seen_[i].e) || full_any(seen_[i].e, Tier::t3)))
        before = &seen_[i];
    if (!before || before->e.t1 != 1 || e.t1 != 1) return "returned by fewer than two good looks";
    if (static_cast<TrustEffect>(e.effect) == TrustEffect::suspend)
      return "returned with an open loss";
    if (!seen_.back().own_hosts) return "returned with a foreign host that nobody vouched for";
    return {};
  }

  // Some look at least 72 h ago, or one that remembered a policy, saw the promise gone.
  bool promise_ended() const {
    const Time now = seen_.back().at;
    for (size_t i = seen_.size(); i-- > 0;) {
      const auto& [e, at, outside, own_hosts] = seen_[i];
      if (outside) break;
      if (e.act != Act::look || e.cut_short) continue;
      const auto effect = static_cast<TrustEffect>(e.effect);
      const bool back = effect == TrustEffect::step_down_72h || effect == TrustEffect::dane_off ||
                        effect == TrustEffect::step_down_at_max_age;
      if (!back && (full(e, Tier::t3, false) || full(e, Tier::t3, true)) && !e.doubt) return false;
      if (now - at >= s_.step_down_after) return true;
      if (e.remembered_days > 0 && at + Seconds(86400) * e.remembered_days <= now) return true;
      if (at > now) return true;  // a clock was set back: the model cannot tell
    }
    return false;
  }

  static bool contains(const std::vector<std::string>& all, const char* one) {
    return std::ranges::find(all, one) != all.end();
  }

  std::string judge_standing(const TrustEntry& was, const TrustEntry& is, const Event& e,
                             Time now) const {
    const bool listed = is.state == TrustState::active || is.state == TrustState::suspended;
    if (!listed) return {};
    if (is.pins.empty()) return "listed without hosts";
    const bool came_in = was.state == TrustState::none || was.state == TrustState::pending;
    for (const std::string& pin : is.pins) {
      const int group = pin == "mx.foreign";
      const bool now_vouched = seen_.back().own_hosts && group_of(e) == group;
      const bool announced = e.announced && group == 1;
      if (!came_in && !contains(was.pins, pin.c_str()) && !vouched_.contains(group) &&
          !now_vouched && !announced)
        return "a foreign host was pinned though nobody vouched for it";
    }
    if (is.state != TrustState::active || e.cut_short || e.doubt) return {};
    const bool set_back = was.last_verified && *was.last_verified >= now;
    if (!set_back && is.last_verified == now && (e.hosts < 0 || e.t1 != 1))
      return "verified by a look that did not see it";
    if (!is.stale && (!is.last_verified || now - *is.last_verified > s_.stale_after))
      return "fresh, though not verified for a day";
    if (is.tier != Tier::t3 && e.agreement != 1 && e.hosts == 0 && contains(was.pins, "mx.own") &&
        !earned(Tier::t3))
      return "active without an agreement";
    return {};
  }
  const TrustSettings& s_;
  std::vector<Seen> seen_{};
  std::optional<Time> asked_{};
  std::set<int> vouched_{};
  int group_ = -1;  // seen last
};

// Half of the histories take fewer looks to be admitted, so that more of each lies inside.
TrustSettings settings_for(uint64_t seed) {
  TrustSettings out;
  if (seed % 8 != 0) out.admit_observations = 6;
  return out;
}

struct Played {
  std::string broken{};
  size_t moves = 0;
};

Played play(const std::vector<Event>& history, const TrustSettings& settings) {
  Played out;
  TrustEntry entry;
  Model model(settings);
  Time now = *parse_time("2026-01-01T00:00:00Z");
  Eligibility last;
  for (const Event& e : history) {
    now += Seconds(e.wait);
    const TrustEntry was = entry;
    switch (e.act) {
      case Act::look: {
        last = eligibility_in(e, now);
        const auto moved = take_look(entry, last, look_in(e, now), settings);
        const bool differs = was.state != entry.state || was.tier != entry.tier;
        out.moves += differs;
        if (moved.has_value() != differs) out.broken = "a move that is not told";
        if (moved && moved->causes.empty()) out.broken = "a move without a cause";
        break;
      }
      case Act::ask:
        ask_withdrawal(entry, now);
        break;
      case Act::withdraw:
        acknowledge_withdrawal(entry, now);
        break;
      case Act::accept:
        acknowledge_change(entry, last);
        break;
      case Act::readmit:
        readmit(entry, now);
        break;
      case Act::restart:
        entry = trust_entry_of(to_value(entry));
        break;
    }
    if (out.broken.empty()) out.broken = model.judge(e, now, was, entry);
    if (!out.broken.empty()) return out;
  }
  return out;
}

// Long quiet stretches with trouble of one kind at a time, as life has it.
class Teller {
 public:
  explicit Teller(uint64_t seed) : random_(seed) {}

  std::vector<Event> history() {
    std::vector<Event> out;
    Event mood;
    mood.sts = one_in(2) ? 1 : 0;
    mood.dane = one_in(4) ? 1 : 0;
    mood.remembered_days = mood.sts ? 14 : 0;
    while (out.size() < 50) {
      if (one_in(3)) change(mood);
      mood.wait = 3600 * (2 + below(20));
      const int run = 1 + below(one_in(2) ? 24 : 4);
      for (int i = 0; i < run; ++i) {
        Event e = mood;
        if (one_in(12)) disturb(e);
        out.push_back(e);
      }
      if (one_in(4)) out.push_back(word());
      if (one_in(2)) mood = calm(mood);
    }
    return out;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  bool one_in(int n) { return below(n) == 0; }
  int answer() { return below(3) - 1; }

  Event calm(Event e) {
    const Event fresh;
    e.t1 = e.t2 = 1;
    e.hosts = e.hosts == 2 && one_in(2) ? 2 : 0;
    e.effect = e.doubt = e.maintenance = e.cut_short = e.announced = 0;
    e.agreement = 1;
    e.certificate_days = fresh.certificate_days;
    return e;
  }

  void change(Event& e) {
    switch (below(11)) {
      case 0:
        e.t1 = answer();
        break;
      case 1:
        e.t2 = answer();
        break;
      case 2:
        e.sts = answer();
        e.remembered_days = e.sts ? below(20) : 0;
        break;
      case 3:
        e.dane = answer();
        break;
      case 4:
        e.hosts = below(4) - 1;
        break;
      case 5:
        e.effect = below(8);
        break;
      case 6:
        e.agreement = below(3);
        break;
      case 7:
        e.doubt = below(2);
        break;
      case 8:
        e.maintenance = below(2);
        e.announced = e.maintenance;
        break;
      case 9:
        e.certificate_days = below(6);
        break;
      default:
        e.t1 = e.t2 = e.sts = e.dane = e.hosts = -1;
        break;
    }
  }

  void disturb(Event& e) {
    switch (below(6)) {
      case 0:
        e.t1 = e.t2 = e.sts = e.dane = e.hosts = -1;
        break;
      case 1:
        e.cut_short = 1;
        break;
      case 2:
        e.wait = 86400 * (1 + below(10));
        break;
      case 3:
        e.wait = 365 * 86400;
        break;
      case 4:
        e.wait = one_in(2) ? -365 * 86400 : -7200;
        break;
      default:
        e.t1 = answer();
        e.t2 = answer();
        break;
    }
  }

  Event word() {
    Event out;
    constexpr Act acts[] = {Act::ask, Act::withdraw, Act::accept, Act::readmit, Act::restart};
    out.act = acts[below(5)];
    return out;
  }

  std::mt19937_64 random_;
};

// Leaves out what is not needed for a rule to break.
std::vector<Event> shortened(std::vector<Event> history, const TrustSettings& settings) {
  for (size_t piece = history.size() / 2; piece > 0; piece /= 2)
    for (size_t at = 0; at + piece <= history.size();) {
      std::vector<Event> fewer = history;
      const auto from = fewer.begin() + static_cast<ptrdiff_t>(at);
      fewer.erase(from, from + static_cast<ptrdiff_t>(piece));
      if (play(fewer, settings).broken.empty())
        at += piece;
      else
        history = std::move(fewer);
    }
  return history;
}

std::string story(const std::vector<Event>& history) {
  std::string out;
  for (size_t i = 0; i < history.size();) {
    const std::string text = to_text(history[i]);
    size_t times = 0;
    while (i < history.size() && to_text(history[i]) == text) ++i, ++times;
    out += std::to_string(times) + " x " + text + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("trust property: a hundred thousand histories break no rule") {
  constexpr uint64_t histories = 100'000;
  size_t moves = 0;
  for (uint64_t seed = 1; seed <= histories; ++seed) {
    const TrustSettings settings = settings_for(seed);
    const std::vector<Event> history = Teller(seed).history();
    const Played played = play(history, settings);
    moves += played.moves;
    if (played.broken.empty()) continue;
    const std::vector<Event> fewest = shortened(history, settings);
    FAIL("seed ", seed, ": ", play(fewest, settings).broken, "\n", story(fewest));
  }
  CHECK(moves > histories);  // they did get in, and out again
}
