// A DMARC aggregate report, the XML of RFC 7489 appendix C and of RFC 9990.
//
// Elements count by their names, in any namespace; unknown ones are passed over. A document type is
// refused, so there are no entities but XML's own and nothing outside is ever read. A number that
// is no number refuses the whole report: half a report is a wrong one. Pure.
#pragma once

#include <string_view>

#include "reports/report.h"

namespace mailfleet::reports {

Read<Report> read_dmarc(std::string_view xml);

}  // namespace mailfleet::reports
