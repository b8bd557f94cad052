// What a look means for people: where its outcome is handed to the watch. The one place between
// looking and telling; the loop calls it for every look that could be compared.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "monitor/scan.h"
#include "monitor/watch/regression.h"

namespace mailfleet {

struct Noticed {
  LookOutcome outcome{};
  size_t alerts = 0;  // confirmed by this look, ticket or page
};

// `watch` is what the domain's earlier looks left, and is brought up to date. A look that a limit
// or a bug of ours cut short decides nothing.
Noticed take_notice(DomainWatch& watch, const Domain& domain, std::span<const Check* const> checks,
                    const ScanResult& result, const LookContext& look,
                    const ConfirmSettings& settings);

}  // namespace mailfleet
