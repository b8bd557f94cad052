#include "monitor/watch/trust.h"

#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 4> tiers{"none", "T1", "T2", "T3"};
constexpr std::array<std::string_view, 5> states{"none", "pending", "active", "suspended",
                                                 "withdrawn"};
constexpr std::array<std::string_view, 4> auths{"unknown", "none", "partial", "enforced"};

}  // namespace

std::string_view to_text(Tier tier) { return tiers[static_cast<size_t>(tier)]; }
std::string_view to_text(TrustState state) { return states[static_cast<size_t>(state)]; }
std::string_view to_text(SenderAuth auth) { return auths[static_cast<size_t>(auth)]; }

Eligibility eligibility_of(const Posture&) { return {}; }

}  // namespace mailfleet
