#include "exporter/metrics/exposition.h"

#include <array>
#include <charconv>
#include <cmath>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

// Label values: backslash, quote and line feed are escaped; the rest must be valid UTF-8.
void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
}

bool plain(std::string_view text) {
  for (const char c : text)
    if (c < ' ' || c > '~' || c == '\\' || c == '"') return false;
  return true;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> out{};
  const auto [end, fault] = std::to_chars(out.data(), out.data() + out.size(), value);
  return fault == std::errc() ? std::string(out.data(), end) : "NaN";
}

}  // namespace

void Exposition::family(std::string_view name, std::string_view type, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ").append(help).append("\n");
  text_.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

void Exposition::value(std::initializer_list<Label> labels, double value) {
  line(labels, number(value));
}

void Exposition::line(std::initializer_list<Label> labels, std::string_view value) {
  text_ += name_;
  char before = '{';
  for (const auto& [label, text] : labels) {
    text_ += before;
    text_.append(label).append("=\"");
    if (plain(text))
      text_ += text;
    else
      append_escaped(text_, for_display(text));
    text_ += '"';
    before = ',';
  }
  if (before == ',') text_ += '}';
  text_.append(" ").append(value).append("\n");
}

}  // namespace mailfleet
