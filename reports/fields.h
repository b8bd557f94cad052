// What both kinds of report have in common: names, IDs, counts and the period. All throw a Refusal
// that begins with `where`.
#pragma once

#include <string>
#include <string_view>

#include "reports/report.h"

namespace mailfleet::reports {

// Of an organisation, or a report's ID: something that can be shown in one line.
std::string label(std::string_view text, const std::string& where);
Name domain_name(std::string_view text, const std::string& where);
// Digits only, up to max_count.
int64_t count(std::string_view text, const std::string& where);
// The sum, up to max_count.
int64_t sum(int64_t a, int64_t b, const std::string& where);
// The end is after the beginning, and not by more than a month.
void must_be_a_period(Time begins, Time ends);
// RFC 3339 §5.6: any offset, any fraction.
Time date_time(std::string_view text, const std::string& where);

}  // namespace mailfleet::reports
