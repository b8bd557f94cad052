#include "monitor/watch/trust_entry.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr std::array all_tiers{Tier::t1, Tier::t2, Tier::t3};
// Good looks that bring back an entry which was suspended only for not being seen.
constexpr int recover_unknown_observations = 2;

Window& window_of(TrustEntry& entry, Tier tier) {
  return entry.windows[static_cast<size_t>(tier) - 1];
}

bool has_effect(const TrustLook& look, TrustEffect effect) {
  return std::ranges::find(look.effects, effect) != look.effects.end();
}

// Any open regression that touches trust keeps a domain out.
bool is_marked(const TrustLook& look) {
  return std::ranges::any_of(look.effects, [](TrustEffect effect) {
    return effect != TrustEffect::keep && effect != TrustEffect::attr_off;
  });
}

void advance(Window& window, Answer3 holds, Time now, Seconds longest_gap) {
  if (!holds) return;  // not seen: neither counted nor broken
  if (!*holds) {
    window = {};
    return;
  }
  const bool interrupted = window.since && now - window.last > longest_gap;
  if (!window.since || interrupted) window = {.since = now};
  window.last = now;
  ++window.looks;
}

// How long the tier must have held, by what carries it.
Seconds needed(Tier tier, const Eligibility& eligibility, const TrustSettings& settings) {
  if (tier != Tier::t3) return settings.admit_after;
  return eligibility.by_dane == true ? settings.admit_after_dane : settings.admit_after_mta_sts;
}

bool is_full(const Window& window, Seconds needed_time, const TrustSettings& settings, Time now) {
  return window.since && now - *window.since >= needed_time &&
         window.looks >= settings.admit_observations;
}

// One look at one entry: each step may change it, `finish` compares.
class TrustStep {
 public:
  TrustStep(TrustEntry& entry, const Eligibility& eligibility, const TrustLook& look,
            const TrustSettings& settings)
      : entry_(entry), eligibility_(eligibility), look_(look), settings_(settings) {}

  std::optional<TrustTransition> run() {
    const TrustState state = entry_.state;
    const Tier tier = entry_.tier;
    count();
    switch (entry_.state) {
      case TrustState::none:
      case TrustState::pending:
        wait_at_the_door();
        break;
      case TrustState::active:
        stay();
        break;
      case TrustState::suspended:
        come_back();
        break;
      case TrustState::withdrawn:
        return {};
    }
    if (entry_.state == state && entry_.tier == tier) return {};
    if (entry_.state != state) entry_.since = look_.now;
    return TrustTransition{state, entry_.state, tier, entry_.tier, causes_};
  }

 private:
  bool may_promise(Tier tier) const { return tier == Tier::t3 || look_.has_agreement; }

  void count() {
    for (const Tier tier : all_tiers) {
      Answer3 holds = eligibility_.holds(tier);
      if (holds == true && (is_marked(look_) || certificate_ends_soon(tier))) holds = false;
      advance(window_of(entry_, tier), holds, look_.now, settings_.stale_after);
    }
  }

  bool certificate_ends_soon(Tier tier) const {
    if (tier == Tier::t1 || entry_.state == TrustState::active) return false;
    if (tier == Tier::t3 && eligibility_.by_dane == true) return false;
    return eligibility_.certificate_not_after &&
           *eligibility_.certificate_not_after - look_.now < settings_.least_certificate_left;
  }

  std::optional<Tier> earned() const {
    for (const Tier tier : {Tier::t3, Tier::t2, Tier::t1}) {
      if (!may_promise(tier) || eligibility_.holds(tier) != true) continue;
      if (is_full(entry_.windows[static_cast<size_t>(tier) - 1],
                  needed(tier, eligibility_, settings_), settings_, look_.now))
        return tier;
    }
    return {};
  }

  void wait_at_the_door() {
    if (const auto tier = earned()) {
      entry_.state = TrustState::active;
      entry_.tier = *tier;
      entry_.pins = eligibility_.mx_hosts;
      entry_.operators = eligibility_.operators;
      entry_.stale = false;
      verified();
      return explain({"admitted"});
    }
    const bool coming = look_.has_agreement || look_.agreement_ahead || eligibility_.t3() == true;
    // Unknown does not send a waiting domain away.
    if (coming)
      entry_.state = TrustState::pending;
    else if (eligibility_.tier)
      entry_.state = TrustState::none;
    entry_.reasons = eligibility_.reasons;
    if (entry_.state != TrustState::pending) return;
    if (look_.agreement_ahead)
      entry_.reasons.emplace_back("agreement-date-ahead");
    else if (!look_.has_agreement && eligibility_.t3() != true)
      entry_.reasons.emplace_back("no-agreement");
    else if (eligibility_.tier && *eligibility_.tier != Tier::none)
      entry_.reasons.emplace_back("window-not-full");
  }

