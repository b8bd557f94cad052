#include "monitor/watch/trust_entry.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr std::array all_paths{TrustPath::t1, TrustPath::t2, TrustPath::t3_by_mta_sts,
                               TrustPath::t3_by_dane};
// Good looks that bring back an entry which was suspended only for not being seen, or for a
// certificate that has been renewed since.
constexpr int recover_soon_observations = 2;
// Pinned names while a migration is announced; beyond it the oldest are let go.
constexpr size_t max_pins = 50;

bool has_effect(const TrustLook& look, TrustEffect effect) {
  return std::ranges::find(look.effects, effect) != look.effects.end();
}

// Any open regression that touches trust keeps a domain out.
bool is_marked(const TrustLook& look) {
  return look.open_regression || std::ranges::any_of(look.effects, [](TrustEffect effect) {
           return effect != TrustEffect::keep && effect != TrustEffect::attr_off;
         });
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

void add_missing(std::vector<std::string>& to, const std::vector<std::string>& more) {
  for (const std::string& each : more)
    if (!contains(to, each)) to.push_back(each);
}

void advance(Window& window, Answer3 holds, Time now, Seconds longest_gap) {
  if (!holds) return;  // not seen: neither counted nor broken
  // A clock that was set back says nothing about how long anything held.
  if (!*holds || now < window.last) window = {};
  if (!*holds) return;
  const bool interrupted = window.since && now - window.last > longest_gap;
  if (!window.since || interrupted) window = {.since = now};
  window.last = now;
  ++window.looks;
}

bool is_certificate_trouble(const std::vector<std::string>& reasons) {
  return !reasons.empty() && std::ranges::all_of(reasons, [](const std::string& code) {
    return code.starts_with("cert-");
  });
}

// One look at one entry: each step may change it, `run` compares.
class TrustStep {
 public:
  TrustStep(TrustEntry& entry, const Eligibility& eligibility, const TrustLook& look,
            const TrustSettings& settings)
      : entry_(entry), eligibility_(eligibility), look_(look), settings_(settings) {}

  std::optional<TrustTransition> run() {
    if (entry_.state == TrustState::withdrawn) return {};
    distrust_the_future();
    take_step();
    if (!look_.complete) {
      if (entry_.state == TrustState::active) show_age();
      return {};
    }
    const TrustState state = entry_.state;
    const Tier tier = entry_.tier;
    count();
    if (state == TrustState::active)
      stay();
    else if (state == TrustState::suspended)
      come_back();
    else
      wait_at_the_door();
    if (entry_.state == state && entry_.tier == tier) return {};
    if (entry_.state != state) entry_.since = look_.now;
    return TrustTransition{state, entry_.state, tier, entry_.tier, causes_};
  }

 private:
  // What was noted under a clock that went ahead must not protect anyone for as long.
  void distrust_the_future() {
    const auto cap = [&](std::optional<Time>& time) {
      if (time && *time > look_.now) time = look_.now;
    };
    cap(entry_.last_verified);
    cap(entry_.withdraw_asked);
    cap(entry_.last_look);
  }

  // The time since the look before; what lies in a longer gap was not looked at.
  void take_step() {
    if (entry_.last_look) step_ = std::min(look_.now - *entry_.last_look, settings_.stale_after);
    entry_.last_look = look_.now;
  }

  Answer3 holds(TrustPath path) const {
    switch (path) {
      case TrustPath::t1:
        return look_.has_agreement ? eligibility_.t1 : Answer3{false};
      case TrustPath::t2:
        return look_.has_agreement ? eligibility_.t2 : Answer3{false};
      case TrustPath::t3_by_mta_sts:
        return eligibility_.t3_by_mta_sts();
      case TrustPath::t3_by_dane:
        break;
    }
    return eligibility_.t3_by_dane();
  }

  void count() {
    const bool known = !eligibility_.operators.empty();
    if (known && entry_.operators != eligibility_.operators) {
      entry_.windows = {};  // other people are in control: nothing has held under them yet
      if (is_listed(entry_.state)) return;
      entry_.operators = eligibility_.operators;
    }
    for (const TrustPath path : all_paths) {
      Answer3 answer = holds(path);
      if (answer == true && (is_marked(look_) || certificate_ends_soon(path))) answer = false;
      advance(entry_.windows[static_cast<size_t>(path)], answer, look_.now, settings_.stale_after);
    }
  }

  bool certificate_ends_soon(TrustPath path) const {
    if (path == TrustPath::t1 || path == TrustPath::t3_by_dane) return false;
    // One that is inside may stay till its certificate ends.
    const Tier tier = path == TrustPath::t2 ? Tier::t2 : Tier::t3;
    if (entry_.state == TrustState::active && entry_.tier >= tier) return false;
    return eligibility_.certificate_not_after &&
           *eligibility_.certificate_not_after - look_.now < settings_.least_certificate_left;
  }

  Seconds needed(TrustPath path) const {
    if (path == TrustPath::t3_by_mta_sts) return settings_.admit_after_mta_sts;
    return path == TrustPath::t3_by_dane ? settings_.admit_after_dane : settings_.admit_after;
  }

  bool has_earned(TrustPath path) const {
    const Window& window = entry_.windows[static_cast<size_t>(path)];
    return holds(path) == true && window.since && look_.now - *window.since >= needed(path) &&
           window.looks >= settings_.admit_observations;
  }

  std::optional<Tier> earned() const {
    if (look_.fleet_in_doubt || entry_.withdraw_asked) return {};
    if (has_earned(TrustPath::t3_by_mta_sts) || has_earned(TrustPath::t3_by_dane)) return Tier::t3;
    if (has_earned(TrustPath::t2)) return Tier::t2;
    if (has_earned(TrustPath::t1)) return Tier::t1;
    return {};
  }

  void wait_at_the_door() {
    if (const auto tier = earned()) {
      entry_.state = TrustState::active;
      entry_.tier = *tier;
      entry_.pins = eligibility_.mx_hosts;
      entry_.step_down_at.reset();
      verified();
      return explain({"admitted"});
    }
    const bool coming = look_.has_agreement || look_.agreement_ahead || eligibility_.t3() == true;
    // Unknown does not send a waiting domain away.
    if (coming)
      entry_.state = TrustState::pending;
    else if (eligibility_.tier)
      entry_.state = TrustState::none;
    std::vector<std::string> reasons = eligibility_.reasons;
    if (look_.agreement_ahead)
      reasons.emplace_back("agreement-date-ahead");
    else if (!look_.has_agreement && eligibility_.t3() != true)
      reasons.emplace_back("no-agreement");
    else if (reasons.empty() || (eligibility_.tier && *eligibility_.tier != Tier::none))
      reasons.emplace_back("window-not-full");
    explain(std::move(reasons));
  }

  void verified() {
    entry_.last_verified = look_.now;
    entry_.unseen_for = Seconds(0);
    entry_.stale = false;
  }

  void explain(std::vector<std::string> codes) {
    causes_ = codes;
    entry_.reasons = std::move(codes);
  }

  void stay() {
    hear_of_leaving();
    if (suspend_for_regressions()) return;
    plan_step_down();
    if (!hosts_are_known()) return grow_stale();
    if (lacks_agreement() || step_down()) return;
    if (!keeps_its_tier()) return grow_stale();
    verified();
    entry_.reasons.clear();
    if (entry_.step_down_at) entry_.reasons = {"commitment-ending"};
    if (entry_.asked_by_look && !has_effect(look_, TrustEffect::withdraw_after_ack)) {
      entry_.withdraw_asked.reset();
      entry_.asked_by_look = false;
    }
    follow_hosts();
    climb();
  }

  void hear_of_leaving() {
    if (entry_.withdraw_asked || !has_effect(look_, TrustEffect::withdraw_after_ack)) return;
    entry_.withdraw_asked = look_.now;
    entry_.asked_by_look = true;
  }

  void suspend(std::vector<std::string> codes) {
    entry_.state = TrustState::suspended;
    entry_.wants_acknowledgement = false;
    entry_.for_unknown = false;
    entry_.unseen_for = Seconds(0);
    entry_.recovery = {};
    explain(std::move(codes));
  }

  // New hosts that the domain's own enforced policy or its signed zone vouches for, or that were
  // pinned because a person announced or acknowledged them.
  bool hosts_are_vouched() const {
    if (eligibility_.t3() == true) return true;
    return !eligibility_.mx_hosts.empty() &&
           std::ranges::all_of(eligibility_.mx_hosts, [&](const std::string& host) {
             return contains(entry_.pins, host) || contains(look_.announced_mx, host);
           });
  }

  bool hosts_are_known() const {
    return eligibility_.mx_hosts.empty() || hosts_are_vouched() ||
           std::ranges::includes(entry_.operators, eligibility_.operators);
  }

  bool suspend_for_regressions() {
    const bool foreign = has_effect(look_, TrustEffect::suspend_until_ack) && !hosts_are_vouched();
    if (!foreign && !has_effect(look_, TrustEffect::suspend)) return false;
    std::vector<std::string> kinds;
    for (size_t i = 0; i < look_.effects.size() && i < look_.effect_kinds.size(); ++i)
      if (look_.effects[i] == TrustEffect::suspend ||
          (foreign && look_.effects[i] == TrustEffect::suspend_until_ack))
        kinds.push_back(look_.effect_kinds[i]);
    suspend(std::move(kinds));
    entry_.wants_acknowledgement = foreign;
    return true;
  }

  // T1 and T2 are promised with the organisation's consent only.
  bool lacks_agreement() {
    if (entry_.tier == Tier::t3 || look_.has_agreement || earned() == Tier::t3) return false;
    suspend({look_.agreement_ahead ? "agreement-date-ahead" : "no-agreement"});
    return true;
  }

  // The promise of T3 was taken back, or vanished: it holds as long as senders hold to it.
  void plan_step_down() {
    if (entry_.tier != Tier::t3) return entry_.step_down_at.reset();
    if (look_.fleet_in_doubt) return;
    const bool taken_back =
        has_effect(look_, TrustEffect::step_down_72h) ||
        (has_effect(look_, TrustEffect::dane_off) && eligibility_.by_mta_sts != true);
    const bool vanished = has_effect(look_, TrustEffect::step_down_at_max_age);
    const Answer3 promised = eligibility_.t3();
    if (!taken_back && !vanished && promised == true) return entry_.step_down_at.reset();
    if (!taken_back && !vanished && !promised) return;
    const Time grace = look_.now + settings_.step_down_after;
    const bool remembered = !taken_back && (vanished || !eligibility_.policy_read);
    const Time planned = remembered ? look_.remembered_until.value_or(grace) : grace;
    entry_.step_down_at = std::min(entry_.step_down_at.value_or(planned), planned);
  }

  bool step_down() {
    if (!entry_.step_down_at || look_.now < *entry_.step_down_at || look_.fleet_in_doubt)
      return false;
    // What is unknown, or was lost in this look only, is for others to decide.
    if (eligibility_.t3() == true || eligibility_.t1 != true || !eligibility_.t2) return false;
    entry_.step_down_at.reset();
    if (!look_.has_agreement) {
      suspend({"commitment-ended", "no-agreement"});
      return true;
    }
    entry_.tier = eligibility_.t2 == true ? Tier::t2 : Tier::t1;
    verified();
    follow_hosts();
    explain({"commitment-ended"});
    return true;
  }

  bool is_remembered() const {
    return look_.remembered_until && look_.now < *look_.remembered_until;
  }

  // What the entry says is confirmed by this look.
  bool keeps_its_tier() const {
    const Answer3 promised = eligibility_.t3();
    if (entry_.tier != Tier::t3 || promised == true) return eligibility_.holds(entry_.tier) == true;
    if (!entry_.step_down_at) return !promised && is_remembered() && eligibility_.t2 == true;
    if (look_.now >= *entry_.step_down_at) return false;
    // In grace: the tier that follows must hold. Under DANE the chain was never promised.
    const bool by_dane = has_effect(look_, TrustEffect::dane_off);
    return eligibility_.t2 == true ||
           (by_dane && eligibility_.t2 == false && eligibility_.t1 == true);
  }

  // Both old and announced names stay valid while a migration is announced.
  void follow_hosts() {
    if (eligibility_.mx_hosts.empty()) return;
    if (!look_.announced_mx.empty()) {
      if (entry_.pins.size() > max_pins) entry_.pins.clear();
      add_missing(entry_.pins, eligibility_.mx_hosts);
      return add_missing(entry_.pins, look_.announced_mx);
    }
    entry_.pins = eligibility_.mx_hosts;
    entry_.operators = eligibility_.operators;
  }

  void climb() {
    const auto tier = earned();
    if (!tier || *tier <= entry_.tier) return;
    entry_.tier = *tier;
    explain({"tier-raised"});
  }

  void show_age() {
    if (look_.fleet_in_doubt) return;
    entry_.stale =
        !entry_.last_verified || look_.now - *entry_.last_verified > settings_.stale_after;
    if (entry_.stale) entry_.reasons = {"stale"};
  }

  void grow_stale() {
    if (look_.fleet_in_doubt) return;
    if (!look_.maintenance) entry_.unseen_for += step_;
    if (entry_.unseen_for <= settings_.suspend_unknown_after) return show_age();
    const bool foreign = !hosts_are_known();
    suspend({foreign ? "mx-moved" : "not-verified"});
    entry_.for_unknown = !foreign;
    entry_.wants_acknowledgement = foreign;
  }

  void come_back() {
    hear_of_leaving();
    if (has_effect(look_, TrustEffect::suspend)) entry_.for_unknown = false;
    if (has_effect(look_, TrustEffect::suspend_until_ack) && !hosts_are_vouched()) {
      entry_.wants_acknowledgement = true;
      entry_.for_unknown = false;
    }
    if (look_.fleet_in_doubt) return;
    plan_step_down();  // a promise that is seen again is not about to end
    Answer3 good = may_return();
    if (has_effect(look_, TrustEffect::suspend) || !hosts_are_known()) good = false;
    if (entry_.wants_acknowledgement && good == true && eligibility_.t3() != true) good = false;
    advance(entry_.recovery, good, look_.now, settings_.stale_after);
    const bool soon = entry_.for_unknown || is_certificate_trouble(entry_.reasons);
    const int looks = soon ? recover_soon_observations : settings_.recover_observations;
    const Seconds wait = soon ? Seconds(0) : settings_.recover_after;
    if (good != true || entry_.recovery.looks < looks || look_.now - *entry_.recovery.since < wait)
      return;
    entry_.state = TrustState::active;
    entry_.tier = tier_of_return();
    entry_.wants_acknowledgement = false;
    entry_.for_unknown = false;
    entry_.recovery = {};
    follow_hosts();
    verified();
    explain({"recovered"});
  }

  // Whether it may be what it was, or hold what lies below a promise that is known to be gone.
  // Not knowing lowers no tier.
  Answer3 may_return() const {
    if (entry_.tier == Tier::t3) {
      const Answer3 promised = eligibility_.t3();
      if (promised == true) return true;
      if (!promised) return is_remembered() ? eligibility_.t2 : Answer3{};
    }
    if (!look_.has_agreement) return earned() == Tier::t3;
    if (entry_.tier == Tier::t1) return eligibility_.t1;
    return certificate_ends_soon(TrustPath::t2) ? Answer3{false} : eligibility_.t2;
  }

  Tier tier_of_return() const {
    if (!look_.has_agreement && entry_.tier != Tier::t3) return Tier::t3;
    return entry_.tier == Tier::t3 && eligibility_.t3() == false ? Tier::t2 : entry_.tier;
  }

  TrustEntry& entry_;
  const Eligibility& eligibility_;
  const TrustLook& look_;
  const TrustSettings& settings_;
  std::vector<std::string> causes_{};
  Seconds step_{0};
};

TrustTransition move_to(TrustEntry& entry, TrustState state, std::string cause, Time now) {
  TrustTransition out{entry.state, state, entry.tier, entry.tier, {cause}};
  entry.state = state;
  entry.since = now;
  entry.reasons = {std::move(cause)};
  return out;
}

}  // namespace

