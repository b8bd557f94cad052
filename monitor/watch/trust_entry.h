// One domain's place on the trusted list: slow in, never out by accident. Pure.
//
// In: a tier must hold without interruption over its window and enough looks. Down: only confirmed
// regressions suspend (staff see "not now", gateways keep enforcing, so mail defers); a withdrawn
// commitment steps the tier down after a grace; what could not be seen only makes the entry stale,
// and after long suspends it. Out: only by a person's explicit act.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "checks/base/check.h"
#include "monitor/watch/trust.h"

namespace mailfleet {

struct TrustSettings {
  Seconds admit_after{7 * 86400};
  int admit_observations = 20;
  Seconds admit_after_mta_sts{14 * 86400};
  Seconds admit_after_dane{7 * 86400};
  Seconds stale_after{24 * 3600};
  Seconds suspend_unknown_after{72 * 3600};
  Seconds step_down_after{72 * 3600};
  Seconds recover_after{24 * 3600};
  int recover_observations = 5;
  Seconds least_certificate_left{72 * 3600};  // to be admitted with
};

// For how long, and over how many looks, something has held.
struct Window {
  std::optional<Time> since{};
  Time last{};
  int looks = 0;

  bool operator==(const Window&) const = default;
};

struct TrustEntry {
  TrustState state = TrustState::none;
  Tier tier = Tier::none;
  std::optional<Time> since{};          // of the state
  std::optional<Time> last_verified{};  // the last look that confirmed the tier
  bool stale = false;
  std::vector<std::string> reasons{};  // codes: why it is where it is
  std::array<Window, 3> windows{};     // T1, T2, T3: towards admission
  Window recovery{};
  std::vector<std::string> pins{};  // MX hosts that rules may name: those now, and announced ones
  std::vector<std::string> operators{};  // at admission
  bool wants_acknowledgement = false;    // suspended until a person says so, or T3 covers the hosts
  bool for_unknown = false;              // suspended only because it could not be seen
  std::optional<Time> step_down_at{};    // the promise of T3 ends then
  std::optional<Time> withdraw_asked{};  // an owner's opt-out or a null MX, waiting for a person

  bool operator==(const TrustEntry&) const = default;
};

// What a look tells the list, beside its eligibility.
struct TrustLook {
  Time now{};
  bool complete = true;                     // false: our own trouble; nothing is counted
  bool fleet_in_doubt = false;              // the monitor doubts itself: unknowns age nobody
  bool has_agreement = false;               // recorded, and its tls_ready date has come
  bool agreement_ahead = false;             // recorded, its date still to come
  std::vector<TrustEffect> effects{};       // of the domain's confirmed, open regressions
  std::vector<std::string> effect_kinds{};  // their kinds, beside them: reasons of a suspension
  std::optional<Time> remembered_until{};   // when the remembered MTA-STS policy ends
  std::vector<std::string> announced_mx{};  // hosts of an announced migration
};

struct TrustTransition {
  TrustState from_state = TrustState::none;
  TrustState to_state = TrustState::none;
  Tier from_tier = Tier::none;
  Tier to_tier = Tier::none;
  std::vector<std::string> causes{};  // codes

  bool operator==(const TrustTransition&) const = default;
};

// Takes one look into account; the transition, if there was one.
std::optional<TrustTransition> take_look(TrustEntry& entry, const Eligibility& eligibility,
                                         const TrustLook& look, const TrustSettings& settings);

// A person's acts. Empty when the entry is not in a state for it.
std::optional<TrustTransition> acknowledge_change(TrustEntry& entry, Time now);
void ask_withdrawal(TrustEntry& entry, Time now);  // an opt-out: to be acknowledged, 24 h at least
std::optional<TrustTransition> acknowledge_withdrawal(TrustEntry& entry, Time now);
std::optional<TrustTransition> readmit(TrustEntry& entry, Time now);  // begins again at pending

TrustView view_of(const TrustEntry& entry, const Eligibility& eligibility);

constexpr Seconds least_withdrawal_wait{24 * 3600};

}  // namespace mailfleet
