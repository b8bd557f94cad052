#include "checks/spf/macro.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet::spf {
namespace {

constexpr size_t max_domain_characters = 253;
constexpr std::string_view delimiter_characters = ".-+,/_=";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_alnum(char c) { return is_digit(c) || is_alpha(c); }

bool is_letter_allowed(char lower, MacroPlace place) {
  constexpr std::string_view everywhere = "slodiphv";
  constexpr std::string_view explanations = "crt";
  return everywhere.find(lower) != std::string_view::npos ||
         (place == MacroPlace::explanation && explanations.find(lower) != std::string_view::npos);
}

// Reads the inside of "%{…}".
std::optional<MacroPiece> parse_inside(std::string_view inside, MacroPlace place) {
  if (inside.empty() || !is_letter_allowed(ascii_lower(inside.front()), place)) return {};
  MacroPiece piece{.letter = ascii_lower(inside.front())};
  piece.escape = piece.letter != inside.front();
  inside.remove_prefix(1);
  const bool counted = !inside.empty() && is_digit(inside.front());
  while (!inside.empty() && is_digit(inside.front())) {
    // Nothing has a thousand parts; beyond that the number keeps all of them anyway.
    piece.keep =
        std::min<size_t>(piece.keep * 10 + static_cast<size_t>(inside.front() - '0'), 1000);
    inside.remove_prefix(1);
  }
  if (counted && piece.keep == 0) return {};  // §7.3: the number must not be zero
  if (!inside.empty() && ascii_lower(inside.front()) == 'r') {
    piece.reverse = true;
    inside.remove_prefix(1);
  }
  if (inside.find_first_not_of(delimiter_characters) != std::string_view::npos) return {};
  piece.delimiters = inside;
  return piece;
}

std::vector<std::string> parts_of(std::string_view value, std::string_view delimiters) {
  std::vector<std::string> out(1);
  for (const char c : value) {
    if (delimiters.find(c) != std::string_view::npos)
      out.emplace_back();
    else
      out.back() += c;
  }
  return out;
}

std::string transformed(std::string value, const MacroPiece& piece) {
  if (piece.keep == 0 && !piece.reverse && piece.delimiters.empty()) return value;
  std::vector<std::string> parts =
      parts_of(value, piece.delimiters.empty() ? "." : piece.delimiters);
  if (piece.reverse) std::ranges::reverse(parts);
  const size_t skip = piece.keep && piece.keep < parts.size() ? parts.size() - piece.keep : 0;
  std::string out;
  for (size_t i = skip; i < parts.size(); ++i) (out += i > skip ? "." : "") += parts[i];
  return out;
}

// RFC 3986 §2.3: all but the unreserved characters.
std::string url_escaped(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (is_alnum(c) || c == '-' || c == '.' || c == '_' || c == '~')
      out += c;
    else
      ((out += '%') += hex[octet >> 4]) += hex[octet & 15];
  }
  return out;
}

// §7.3: dotted quads, or one nibble a label.
std::string dotted(const Address& ip) {
  if (ip.is_v4()) return ip.text();
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (size_t i = 0; i < 16; ++i) {
    const uint8_t octet = ip.octets()[i];
    ((out += i ? "." : "") += hex[octet >> 4]) += '.';
    out += hex[octet & 15];
  }
  return out;
}

std::string value_of(char letter, const MacroValues& values) {
  const size_t at = values.sender.rfind('@');
  switch (letter) {
    case 's':
      return values.sender;
    case 'l':
      return values.sender.substr(0, at);
    case 'o':
      return at == std::string::npos ? values.sender : values.sender.substr(at + 1);
    case 'd':
      return values.domain;
    case 'i':
      return dotted(values.ip);
    case 'p':
      return values.validated_name;
    case 'v':
      return values.ip.is_v4() ? "in-addr" : "ip6";
    case 'h':
      return values.helo;
    case 'c':
      return values.ip.text();
    case 't':
      return std::to_string(values.now.time_since_epoch().count());
    default:
      return "unknown";  // r: we are no receiver
  }
}

