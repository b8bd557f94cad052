// A report in whatever it came: XML or JSON, packed by gzip or ZIP, or attached to a mail message.
// What it is, its octets say; names and media types are not believed. Pure.
#pragma once

#include <string_view>

#include "reports/report.h"

namespace mailfleet::reports {

Read<Report> read_report(std::string_view octets);

}  // namespace mailfleet::reports
