#include "checks/base/time.h"

#include <charconv>

namespace mailfleet {
namespace {

std::optional<int> number(std::string_view text, size_t at, size_t length) {
  int value = 0;
  if (text.size() < at + length) return {};
  for (const char c : text.substr(at, length)) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text) {
  const auto year = number(text, 0, 4);
  const auto month = number(text, 5, 2);
  const auto day = number(text, 8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return {};
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

}  // namespace

std::string to_text(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  std::string out = std::to_string(static_cast<int>(date.year()));
  if (out.size() < 4) out.insert(0, 4 - out.size(), '0');
  const auto add = [&](char mark, long number) {
    out += mark;
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
  };
  out.reserve(20);
  add('-', static_cast<unsigned>(date.month()));
  add('-', static_cast<unsigned>(date.day()));
  add('T', clock.hours().count());
  add(':', clock.minutes().count());
  add(':', clock.seconds().count());
  out += 'Z';
  return out;
}

std::optional<Time> parse_time(std::string_view text) {
  const auto day = parse_date(text.substr(0, 10));
  if (!day) return {};
  if (text.size() == 10) return Time(*day);
  const auto hour = number(text, 11, 2);
  const auto minute = number(text, 14, 2);
  const auto second = number(text, 17, 2);
  if (text.size() != 20 || text[10] != 'T' || text[13] != ':' || text[16] != ':' || text[19] != 'Z')
    return {};
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return {};
  return Time(*day) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) + Seconds(*second);
}

std::string duration_text(Seconds duration) {
  const bool past = duration.count() < 0;
  const long all = past ? -duration.count() : duration.count();
  const std::string sign = past ? "-" : "";
  if (all < 60) return sign + std::to_string(all) + " s";
  if (all < 3600) return sign + std::to_string(all / 60) + " min";
  if (all < 172800) {
    const long minutes = all % 3600 / 60;
    return sign + std::to_string(all / 3600) + " h" +
           (minutes && all < 36000 ? " " + std::to_string(minutes) + " min" : "");
  }
  return sign + std::to_string(all / 86400) + " d";
}

}  // namespace mailfleet
