#include "reports/fields.h"

#include <algorithm>
#include <charconv>

#include "reports/limits.h"
#include "reports/refuse.h"

namespace mailfleet::reports {
namespace {

constexpr std::string_view digits = "0123456789";

// "+01:00", "-00:30", "Z"; nothing for anything else.
std::optional<Seconds> offset_in(std::string_view text) {
  if (text == "Z" || text == "z") return Seconds(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return {};
  const auto two = [&](size_t at) -> std::optional<int> {
    if (text.find_first_not_of(digits, at) < at + 2) return {};
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
  };
  const auto hours = two(1);
  const auto minutes = two(4);
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return {};
  const Seconds size = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return text[0] == '+' ? size : -size;
}

std::optional<Time> parsed(std::string_view text) {
  constexpr size_t to_seconds = 19;  // "2026-11-21T12:00:00"
  if (text.size() <= to_seconds) return {};
  std::string local(text.substr(0, to_seconds));
  if (local[10] == 't') local[10] = 'T';
  std::string_view rest = text.substr(to_seconds);
  if (rest[0] == '.') {
    const size_t end = rest.find_first_not_of(digits, 1);
    if (end == rest.npos || end == 1) return {};
    rest.remove_prefix(end);
  }
  const auto time = parse_time(local + "Z");
  const auto offset = offset_in(rest);
  if (!time || !offset) return {};
  return *time - *offset;
}

}  // namespace

std::string label(std::string_view text, const std::string& where) {
  if (text.empty()) refuse(where + " is empty");
  if (for_display(text, max_name_characters) != text)
    refuse(where + " is too long or has characters that cannot be shown: " + quoted(text));
  return std::string(text);
}

Name domain_name(std::string_view text, const std::string& where) {
  const auto name = Name::parse(text);
  if (!name) refuse(where + " is no domain name: " + quoted(text));
  return *name;
}

int64_t count(std::string_view text, const std::string& where) {
  uint64_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    refuse(where + " is no count: " + quoted(text));
  if (error != std::errc() || out > static_cast<uint64_t>(max_count))
    refuse(where + " is more than can be: " + quoted(text));
  return static_cast<int64_t>(out);
}

int64_t sum(int64_t a, int64_t b, const std::string& where) {
  if (a > max_count - b) refuse(where + " is more than can be");
  return a + b;
}

void must_be_a_period(Time begins, Time ends) {
  if (ends < begins) refuse("the period ends before it begins");
  if (ends - begins > max_period)
    refuse("the period is longer than " + std::to_string(max_period.count()) + " days");
}

Time date_time(std::string_view text, const std::string& where) {
  const auto time = parsed(text);
  if (!time) refuse(where + " is no date and time of RFC 3339: " + quoted(text));
  return *time;
}

}  // namespace mailfleet::reports