  void verified() { entry_.last_verified = look_.now; }

  void explain(std::vector<std::string> codes) {
    causes_ = codes;
    entry_.reasons = std::move(codes);
  }

  void stay() {
    if (suspend_for_regressions()) return;
    if (has_effect(look_, TrustEffect::withdraw_after_ack) && !entry_.withdraw_asked)
      entry_.withdraw_asked = look_.now;
    plan_step_down();
    if (step_down()) return;
    if (entry_.step_down_at && eligibility_.t1 == true) {  // the promise outlives its record
      verified();
      entry_.stale = false;
      entry_.reasons = {"commitment-ending"};
      return;
    }
    if (eligibility_.holds(entry_.tier) == true) {
      verified();
      entry_.stale = false;
      entry_.reasons.clear();
      follow_hosts();
      climb();
      return;
    }
    grow_stale();
  }

  bool suspend_for_regressions() {
    const bool until_acknowledged =
        has_effect(look_, TrustEffect::suspend_until_ack) && !covered_by_own_commitment();
    if (!until_acknowledged && !has_effect(look_, TrustEffect::suspend)) return false;
    entry_.state = TrustState::suspended;
    entry_.wants_acknowledgement = until_acknowledged;
    entry_.for_unknown = false;
    entry_.recovery = {};
    std::vector<std::string> kinds;
    for (size_t i = 0; i < look_.effects.size() && i < look_.effect_kinds.size(); ++i)
      if (look_.effects[i] == TrustEffect::suspend ||
          look_.effects[i] == TrustEffect::suspend_until_ack)
        kinds.push_back(look_.effect_kinds[i]);
    explain(std::move(kinds));
    return true;
  }

  // The promise of T3 was taken back, or vanished: it holds as long as senders hold to it.
  void plan_step_down() {
    if (entry_.tier != Tier::t3) return entry_.step_down_at.reset();
    const bool taken_back =
        has_effect(look_, TrustEffect::step_down_72h) ||
        (has_effect(look_, TrustEffect::dane_off) && eligibility_.by_mta_sts != true);
    const bool vanished = has_effect(look_, TrustEffect::step_down_at_max_age);
    if (!taken_back && !vanished) {
      if (eligibility_.t3() == true) entry_.step_down_at.reset();
      return;
    }
    if (entry_.step_down_at) return;
    entry_.step_down_at =
        taken_back ? look_.now + settings_.step_down_after
                   : look_.remembered_until.value_or(look_.now + settings_.step_down_after);
  }

  bool step_down() {
    if (!entry_.step_down_at || look_.now < *entry_.step_down_at) return false;
    entry_.step_down_at.reset();
    if (eligibility_.t3() == true) return false;
    if (eligibility_.t2 == true)
      entry_.tier = Tier::t2;
    else if (eligibility_.t1 == true)
      entry_.tier = Tier::t1;
    else {
      entry_.state = TrustState::suspended;
      entry_.recovery = {};
      entry_.for_unknown = !eligibility_.tier;
    }
    explain({"commitment-ended"});
    if (entry_.state == TrustState::active) verified();
    return true;
  }

  // Names within the same operator may change; both old and announced ones stay valid.
  void follow_hosts() {
    entry_.pins = eligibility_.mx_hosts;
    for (const std::string& host : look_.announced_mx)
      if (std::ranges::find(entry_.pins, host) == entry_.pins.end()) entry_.pins.push_back(host);
    entry_.operators = eligibility_.operators;
  }

  void climb() {
    const auto tier = earned();
    if (!tier || *tier <= entry_.tier) return;
    entry_.tier = *tier;
    explain({"tier-raised"});
  }

