// What other mail systems reported of a domain, for its page. Nobody signs a report, and the page
// says so.
#pragma once

#include "exporter/details.h"
#include "exporter/pages/page.h"
#include "exporter/pages/texts.h"

namespace mailfleet {

data reports_data(const ReportSums& sums, const Texts& words);

// Tenths of a percent, rounded down: what failed once never shows as 100.0. "66.6"
std::string share_text(int64_t good, int64_t bad);

}  // namespace mailfleet
