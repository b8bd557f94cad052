#include "exporter/spreadsheet.h"

#include <algorithm>
#include <array>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

bool starts_a_formula(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  constexpr std::array<std::string_view, 9> marks{
      "=", "+", "-", "@", "\t", "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"};
  return std::ranges::any_of(marks, [&](std::string_view mark) { return text.starts_with(mark); });
}

}  // namespace

std::string spreadsheet_text(std::string_view text, size_t longest) {
  std::string out = for_display(text, longest);
  return starts_a_formula(out) ? "'" + out : out;
}

std::string csv_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) (out += c == '"' ? "\"" : "") += c;
  return out + '"';
}

std::string spreadsheet_cell(std::string_view text) { return csv_quoted(spreadsheet_text(text)); }

}  // namespace mailfleet
