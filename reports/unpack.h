// The one document inside a gzip file (RFC 1952) or a ZIP archive, in memory.
//
// Names inside are never used. Sizes that the file states are not believed: what comes out is
// counted while it comes, and ends at the limit. Checksums must be right. Pure.
#pragma once

#include <string>
#include <string_view>

#include "reports/report.h"

namespace mailfleet::reports {

bool is_gzip(std::string_view octets);
bool is_zip(std::string_view octets);

Read<std::string> unpack_gzip(std::string_view octets);
// Exactly one file, stored or deflated; folders beside it do not count.
Read<std::string> unpack_zip(std::string_view octets);

}  // namespace mailfleet::reports
