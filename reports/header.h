// The header of a message or of a part of one (RFC 5322 §2.2, RFC 2045 §5): unfolded fields, and
// the parameters behind a value. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace mailfleet::reports {

struct FieldValue {
  std::string word{};                            // before the first ";", lower case
  std::map<std::string, std::string> options{};  // names in lower case; values without quotes

  std::string_view option(const std::string& name) const;
};
// `text`: "multipart/mixed; boundary=\"a b\"". Of an option named twice the first counts.
FieldValue field_value(std::string_view text);

struct Entity {
  std::map<std::string, std::string> fields{};  // names in lower case; of several the first
  std::string_view body{};
};
// Splits at the empty line; without one all is header. Throws a Refusal when the header is too
// large.
Entity entity_of(std::string_view text);

}  // namespace mailfleet::reports