void add_regressions(TrustLook& look, const DomainWatch& watch) {
  // Whether mail from the domain can be believed is another question than how mail to it travels.
  static constexpr std::array<std::string_view, 6> transport{"mx",      "starttls", "certificate",
                                                             "mta_sts", "dane",     "dnssec"};
  for (const Regression& regression : watch.regressions) {
    if (!regression.open()) continue;
    look.effects.push_back(regression.trust);
    look.effect_kinds.push_back(regression.kind);
    look.open_regression |= regression.severity >= AlertLevel::ticket &&
                            std::ranges::find(transport, regression.check) != transport.end();
  }
}

std::optional<TrustTransition> take_look(TrustEntry& entry, const Eligibility& eligibility,
                                         const TrustLook& look, const TrustSettings& settings) {
  return TrustStep(entry, eligibility, look, settings).run();
}

void acknowledge_change(TrustEntry& entry, const Eligibility& last_seen) {
  entry.wants_acknowledgement = false;
  add_missing(entry.pins, last_seen.mx_hosts);
  add_missing(entry.operators, last_seen.operators);
  std::ranges::sort(entry.operators);
}

void ask_withdrawal(TrustEntry& entry, Time now) {
  if (!entry.withdraw_asked) entry.withdraw_asked = now;
  entry.asked_by_look = false;
}

std::optional<TrustTransition> acknowledge_withdrawal(TrustEntry& entry, Time now) {
  if (!is_listed(entry.state) || !entry.withdraw_asked ||
      now - *entry.withdraw_asked < least_withdrawal_wait)
    return {};
  return move_to(entry, TrustState::withdrawn, "opted-out", now);
}

std::optional<TrustTransition> readmit(TrustEntry& entry, Time now) {
  entry.withdraw_asked.reset();
  entry.asked_by_look = false;
  if (entry.state != TrustState::withdrawn) return {};
  TrustTransition out{
      TrustState::withdrawn, TrustState::pending, entry.tier, Tier::none, {"readmitted"}};
  entry = TrustEntry{.state = TrustState::pending, .since = now, .reasons = {"readmitted"}};
  return out;
}

std::optional<TrustTransition> leave_list(TrustEntry& entry, Time now) {
  if (entry.state != TrustState::active) return {};
  entry.recovery = {};
  entry.for_unknown = false;
  return move_to(entry, TrustState::suspended, "left-the-list", now);
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