  void grow_stale() {
    if (look_.fleet_in_doubt) return;
    const Seconds age = look_.now - entry_.last_verified.value_or(look_.now);
    if (age > settings_.suspend_unknown_after) {
      entry_.state = TrustState::suspended;
      entry_.for_unknown = true;
      entry_.wants_acknowledgement = false;
      entry_.recovery = {};
      return explain({"not-verified"});
    }
    entry_.stale = age > settings_.stale_after;
    if (entry_.stale) entry_.reasons = {"stale"};
  }

  void come_back() {
    if (has_effect(look_, TrustEffect::withdraw_after_ack) && !entry_.withdraw_asked)
      entry_.withdraw_asked = look_.now;
    if (entry_.wants_acknowledgement && !covered_by_own_commitment()) {
      entry_.recovery = {};
      return;
    }
    const bool suspended = has_effect(look_, TrustEffect::suspend);
    Answer3 good = eligibility_.holds(lowest());
    if (suspended) good = false;
    advance(entry_.recovery, good, look_.now, settings_.stale_after);
    const int looks =
        entry_.for_unknown ? recover_unknown_observations : settings_.recover_observations;
    const Seconds wait = entry_.for_unknown ? Seconds(0) : settings_.recover_after;
    if (good != true || entry_.recovery.looks < looks || look_.now - *entry_.recovery.since < wait)
      return;
    entry_.state = TrustState::active;
    entry_.tier = *best_now();
    entry_.wants_acknowledgement = false;
    entry_.for_unknown = false;
    entry_.stale = false;
    entry_.recovery = {};
    follow_hosts();
    verified();
    explain({"recovered"});
  }

  // New hosts that the domain's own enforced policy, or its signed zone, vouches for.
  bool covered_by_own_commitment() const { return eligibility_.t3() == true; }

  // The tier that a returning entry must reach: its own, or a lower one that it may still hold.
  Tier lowest() const { return entry_.tier == Tier::t1 ? Tier::t1 : Tier::t2; }

  std::optional<Tier> best_now() const {
    for (const Tier tier : {entry_.tier, Tier::t3, Tier::t2, Tier::t1})
      if (tier <= entry_.tier && tier != Tier::none && eligibility_.holds(tier) == true)
        return tier;
    return eligibility_.tier;
  }

  TrustEntry& entry_;
  const Eligibility& eligibility_;
  const TrustLook& look_;
  const TrustSettings& settings_;
  std::vector<std::string> causes_{};
};

TrustTransition move_to(TrustEntry& entry, TrustState state, std::string cause, Time now) {
  TrustTransition out{entry.state, state, entry.tier, entry.tier, {cause}};
  entry.state = state;
  entry.since = now;
  entry.reasons = {std::move(cause)};
  return out;
}

}  // namespace

std::optional<TrustTransition> take_look(TrustEntry& entry, const Eligibility& eligibility,
                                         const TrustLook& look, const TrustSettings& settings) {
  if (!look.complete) return {};
  return TrustStep(entry, eligibility, look, settings).run();
}

std::optional<TrustTransition> acknowledge_change(TrustEntry& entry, Time) {
  // The entry returns by itself, over the recovery window, with the new hosts pinned.
  entry.wants_acknowledgement = false;
  return {};
}

void ask_withdrawal(TrustEntry& entry, Time now) {
  if (!entry.withdraw_asked) entry.withdraw_asked = now;
}

std::optional<TrustTransition> acknowledge_withdrawal(TrustEntry& entry, Time now) {
  const bool listed = entry.state == TrustState::active || entry.state == TrustState::suspended;
  if (!listed || !entry.withdraw_asked || now - *entry.withdraw_asked < least_withdrawal_wait)
    return {};
  return move_to(entry, TrustState::withdrawn, "opted-out", now);
}

std::optional<TrustTransition> readmit(TrustEntry& entry, Time now) {
  if (entry.state != TrustState::withdrawn) return {};
  TrustTransition out{
      TrustState::withdrawn, TrustState::pending, entry.tier, Tier::none, {"readmitted"}};
  entry = TrustEntry{.state = TrustState::pending, .since = now, .reasons = {"readmitted"}};
  return out;
}

TrustView view_of(const TrustEntry& entry, const Eligibility& eligibility) {
  return {.tier = entry.tier,
          .state = entry.state,
          .eligibility = eligibility,
          .reasons = entry.reasons,
          .since = entry.since,
          .last_verified = entry.last_verified,
          .stale = entry.stale};
}

}  // namespace mailfleet
