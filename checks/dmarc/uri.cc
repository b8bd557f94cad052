#include <algorithm>
#include <cctype>

#include "checks/base/text.h"
#include "checks/dmarc/record.h"

namespace mailfleet::dmarc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// RFC 3986 §2.1; empty for a '%' without two hex digits.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return {};
    const int high = hex_value(text[i + 1]);
    const int low = hex_value(text[i + 2]);
    if (high < 0 || low < 0) return {};
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

// RFC 3986: what may stand in a URI at all, escapes included.
bool has_uri_characters_only(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7f' &&
           std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
  });
}

// RFC 3986 §3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

// RFC 6068: "local@domain", header fields after '?' put aside.
std::optional<Name> mailto_host(std::string_view rest) {
  const auto address = percent_decoded(rest.substr(0, rest.find('?')));
  if (!address) return {};
  const size_t at = address->rfind('@');
  if (at == std::string::npos || at == 0) return {};
  const std::string_view local = std::string_view(*address).substr(0, at);
  const bool quoted = local.size() > 1 && local.front() == '"' && local.back() == '"';
  const bool bare = std::ranges::all_of(local, [](char c) {
    return c > ' ' && c != '\x7f' &&
           std::string_view("\"(),:;<>@[\\]").find(c) == std::string_view::npos;
  });
  if (!quoted && !bare) return {};
  const std::string_view domain = std::string_view(*address).substr(at + 1);
  return domain.ends_with('.') ? std::nullopt : Name::parse(domain);
}

// The host of "//user@host:port/path".
std::optional<Name> authority_host(std::string_view rest) {
  if (!rest.starts_with("//")) return {};
  std::string_view authority = rest.substr(2);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  return Name::parse(authority.substr(0, authority.find(':')));
}

// Takes "!10m" off the end (RFC 7489 §6.4). False when what follows the '!' is no size.
bool take_size(std::string_view& uri, bool& had_size) {
  const size_t mark = uri.find('!');
  if (mark == std::string_view::npos) return true;
  std::string_view size = uri.substr(mark + 1);
  uri = uri.substr(0, mark);
  had_size = true;
  if (!size.empty() &&
      std::string_view("kmgt").find(ascii_lower(size.back())) != std::string_view::npos)
    size.remove_suffix(1);
  return !size.empty() && std::ranges::all_of(size, is_digit);
}

std::optional<ReportUri> read_uri(std::string_view text) {
  ReportUri out;
  if (!take_size(text, out.size_limit)) return {};
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || !has_uri_characters_only(text)) return {};
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view rest = text.substr(colon + 1);
  if (!is_scheme(scheme) || rest.empty() || !percent_decoded(rest)) return {};
  out.uri = text;
  out.mailto = equal_ignoring_case(scheme, "mailto");
  out.host = out.mailto ? mailto_host(rest) : authority_host(rest);
  if (out.mailto && !out.host) return {};
  return out;
}

}  // namespace

std::vector<ReportUri> parse_report_uris(std::string_view value, std::vector<std::string>& bad) {
  std::vector<ReportUri> out;
  for (const std::string_view part : split(value, ',')) {
    const std::string_view item = trim(part);
    auto uri = read_uri(item);
    if (!uri)
      bad.emplace_back(item);
    else
      out.push_back(std::move(*uri));
  }
  return out;
}

}  // namespace mailfleet::dmarc
