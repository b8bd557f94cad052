#include "monitor/notice.h"

#include <algorithm>

namespace mailfleet {
namespace {

bool is_alert(const Notice& notice) {
  return notice.decision == Decision::confirmed && notice.regression.severity >= AlertLevel::ticket;
}

}  // namespace

Noticed take_notice(DomainWatch& watch, const Domain& domain, std::span<const Check* const> checks,
                    const ScanResult& result, const LookContext& look,
                    const ConfirmSettings& settings) {
  Noticed out;
  if (!result.complete) return out;
  out.outcome = notice(watch, domain, checks, result.judgements, look, settings);
  out.alerts = static_cast<size_t>(std::ranges::count_if(out.outcome.notices, is_alert));
  return out;
}

}  // namespace mailfleet
