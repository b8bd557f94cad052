// A TLS report, the JSON of RFC 8460 §4.4: how many sessions to a domain's mail hosts succeeded and
// failed, and why. Policies of one domain are added up. Pure.
#pragma once

#include <string_view>

#include "reports/report.h"

namespace mailfleet::reports {

Read<Report> read_tls(std::string_view json);

}  // namespace mailfleet::reports
