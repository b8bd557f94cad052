// Whether mail to a domain may be relied on to be encrypted: the entry that the feed publishes.
// DESIGN section "Trust", STANDARDS section 5. Pure.
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
std::string_view to_text(SenderAuth auth);

// What the technical conditions of one look allow, agreements aside.
struct Eligibility {
  std::optional<Tier> tier{};  // empty: could not be known
  SenderAuth sender_auth = SenderAuth::unknown;
  std::vector<std::string> reasons{};  // codes: what keeps the next tier away, or what is unknown
};

// What is published of a domain now.
struct TrustView {
  Tier tier = Tier::none;
  TrustState state = TrustState::none;
  Eligibility eligibility{};
  std::vector<std::string> reasons{};  // codes of the state
  std::optional<Time> since{};
  std::optional<Time> last_verified{};
};

// Reads the facts of a posture (levels seen in this look only; a carried one is unknown).
Eligibility eligibility_of(const Posture& posture);

}  // namespace mailfleet
