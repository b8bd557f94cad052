// One domain's place on the trusted list: slow in, never out by accident. Pure.
//
// In: a tier must hold without interruption over its window and enough looks, with the same people
// in control of the mail hosts and no regression open. Down: confirmed regressions suspend (staff
// see "not now", gateways keep enforcing, so mail defers); so does an agreement that is gone. A
// commitment taken back steps the tier down after a grace, one that vanished when senders forget
// it. What could not be seen makes the entry stale, and after long suspends it; only time in which
// we looked and were not in doubt counts for that. Out: only by a person's explicit act.
//
// Hosts: rules may name the pinned ones. Names under the same control are followed; hosts under
// other control only when they were announced, when the domain's own commitment covers them, or
// when a person acknowledged them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "checks/base/check.h"
#include "monitor/watch/regression.h"
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

// The ways to a tier that a window is kept for.
enum class TrustPath : uint8_t { t1, t2, t3_by_mta_sts, t3_by_dane };
constexpr size_t trust_paths = 4;

struct TrustEntry {
  TrustState state = TrustState::none;
  Tier tier = Tier::none;
  std::optional<Time> since{};          // of the state
  std::optional<Time> last_verified{};  // the last look that confirmed the tier
  bool stale = false;
  std::vector<std::string> reasons{};         // codes: why it is where it is
  std::array<Window, trust_paths> windows{};  // towards admission, by TrustPath
  Window recovery{};
  std::vector<std::string> pins{};  // MX hosts that rules may name: those now, and announced ones
  std::vector<std::string> operators{};  // who controls the pinned hosts, or those at the door
  bool wants_acknowledgement = false;    // suspended until a person says so, or T3 covers the hosts
  bool for_unknown = false;              // suspended only because it could not be seen
  std::optional<Time> step_down_at{};    // the promise of T3 ends then
  std::optional<Time> withdraw_asked{};  // an owner's opt-out or a null MX, waiting for a person
  bool asked_by_look = false;            // a null MX asked, nobody else
  std::optional<Time> last_look{};
  Seconds unseen_for{0};  // looked at in vain since the last look that verified it

  bool operator==(const TrustEntry&) const = default;
};

// What a look tells the list, beside its eligibility.
struct TrustLook {
  Time now{};
  bool complete = true;          // false: cut short by a limit or a bug of ours; decides nothing
  bool fleet_in_doubt = false;   // the monitor doubts itself: nobody ages, enters, returns or steps
  bool maintenance = false;      // announced: unknowns age nobody
  bool open_regression = false;  // a confirmed regression of the transport stands
  bool has_agreement = false;    // recorded, and its tls_ready date has come
  bool agreement_ahead = false;  // recorded, its date still to come
  std::vector<TrustEffect> effects{};       // of the domain's confirmed, open regressions
  std::vector<std::string> effect_kinds{};  // their kinds, beside them: reasons of a suspension
  std::optional<Time> remembered_until{};   // when the remembered MTA-STS policy ends
  std::vector<std::string> announced_mx{};  // hosts of an announced migration
};

// Notes the domain's confirmed, open regressions in `look`.
void add_regressions(TrustLook& look, const DomainWatch& watch);

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

// The hosts as they were last seen are meant: the entry returns by itself, over the recovery
// window.
void acknowledge_change(TrustEntry& entry, const Eligibility& last_seen);
void ask_withdrawal(TrustEntry& entry, Time now);  // an opt-out: to be acknowledged, 24 h at least
std::optional<TrustTransition> acknowledge_withdrawal(TrustEntry& entry, Time now);
// Takes an opt-out back; a withdrawn entry begins again at pending.
std::optional<TrustTransition> readmit(TrustEntry& entry, Time now);
// The domain is no longer in the fleet list and is not looked at any more: suspended until it is
// back, or until a person withdraws it.
std::optional<TrustTransition> leave_list(TrustEntry& entry, Time now);

TrustView view_of(const TrustEntry& entry, const Eligibility& eligibility);

constexpr Seconds least_withdrawal_wait{24 * 3600};

}  // namespace mailfleet
