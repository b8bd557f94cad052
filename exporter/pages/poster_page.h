// The poster: whom one may write to, for a wall. Only what the look-up answers with a yes, and only
// for as long as that answer is good. Pure.
#pragma once

#include "exporter/http/message.h"
#include "exporter/pages/fleet_figures.h"
#include "exporter/pages/page.h"

namespace mailfleet {

constexpr size_t max_poster_rows = 1000;

data poster_data(const Snapshot& snapshot, const FleetFigures& figures, const Request& request,
                 const std::string& lookup_url, const Texts& words, Time now);

}  // namespace mailfleet
