#include "monitor/watch/regression.h"

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 4> states{"suspected", "confirmed", "resolved",
                                                 "acknowledged"};
constexpr std::array<std::string_view, decision_count> decisions{
    "baseline-set", "unseen", "unchanged",  "accepted", "suspected", "agreed", "refuted",
    "confirmed",    "held",   "recovering", "relapsed", "resolved",  "aged",   "flapping"};

// An information is for the change log: it needs nobody to end it.
constexpr Seconds information_stays{24 * 3600};

constexpr std::string_view flapping_kind = "flapping";

bool is_worse(const Move& move) { return move.alert != AlertLevel::none; }

// A check that was seen may still not have seen everything it saw before: its comparison says so by
// a move of this kind. Such a look refutes nothing, ends nothing and is no new normal.
bool is_partial(const std::vector<Move>& moves) {
  return std::ranges::any_of(moves, [](const Move& move) { return move.kind == "unknown"; });
}

// Without a comparison of its own a check is compared by its ladder alone.
std::vector<Move> by_ladder(const Check& check, const Judgement& before, const Judgement& after) {
  if (!before.level || !after.level || *before.level == *after.level) return {};
  const bool worse = *after.level < *before.level;
  return {{.kind = worse ? std::string(check.id) + "-weakened" : "improvement",
           .alert = worse ? AlertLevel::ticket : AlertLevel::none,
           .confirm = Confirmation::c2,
           .was = std::string(check.level_name(before.level)),
           .now = std::string(check.level_name(after.level))}};
}

std::vector<Move> compare(const Check& check, const Domain& domain, const Judgement& before,
                          const Judgement& after) {
  if (!after.level && !check.compare_unseen) return {};
  return check.compare ? check.compare(domain, before, after) : by_ladder(check, before, after);
}

const Move* find_move(const std::vector<Move>& moves, const Regression& regression) {
  const auto found = std::ranges::find_if(
      moves, [&](const Move& move) { return is_worse(move) && regression.same_thing(move); });
  return found == moves.end() ? nullptr : &*found;
}

void add_look(Agreement& agreement, const LookContext& look) {
  if (look.now < agreement.last) agreement = {};  // the clock was put back
  if (agreement.looks++ == 0) agreement.first = look.now;
  agreement.last = look.now;
  agreement.second_path |= look.second_path;
}

// One look at one check of one domain.
class CheckLook {
 public:
  CheckLook(DomainWatch& watch, const Domain& domain, const Check& check,
            const Judgement& judgement, const LookContext& look, const ConfirmSettings& settings,
            LookOutcome& out)
      : watch_(watch),
        domain_(domain),
        check_(check),
        judgement_(judgement),
        look_(look),
        settings_(settings),
        out_(out) {}

  void run() {
    const auto base = watch_.baseline.find(check_.id);
    if (base == watch_.baseline.end()) return first_sight();
    moves_ = compare(check_, domain_, base->second, judgement_);
    if (!judgement_.level && std::ranges::none_of(moves_, is_worse)) return not_seen();
    const size_t before = out_.notices.size();
    follow_suspicions();
    follow_confirmed();
    find_new(base->second);
    settle();
    if (judgement_.level && !has_suspicion() && !is_partial(moves_)) accept(base->second, before);
    watch_for_flapping();
  }

 private:
  bool mine(const Regression& regression) const { return regression.check == check_.id; }

  bool has_suspicion() const {
    return std::ranges::any_of(watch_.regressions, [&](const Regression& r) {
      return mine(r) && r.state == RegressionState::suspected;
    });
  }

  Regression* open_flapping() const {
    for (Regression& each : watch_.regressions)
      if (mine(each) && each.kind == flapping_kind && each.open()) return &each;
    return nullptr;
  }

  void tell(Decision decision, const Regression& regression = {}) {
    out_.notices.push_back({decision, std::string(check_.id), regression, {}, {}});
  }

  void want_look(std::optional<Time> at) {
    if (at && (!out_.next_look || *at < *out_.next_look)) out_.next_look = at;
  }

  void turn() { watch_.turns[std::string(check_.id)].push_back(look_.now); }

  void first_sight() {
    if (!judgement_.level) return tell(Decision::unseen);
    watch_.baseline.emplace(check_.id, judgement_);
    tell(Decision::baseline_set);
  }

