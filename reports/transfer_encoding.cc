#include "reports/transfer_encoding.h"

#include <optional>

#include "reports/refuse.h"

namespace mailfleet::reports {
namespace {

std::optional<uint32_t> sextet(char c) {
  constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const size_t at = alphabet.find(c);
  return at == alphabet.npos ? std::nullopt : std::optional(static_cast<uint32_t>(at));
}

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string from_base64(std::string_view body) {
  std::string out;
  out.reserve(body.size() / 4 * 3);
  uint32_t bits = 0;
  size_t digits = 0;
  size_t padding = 0;
  for (const char c : body) {
    if (is_white(c)) continue;
    const auto value = c == '=' ? std::optional<uint32_t>(0) : sextet(c);
    if (!value || (padding > 0 && c != '=')) refuse("the attachment is no base64");
    padding += c == '=' ? 1 : 0;
    bits = bits << 6 | *value;
    if (++digits % 4 != 0) continue;
    if (padding > 2) refuse("the attachment is no base64");
    for (size_t i = 0; i < 3 - padding; ++i) out += static_cast<char>(bits >> (16 - 8 * i) & 0xff);
    bits = 0;
  }
  if (digits % 4 != 0) refuse("the attachment is no base64: it is cut off");
  return out;
}

std::optional<uint32_t> hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  const char lower = ascii_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<uint32_t>(lower - 'a' + 10);
  return {};
}

// A line that ends with "=" goes on in the next; white space at the end of a line is not content.
std::string from_quoted_printable(std::string_view body) {
  std::string out;
  for (std::string_view line : split(body, '\n')) {
    while (!line.empty() && is_white(line.back())) line.remove_suffix(1);
    const bool goes_on = line.ends_with('=');
    if (goes_on) line.remove_suffix(1);
    for (size_t i = 0; i < line.size(); ++i) {
      if (line[i] != '=') {
        out += line[i];
        continue;
      }
      const auto high = i + 2 < line.size() ? hex_digit(line[i + 1]) : std::nullopt;
      const auto low = i + 2 < line.size() ? hex_digit(line[i + 2]) : std::nullopt;
      if (!high || !low) refuse("the attachment is no quoted-printable text");
      out += static_cast<char>(*high << 4 | *low);
      i += 2;
    }
    if (!goes_on) out += '\n';
  }
  return out;
}

}  // namespace

std::string transfer_decoded(std::string_view body, std::string_view encoding) {
  const std::string word = ascii_lower(encoding);
  if (word == "base64") return from_base64(body);
  if (word == "quoted-printable") return from_quoted_printable(body);
  if (word.empty() || word == "7bit" || word == "8bit" || word == "binary")
    return std::string(body);
  refuse("the attachment is encoded in a way that mail does not know: " + quoted(encoding));
}

}  // namespace mailfleet::reports
