#include "checks/base/name.h"

#include <algorithm>

namespace mailfleet {
namespace {

constexpr size_t max_name_octets = 253;  // RFC 1035 §2.3.4: 255 on the wire
constexpr size_t max_label_octets = 63;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_';
}

// Reads one character of a label in presentation form into `out`, escapes kept canonical: \DDD for
// what is not printable, \X for a dot or backslash. Returns the characters taken, 0 on nonsense.
size_t take_character(std::string_view text, std::string& out) {
  const char c = text.front();
  if (c != '\\') {
    if (c < '!' || c > '~') return 0;
    out += lower(c);
    return 1;
  }
  if (text.size() >= 4 && is_digit(text[1]) && is_digit(text[2]) && is_digit(text[3])) {
    const int value = (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    if (value > 255) return 0;
    const char octet = static_cast<char>(value);
    if (octet == '.' || octet == '\\')
      (out += '\\') += octet;
    else if (octet >= '!' && octet <= '~')
      out += lower(octet);
    else
      out += text.substr(0, 4);
    return 4;
  }
  if (text.size() < 2 || is_digit(text[1]) || text[1] < '!' || text[1] > '~') return 0;
  if (text[1] == '.' || text[1] == '\\')
    (out += '\\') += text[1];
  else
    out += lower(text[1]);
  return 2;
}

// The place of the first dot that separates labels, or npos.
size_t label_end(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\')
      i += i + 1 < text.size() && is_digit(text[i + 1]) ? 3 : 1;
    else if (text[i] == '.')
      return i;
  }
  return std::string_view::npos;
}

}  // namespace

std::optional<Name> Name::parse(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) out += lower(c);
  const bool host =
      std::ranges::all_of(out, [](char c) { return c == '.' || is_host_character(c); });
  return host ? from_dns(out) : std::nullopt;
}

std::optional<Name> Name::from_dns(std::string_view text) {
  std::string out;
  size_t octets = 0;
  size_t label = 0;
  while (!text.empty()) {
    if (text.front() == '.') {
      if (label == 0) return {};
      text.remove_prefix(1);
      if (text.empty()) break;  // the final dot
      label = 0;
      ++octets;
      out += '.';
      continue;
    }
    const size_t taken = take_character(text, out);
    if (taken == 0 || ++label > max_label_octets || ++octets > max_name_octets) return {};
    text.remove_prefix(taken);
  }
  if (label == 0) return {};
  return Name(std::move(out));
}

std::vector<std::string_view> Name::labels() const {
  std::vector<std::string_view> out;
  std::string_view left = text_;
  for (size_t end = label_end(left); end != std::string_view::npos; end = label_end(left)) {
    out.push_back(left.substr(0, end));
    left.remove_prefix(end + 1);
  }
  out.push_back(left);
  return out;
}

size_t Name::label_count() const { return labels().size(); }

std::optional<Name> Name::under(std::string_view labels) const {
  return from_dns(std::string(labels) + "." + text_);
}

std::optional<Name> Name::parent() const {
  const size_t end = label_end(text_);
  if (end == std::string::npos) return {};
  return Name(text_.substr(end + 1));
}

std::optional<Name> Name::suffix(size_t count) const {
  const size_t all = label_count();
  if (count == 0 || count > all) return {};
  Name at = *this;
  for (size_t i = all; i > count; --i) at = *at.parent();
  return at;
}

bool Name::is_under(const Name& ancestor) const {
  std::string_view rest = text_;
  for (size_t end = label_end(rest); end != std::string_view::npos; end = label_end(rest)) {
    rest.remove_prefix(end + 1);
    if (rest.size() <= ancestor.text_.size()) return rest == ancestor.text_;
  }
  return false;
}

}  // namespace mailfleet
