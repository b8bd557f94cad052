#include "exporter/http/negotiate.h"

#include <optional>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

// "0.5" in thousandths (RFC 9110 §12.4.2); what is no weight counts as 0.
int weight(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int out = (text[0] - '0') * 1000;
  if (text.size() > 1 && (text[1] != '.' || text.size() > 5)) return 0;
  int unit = 100;
  for (const char c : text.substr(text.size() > 1 ? 2 : 1)) {
    if (c < '0' || c > '9') return 0;
    out += (c - '0') * unit;
    unit /= 10;
  }
  return out > 1000 ? 0 : out;
}

struct Coding {
  std::string_view name;
  int weight;
};

Coding parse_coding(std::string_view item) {
  const auto parts = split(item, ';');
  Coding out{trim(parts[0]), 1000};
  for (size_t i = 1; i < parts.size(); ++i) {
    const std::string_view part = trim(parts[i]);
    if (starts_with_ignoring_case(part, "q=")) out.weight = weight(trim(part.substr(2)));
  }
  return out;
}

std::string_view without_weakness(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<int> gzip;
  std::optional<int> any;
  std::optional<int> identity;
  for (const std::string_view item : split(accept_encoding, ',')) {
    const Coding coding = parse_coding(item);
    if (equal_ignoring_case(coding.name, "gzip") || equal_ignoring_case(coding.name, "x-gzip"))
      gzip = coding.weight;
    else if (equal_ignoring_case(coding.name, "identity"))
      identity = coding.weight;
    else if (coding.name == "*")
      any = coding.weight;
  }
  const int ours = gzip.value_or(any.value_or(0));
  return ours > 0 && ours >= identity.value_or(0);
}

bool none_match_hits(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  // An opaque tag may hold commas, so tags are read quote to quote.
  while (true) {
    const size_t open = if_none_match.find('"');
    if (open == if_none_match.npos) return false;
    const size_t close = if_none_match.find('"', open + 1);
    if (close == if_none_match.npos) return false;
    if (if_none_match.substr(open, close + 1 - open) == without_weakness(etag)) return true;
    if_none_match.remove_prefix(close + 1);
  }
}

}  // namespace mailfleet
