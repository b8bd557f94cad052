#include "exporter/pages/spreadsheet.h"

#include "checks/base/text.h"

namespace mailfleet {

std::string spreadsheet_cell(std::string_view text) {
  std::string out = for_display(text, 500);
  if (!out.empty() && std::string_view("=+-@\t").find(out[0]) != std::string_view::npos)
    out.insert(0, "'");
  std::string quoted = "\"";
  for (const char c : out) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace mailfleet
