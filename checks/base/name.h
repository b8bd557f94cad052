// A DNS name: lower case, A-labels, no final dot (RFC 1035 §2.3.1, §2.3.4; RFC 5890 for A-labels).
//
// A Name is never empty, never the root, never longer than DNS allows, and compares without case
// because it holds none. Two doors lead in: `parse` for what people write as a host or domain, and
// `from_dns` for what DNS itself holds, where a label may be any octets.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

class Name {
 public:
  // Letters, digits, '-' and '_' in labels of 1 to 63; up to 253 characters; one final dot is
  // dropped. Empty for all else. U-labels are not converted here (monitor/fleet does that).
  static std::optional<Name> parse(std::string_view text);

  // A name in presentation form (RFC 1035 §5.1): printable ASCII, and \DDD or \X for other octets,
  // which are kept escaped. Empty for the root and for what cannot be a name.
  static std::optional<Name> from_dns(std::string_view presentation);

  const std::string& text() const { return text_; }
  std::vector<std::string_view> labels() const;  // left-most first; valid while *this lives
  size_t label_count() const;

  // "_dmarc" under example.org is _dmarc.example.org; empty when that would be too long to exist.
  std::optional<Name> under(std::string_view labels) const;
  std::optional<Name> parent() const;  // empty for a top-level name
  // The right-most `count` labels; empty when there are fewer.
  std::optional<Name> suffix(size_t count) const;
  bool is_under(const Name& ancestor) const;  // strictly below
  bool is_at_or_under(const Name& ancestor) const { return *this == ancestor || is_under(ancestor); }

  auto operator<=>(const Name&) const = default;

 private:
  explicit Name(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace mailfleet
