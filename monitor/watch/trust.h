// What one look says about relying on encryption to a domain: the technical conditions of the three
// tiers, and whether its sender authentication holds. Pure; reads facts, knows no check.
//
//   T1 encrypted       STARTTLS with TLS 1.2 or better and no broken cipher on every MX host
//   T2 authenticated   T1, and a CA-issued certificate that names the host, on every MX host
//   T3 self-committed  T2 and MTA-STS enforce that covers every host; or T1 and DANE on every host
//
// A host counts when at least one of its addresses was reached and every reached one is known to be
// good; a host that was not reached at all, one address that answered without telling, or one that
// was not looked at (more of them than are probed), leaves the answer unknown. Unknown is never a yes and never a no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/time.h"
#include "monitor/watch/posture.h"

namespace mailfleet {

enum class Tier : uint8_t { none, t1, t2, t3 };
enum class TrustState : uint8_t { none, pending, active, suspended, withdrawn };
enum class SenderAuth : uint8_t { unknown, none, partial, enforced };
std::string_view to_text(Tier tier);  // "T2"; "none"
std::string_view to_text(TrustState state);
// On the trusted list: active or suspended. Told of in editions: those, and withdrawn ones.
constexpr bool is_listed(TrustState state) {
  return state == TrustState::active || state == TrustState::suspended;
}
constexpr bool is_published(TrustState state) {
  return is_listed(state) || state == TrustState::withdrawn;
}
std::string_view to_text(SenderAuth auth);
std::optional<Tier> parse_tier(std::string_view text);
std::optional<TrustState> parse_trust_state(std::string_view text);

// An MTA-STS policy shorter than this protects too briefly to be relied on (docs/trust.md: T3).
constexpr Seconds least_policy_age{604800};

// yes, no, or empty: could not be known.
using Answer3 = std::optional<bool>;

// What the technical conditions of one look allow, agreements aside.
struct Eligibility {
  std::optional<Tier> tier{};  // the highest that holds; empty: could not be known
  Answer3 t1{};
  Answer3 t2{};
  Answer3 by_mta_sts{};  // T3 through MTA-STS
  Answer3 by_dane{};     // T3 through DANE
  SenderAuth sender_auth = SenderAuth::unknown;
  std::vector<std::string> reasons{};    // codes: what keeps the next tier away, or is unknown
  std::vector<std::string> mx_hosts{};   // in order of preference
  std::vector<std::string> operators{};  // who controls the hosts: sorted, each once
  std::optional<Time> certificate_not_after{};  // the earliest over the endpoints
  bool takes_no_mail = false;                   // a null MX: an explicit statement
  bool policy_read = false;                     // the MTA-STS policy itself was read in this look

  Answer3 t3_by_mta_sts() const;
  Answer3 t3_by_dane() const;
  Answer3 t3() const;
  Answer3 holds(Tier at_least) const;
  bool operator==(const Eligibility&) const = default;
};

// Reads the facts of a posture. What the latest look did not see is unknown.
Eligibility eligibility_of(const Posture& posture);

// What is published of a domain now.
struct TrustView {
  Tier tier = Tier::none;
  TrustState state = TrustState::none;
  Eligibility eligibility{};
  std::vector<std::string> reasons{};  // codes of the state
  std::optional<Time> since{};
  std::optional<Time> last_verified{};
  bool stale = false;
};

}  // namespace mailfleet
