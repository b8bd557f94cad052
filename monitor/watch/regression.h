// From looks to regressions, for one domain. Pure: told the time, told what was seen.
//
// Each check has a baseline: the judgement that was last accepted. A look is compared with it on
// effective values (Check::compare). What got worse becomes a suspicion, which further looks must
// confirm (confirm.h); what is equal or better is accepted at once. A confirmed regression stays
// open until enough good looks in a row, or until somebody acknowledges it. The first look sets the
// baseline and never alarms; a check that could not be seen changes nothing.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/base/check.h"
#include "monitor/watch/confirm.h"
#include "monitor/watch/renewal.h"

namespace mailfleet {

enum class RegressionState : uint8_t { suspected, confirmed, resolved, acknowledged };
std::string_view to_text(RegressionState state);

// One thing that got worse on one domain.
struct Regression {
  std::string check{};
  std::string kind{};
  std::string cause{};  // shared cause, or empty
  AlertLevel severity = AlertLevel::info;
  Confirmation confirm = Confirmation::c1;
  TrustEffect trust = TrustEffect::keep;
  std::string was{};
  std::string now{};
  RegressionState state = RegressionState::suspected;
  Time since{};  // the first look that saw it
  std::optional<Time> confirmed_at{};
  std::optional<Time> ended_at{};  // resolved or acknowledged
  Agreement agreement{};           // looks that saw it, since `since`
  Agreement recovery{};            // good looks in a row, once confirmed
  Judgement before{};              // the baseline it is measured against

  bool open() const { return state == RegressionState::confirmed; }
  bool same_thing(const Move& move) const { return kind == move.kind && cause == move.cause; }
  bool operator==(const Regression&) const = default;
};

// Why a look led to what it led to: shown, stored and counted.
enum class Decision : uint8_t {
  baseline_set,  // first sight
  unseen,        // could not be seen: nothing decided
  unchanged,
  accepted,   // neutral or better
  suspected,  // worse for the first time
  agreed,     // seen again, not sure yet
  refuted,    // the suspicion did not last
  confirmed,
  held,        // sure, but the fleet or the monitor is in doubt, or maintenance is on
  recovering,  // good again, not long enough
  relapsed,    // worse again while recovering
  resolved,
  aged,      // an information that needs no ending
  flapping,  // too many turns: one ticket, no pages
};
std::string_view to_text(Decision decision);
constexpr size_t decision_count = 14;

// What is remembered of a domain between looks. Stored with it, whole.
struct DomainWatch {
  std::map<std::string, Judgement, std::less<>> baseline{};      // by check id
  std::vector<Regression> regressions{};                         // not ended
  std::map<std::string, std::deque<Time>, std::less<>> turns{};  // of late, for flapping
  std::map<std::string, Time, std::less<>> young_selectors{};    // of DKIM (remembered.h)
  RenewalHabits renewals{};                                      // of its mail hosts

  bool operator==(const DomainWatch&) const = default;
};

struct Notice {
  Decision decision = Decision::unchanged;
  std::string check{};
  Regression regression{};    // as it stands after the decision; empty kind when none is meant
  std::vector<Move> moves{};  // for `accepted`: what moved, for the change log
  std::string remark{};       // what else people should know; added to the evidence
};

struct LookContext {
  Time now{};
  bool second_path = false;  // the look was made over the second resolver path
  bool trusted = false;      // the domain is on the trusted list
  bool hold = false;         // confirm nothing now
};

struct LookOutcome {
  std::vector<Notice> notices{};
  std::optional<Time> next_look{};  // when a confirming look is wanted
};

// `judgements` in the order of `checks`.
LookOutcome notice(DomainWatch& watch, const Domain& domain, std::span<const Check* const> checks,
                   const std::vector<Judgement>& judgements, const LookContext& look,
                   const ConfirmSettings& settings);

// Learns from the look when certificates are renewed, and adds to what is told of one that runs
// out.
void remark_renewals(DomainWatch& watch, LookOutcome& outcome, const Posture& posture);

// Somebody says: we know. The regression ends as acknowledged; what is seen now is the new normal.
// False when there is no such open regression.
bool acknowledge(DomainWatch& watch, std::string_view check, std::string_view kind,
                 std::string_view cause, Time now);

// Something waits for a confirming look: a suspicion, or a recovery under way.
bool is_unsettled(const DomainWatch& watch);

// Severities are written for the trusted list: for a domain that is merely watched a page becomes a
// ticket, except for what lets anyone forge it.
AlertLevel severity_for(const Move& move, bool trusted);

}  // namespace mailfleet
