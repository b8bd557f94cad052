// A table of one rule a line, as mail servers read it: comments and empty lines say nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "checks/base/text.h"

namespace mailfleet {

// Whether the text, read line by line, says exactly what was meant, in that order.
template <class Line>
bool reads_back(std::string_view text, const std::vector<Line>& lines,
                std::optional<Line> (*read_line)(std::string_view)) {
  auto wanted = lines.begin();
  for (const std::string_view each : split(text, '\n')) {
    if (each.empty() || each.starts_with('#')) continue;
    if (wanted == lines.end() || read_line(each) != *wanted) return false;
    ++wanted;
  }
  return wanted == lines.end();
}

}  // namespace mailfleet