  // Nothing is decided, but whoever waits for a confirming look still wants one.
  void not_seen() {
    tell(Decision::unseen);
    for (const Regression& each : watch_.regressions) {
      if (!mine(each)) continue;
      if (each.state == RegressionState::suspected) {
        const auto planned = next_look(each.confirm, each.agreement, settings_);
        if (planned) want_look(std::max(*planned, look_.now + retry_after(each.confirm)));
      } else if (each.open() && each.recovery.looks > 0) {
        want_look(look_.now + std::max(Seconds(1), settings_.recovery_wait));
      }
    }
  }

  Seconds retry_after(Confirmation confirm) const {
    const Seconds wait = confirm == Confirmation::c1   ? settings_.content_wait
                         : confirm == Confirmation::c2 ? settings_.absence_wait
                                                       : settings_.connection_wait;
    return std::max(Seconds(1), wait / 2);
  }

  void follow_suspicions() {
    for (Regression& each : watch_.regressions) {
      if (!mine(each) || each.state != RegressionState::suspected) continue;
      const Move* move = find_move(moves_, each);
      if (!move && is_partial(moves_)) {
        want_look(look_.now + retry_after(each.confirm));
        continue;
      }
      if (!move) {
        each.state = RegressionState::resolved;
        each.ended_at = look_.now;
        tell(Decision::refuted, each);  // no turn: nobody was told of it
        continue;
      }
      if (move->now != each.now) each.agreement = {};  // another weakening: begin again
      take(each, *move);
      add_look(each.agreement, look_);
      judge(each, Decision::agreed);
    }
  }

  void take(Regression& regression, const Move& move) const {
    regression.was = move.was;
    regression.now = move.now;
    regression.confirm = move.confirm;
    regression.trust = move.trust;
    regression.severity = severity_for(move, look_.trusted);
  }

  // Confirms the suspicion, or says when to look again.
  void judge(Regression& regression, Decision otherwise) {
    if (!is_confirmed(regression.confirm, regression.agreement, settings_)) {
      tell(otherwise, regression);
      return want_look(next_look(regression.confirm, regression.agreement, settings_));
    }
    if (look_.hold || open_flapping()) {
      tell(Decision::held, regression);
      return want_look(look_.now + retry_after(regression.confirm));
    }
    regression.state = RegressionState::confirmed;
    regression.confirmed_at = look_.now;
    tell(Decision::confirmed, regression);
    turn();
  }

  void follow_confirmed() {
    for (Regression& each : watch_.regressions) {
      if (!mine(each) || !each.open() || each.confirmed_at == look_.now) continue;
      if (each.kind == flapping_kind) continue;
      if (each.severity == AlertLevel::info &&
          look_.now - *each.confirmed_at >= information_stays) {
        end(each, Decision::aged);
        continue;
      }
      const auto against_before = compare(check_, domain_, each.before, judgement_);
      if (const Move* move = find_move(against_before, each)) {
        if (!find_move(moves_, each)) each.now = move->now;  // half way back
        relapse(each);
      } else if (judgement_.level && !is_partial(against_before)) {
        recover(each);
      }
    }
  }

  void relapse(Regression& regression) {
    if (regression.recovery.looks == 0) return;
    regression.recovery = {};
    turn();
    tell(Decision::relapsed, regression);
  }

  void recover(Regression& regression) {
    if (regression.recovery.looks == 0) turn();
    add_look(regression.recovery, look_);
    const bool enough = regression.recovery.looks >= settings_.recovery_count &&
                        look_.now - regression.recovery.first >= settings_.recovery_wait;
    if (enough) return end(regression, Decision::resolved);
    tell(Decision::recovering, regression);
    want_look(std::max(look_.now, regression.recovery.first + settings_.recovery_wait));
  }

  void end(Regression& regression, Decision decision) {
    regression.state = RegressionState::resolved;
    regression.ended_at = look_.now;
    tell(decision, regression);
  }

  void find_new(const Judgement& base) {
    for (const Move& move : moves_) {
      if (!is_worse(move) || known(move)) continue;
      Regression fresh{.check = std::string(check_.id),
                       .kind = move.kind,
                       .cause = move.cause,
                       .since = look_.now,
                       .before = base};
      take(fresh, move);
      add_look(fresh.agreement, look_);
      watch_.regressions.push_back(std::move(fresh));
      judge(watch_.regressions.back(), Decision::suspected);
    }
  }

  bool known(const Move& move) const {
    return std::ranges::any_of(watch_.regressions, [&](const Regression& r) {
      if (!mine(r) || !r.same_thing(move)) return false;
      return r.state == RegressionState::suspected || r.confirmed_at == look_.now ||
             (r.open() && r.now == move.now && r.severity >= severity_for(move, look_.trusted));
    });
  }

