// Moments and how they are written: RFC 3339, UTC, whole seconds, "Z".
// Only the shell reads the clock; everybody else is told the time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

using Time = std::chrono::sys_seconds;
using Seconds = std::chrono::seconds;

std::string to_text(Time time);                       // "2026-11-21T12:00:00Z"
std::optional<Time> parse_time(std::string_view text);  // the same form; also "2026-11-21"
std::string duration_text(Seconds duration);          // "23 d", "4 h 10 min": for people

}  // namespace mailfleet