// §7.1: a top-level label has a letter or an inner hyphen in it, and no hyphen at its ends.
bool is_top_label(std::string_view label) {
  if (label.empty() || !is_alnum(label.front()) || !is_alnum(label.back())) return false;
  bool more_than_digits = false;
  for (const char c : label) {
    if (!is_alnum(c) && c != '-') return false;
    more_than_digits |= !is_digit(c);
  }
  return more_than_digits;
}

bool ends_like_a_domain(const MacroString& macro) {
  if (macro.ends_in_macro) return true;
  std::string_view text = macro.text;
  if (text.ends_with('.')) text.remove_suffix(1);
  const size_t dot = text.rfind('.');
  return dot != std::string_view::npos && is_top_label(text.substr(dot + 1));
}

void add_literal(MacroString& out, std::string_view text) {
  if (out.pieces.empty() || out.pieces.back().letter != 0) out.pieces.emplace_back();
  out.pieces.back().literal += text;
}

}  // namespace

bool MacroString::uses(char letter) const {
  return std::ranges::any_of(pieces,
                             [&](const MacroPiece& piece) { return piece.letter == letter; });
}

bool MacroString::has_macros() const {
  return std::ranges::any_of(pieces, [](const MacroPiece& piece) { return piece.letter != 0; });
}

bool MacroString::only_about_domain() const {
  return std::ranges::all_of(pieces, [](const MacroPiece& piece) {
    return piece.letter == 0 || piece.letter == 'd' || piece.letter == 'o';
  });
}

std::optional<MacroString> parse_macro_string(std::string_view text, MacroPlace place) {
  MacroString out{.text = std::string(text)};
  while (!text.empty()) {
    out.ends_in_macro = text.front() == '%';
    if (text.front() != '%') {
      const bool blank = text.front() == ' ' && place == MacroPlace::explanation;
      if (!blank && (text.front() < '!' || text.front() > '~')) return {};
      add_literal(out, text.substr(0, 1));
      text.remove_prefix(1);
      continue;
    }
    const char next = text.size() > 1 ? text[1] : '\0';
    if (next == '%' || next == '_' || next == '-') {
      add_literal(out, next == '%' ? "%" : next == '_' ? " " : "%20");
      text.remove_prefix(2);
      continue;
    }
    const size_t close = text.find('}');
    if (next != '{' || close == std::string_view::npos) return {};
    auto piece = parse_inside(text.substr(2, close - 2), place);
    if (!piece) return {};
    out.pieces.push_back(std::move(*piece));
    text.remove_prefix(close + 1);
  }
  return out;
}

std::optional<MacroString> parse_domain_spec(std::string_view text) {
  auto macro = parse_macro_string(text, MacroPlace::domain);
  if (!macro || macro->pieces.empty() || !ends_like_a_domain(*macro)) return {};
  return macro;
}

std::string expand(const MacroString& macro, const MacroValues& values) {
  std::string out;
  for (const MacroPiece& piece : macro.pieces) {
    if (piece.letter == 0) {
      out += piece.literal;
      continue;
    }
    const std::string value = transformed(value_of(piece.letter, values), piece);
    out += piece.escape ? url_escaped(value) : value;
  }
  return out;
}

std::string expand_domain(const MacroString& macro, const MacroValues& values) {
  std::string out = expand(macro, values);
  if (out.ends_with('.')) out.pop_back();
  while (out.size() > max_domain_characters) {
    const size_t dot = out.find('.');
    if (dot == std::string::npos) break;
    out.erase(0, dot + 1);
  }
  return out;
}

std::optional<Name> to_name(std::string_view target) {
  std::string presentation;
  for (const char c : target) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\\') {
      presentation += "\\\\";
    } else if (c > ' ' && c <= '~') {
      presentation += c;
    } else {
      const std::string digits = std::to_string(octet);
      presentation += '\\' + std::string(3 - digits.size(), '0') + digits;
    }
  }
  return Name::from_dns(presentation);
}

}  // namespace mailfleet::spf