  // A second confirmed regression of the same thing deepens the first; ended ones leave.
  void settle() {
    for (Regression& later : watch_.regressions) {
      if (!mine(later) || !later.open() || later.confirmed_at != look_.now) continue;
      for (Regression& first : watch_.regressions) {
        if (&first == &later || !mine(first) || !first.open() || first.kind != later.kind ||
            first.cause != later.cause || first.confirmed_at == look_.now)
          continue;
        first.now = later.now;
        first.severity = std::max(first.severity, later.severity);
        first.trust = later.trust;
        later.state = RegressionState::resolved;
      }
    }
    std::erase_if(watch_.regressions, [&](const Regression& r) {
      return mine(r) && (r.state == RegressionState::resolved);
    });
  }

  void accept(Judgement& base, size_t notices_before) {
    std::vector<Move> told;
    for (const Move& move : moves_)
      if (!is_worse(move)) told.push_back(move);
    const bool moved = base.facts != judgement_.facts || base.level != judgement_.level;
    base = judgement_;
    if (out_.notices.size() != notices_before) return;
    tell(moved && !told.empty() ? Decision::accepted : Decision::unchanged);
    out_.notices.back().moves = std::move(told);
  }

  void watch_for_flapping() {
    auto& turns = watch_.turns[std::string(check_.id)];
    while (!turns.empty() && look_.now - turns.front() > settings_.flap_window) turns.pop_front();
    while (!turns.empty() && turns.back() > look_.now) turns.pop_back();  // the clock was put back
    Regression* const open = open_flapping();
    if (static_cast<int>(turns.size()) > settings_.flap_count && !open) {
      Regression flapping{.check = std::string(check_.id),
                          .kind = std::string(flapping_kind),
                          .severity = AlertLevel::ticket,
                          .confirm = Confirmation::c0,
                          .was = "steady",
                          .now = "turning to and fro",
                          .state = RegressionState::confirmed,
                          .since = turns.front(),
                          .confirmed_at = look_.now,
                          .before = {}};
      tell(Decision::flapping, flapping);
      watch_.regressions.push_back(std::move(flapping));
    } else if (turns.empty()) {
      if (open) {
        end(*open, Decision::resolved);
        settle();
      }
      watch_.turns.erase(std::string(check_.id));
    }
  }

  DomainWatch& watch_;
  const Domain& domain_;
  const Check& check_;
  const Judgement& judgement_;
  const LookContext& look_;
  const ConfirmSettings& settings_;
  LookOutcome& out_;
  std::vector<Move> moves_{};
};

}  // namespace

std::string_view to_text(RegressionState state) { return states[static_cast<size_t>(state)]; }
std::string_view to_text(Decision decision) { return decisions[static_cast<size_t>(decision)]; }

AlertLevel severity_for(const Move& move, bool trusted) {
  if (trusted || move.alert != AlertLevel::page) return move.alert;
  const bool forgeable = move.kind == "spf-open" || move.kind == "dmarc-removed";
  return forgeable ? AlertLevel::page : AlertLevel::ticket;
}

LookOutcome notice(DomainWatch& watch, const Domain& domain, std::span<const Check* const> checks,
                   const std::vector<Judgement>& judgements, const LookContext& look,
                   const ConfirmSettings& settings) {
  LookOutcome out;
  for (size_t i = 0; i < checks.size(); ++i)
    CheckLook(watch, domain, *checks[i], judgements[i], look, settings, out).run();
  return out;
}

void remark_renewals(DomainWatch& watch, LookOutcome& outcome, const Posture& posture) {
  constexpr std::string_view endpoint = "endpoint:";
  learn_renewals(watch.renewals, posture);
  for (Notice& each : outcome.notices) {
    const std::string_view cause = each.regression.cause;
    if (each.regression.kind == "cert-expiring" && cause.starts_with(endpoint))
      each.remark = renewal_remark(watch.renewals, cause.substr(endpoint.size()), posture.at);
  }
}

bool acknowledge(DomainWatch& watch, std::string_view check, std::string_view kind,
                 std::string_view cause, Time) {
  return std::erase_if(watch.regressions, [&](const Regression& r) {
           return r.open() && r.check == check && r.kind == kind && r.cause == cause;
         }) > 0;
}

bool is_unsettled(const DomainWatch& watch) {
  return std::ranges::any_of(watch.regressions, [](const Regression& each) {
    return each.state == RegressionState::suspected || each.recovery.looks > 0;
  });
}

}  // namespace mailfleet
