#include "checks/base/check.h"

#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 3> severities{"info", "advice", "fail"};
constexpr std::array<std::string_view, 5> confirmations{"C0", "C1", "C2", "C3", "C4"};
constexpr std::array<std::string_view, 4> alert_levels{"none", "info", "ticket", "page"};
constexpr std::array<std::string_view, 8> trust_effects{
    "keep",          "suspend",  "suspend-until-ack", "step-down-72h", "step-down-at-max-age",
    "dane-off",      "attr-off", "withdraw-after-ack"};

}  // namespace

std::string_view to_text(Severity severity) { return severities[static_cast<size_t>(severity)]; }

std::optional<Severity> parse_severity(std::string_view text) {
  for (size_t i = 0; i < severities.size(); ++i)
    if (severities[i] == text) return static_cast<Severity>(i);
  return {};
}

std::string_view to_text(Confirmation confirmation) {
  return confirmations[static_cast<size_t>(confirmation)];
}
std::string_view to_text(AlertLevel level) { return alert_levels[static_cast<size_t>(level)]; }
std::string_view to_text(TrustEffect effect) { return trust_effects[static_cast<size_t>(effect)]; }

}  // namespace mailfleet
