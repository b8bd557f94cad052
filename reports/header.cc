#include "reports/header.h"

#include "reports/limits.h"
#include "reports/refuse.h"

namespace mailfleet::reports {
namespace {

// A token, or a quoted string with its quotes and backslashes taken off; moves `text` behind it.
std::string take_value(std::string_view& text) {
  std::string out;
  if (!text.starts_with('"')) {
    const std::string_view token = text.substr(0, text.find(';'));
    text.remove_prefix(token.size());
    return std::string(trim(token));
  }
  size_t at = 1;
  for (; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    out += text[at];
  }
  text.remove_prefix(std::min(at + 1, text.size()));
  return out;
}

std::string_view without_line_end(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

std::string_view FieldValue::option(const std::string& name) const {
  const auto found = options.find(name);
  return found == options.end() ? std::string_view() : std::string_view(found->second);
}

FieldValue field_value(std::string_view text) {
  FieldValue out{.word = ascii_lower(trim(text.substr(0, text.find(';'))))};
  text.remove_prefix(std::min(text.find(';'), text.size()));
  while (!text.empty()) {
    text.remove_prefix(1);  // the ";"
    const size_t equals = text.find('=');
    if (equals == text.npos) break;
    const std::string name = ascii_lower(trim(text.substr(0, equals)));
    text = trim(text.substr(equals + 1));
    out.options.emplace(name, take_value(text));
    text.remove_prefix(std::min(text.find(';'), text.size()));
  }
  return out;
}

Entity entity_of(std::string_view text) {
  Entity out;
  std::string* current = nullptr;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = without_line_end(text.substr(at, end - at));
    at = std::min(end + 1, text.size());
    if (line.empty()) break;
    if (at > max_message_header_bytes) refuse("the message has too large a header");
    const size_t colon = line.find(':');
    if (line.starts_with(' ') || line.starts_with('\t')) {
      if (current) *current += line;
    } else if (colon != line.npos) {
      const auto [place, added] = out.fields.emplace(ascii_lower(trim(line.substr(0, colon))),
                                                     std::string(trim(line.substr(colon + 1))));
      current = added ? &place->second : nullptr;
    }
  }
  out.body = text.substr(at);
  return out;
}

}  // namespace mailfleet::reports
