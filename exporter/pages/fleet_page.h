// The fleet page, and the same rows as CSV. Pure: from a snapshot to what the template shows.
#pragma once

#include "exporter/pages/fleet_figures.h"
#include "exporter/pages/page.h"
#include "exporter/selection.h"

namespace mailfleet {

data fleet_data(const Snapshot& snapshot, const FleetFigures& figures,
                std::span<const Check* const> checks, const Request& request, const Texts& words,
                Time now);

// All domains that the filters let through, not only one page of them.
std::string fleet_csv(const Snapshot& snapshot, std::span<const Check* const> checks,
                      Selection selection);

std::string tag_of(DomainState state);  // the CSS class of its tag
std::string check_name(const Check& check, const Texts& words);
std::string level_name(const Check& check, int level, const Texts& words);  // -1: unknown
std::string reason_text(std::string_view code, const Texts& words);         // of trust
std::string sector_name(const std::string& sector, const Texts& words);
// The sectors of the fleet, for a form.
data sector_options(const FleetFigures& figures, std::string_view chosen, const Texts& words);
std::string trust_text(const TrustView& trust, const Texts& words);

}  // namespace mailfleet
