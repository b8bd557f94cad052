#include "checks/base/text.h"

#include <algorithm>
#include <cstdint>

namespace mailfleet {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

// The length of the valid UTF-8 sequence at the front of `text` (RFC 3629 §4), or 0.
size_t sequence_length(std::string_view text) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(i < text.size() ? text[i] : 0); };
  const auto tail = [&](size_t i) { return (octet(i) & 0xc0) == 0x80; };
  const uint8_t first = octet(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    if (!tail(1) || !tail(2)) return 0;
    if (first == 0xe0 && octet(1) < 0xa0) return 0;  // overlong
    if (first == 0xed && octet(1) > 0x9f) return 0;  // surrogate
    return 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (first == 0xf0 && octet(1) < 0x90) return 0;
    if (first == 0xf4 && octet(1) > 0x8f) return 0;
    return 4;
  }
  return 0;
}

// Control characters, and those that reorder or hide the text around them (UAX #9, UTR #36).
bool is_unfit_for_display(std::string_view sequence) {
  if (sequence.size() == 1)
    return static_cast<uint8_t>(sequence[0]) < 0x20 || sequence[0] == 0x7f;
  if (sequence.size() == 2) {
    const auto second = static_cast<uint8_t>(sequence[1]);
    return (sequence[0] == '\xc2' && second <= 0x9f) || sequence == "\xd8\x9c";  // C1, U+061C
  }
  if (sequence.size() != 3) return false;
  if (sequence == "\xef\xbb\xbf") return true;  // U+FEFF
  const std::string_view head = sequence.substr(0, 2);
  const auto last = static_cast<uint8_t>(sequence[2]);
  if (head == "\xe2\x80") return (last >= 0x8b && last <= 0x8f) || (last >= 0xa8 && last <= 0xae);
  if (head == "\xe2\x81") return last >= 0xa0 && last <= 0xaf;  // U+2060…U+206F
  return false;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = sequence_length(text);
    out += length ? text.substr(0, length) : replacement;
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  return out;
}

std::string for_display(std::string_view text, size_t max_characters) {
  std::string out;
  size_t characters = 0;
  while (!text.empty()) {
    if (characters++ == max_characters) return out += "…";
    const size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, std::max<size_t>(length, 1));
    out += length == 0 || is_unfit_for_display(sequence) ? replacement : sequence;
    text.remove_prefix(sequence.size());
  }
  return out;
}

char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = ascii_lower(c);
  return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  for (size_t end = text.find(separator); end != std::string_view::npos; end = text.find(separator)) {
    out.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  out.push_back(text);
  return out;
}

}  // namespace mailfleet
