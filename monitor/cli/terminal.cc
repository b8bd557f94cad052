#include "monitor/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

std::string_view code_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::bold:
      return "\x1b[1m";
    case Ink::faint:
      return "\x1b[2m";
    case Ink::green:
      return "\x1b[32m";
    case Ink::yellow:
      return "\x1b[33m";
    case Ink::red:
      return "\x1b[31m";
  }
  return "";
}

}  // namespace

bool standard_output_is_a_terminal() { return isatty(STDOUT_FILENO) == 1; }

bool colours_wanted() {
  const char* no_colour = std::getenv("NO_COLOR");
  return standard_output_is_a_terminal() && !(no_colour && *no_colour);
}

std::string inked(std::string_view text, Ink ink, bool colours) {
  if (!colours || ink == Ink::plain) return std::string(text);
  return std::string(code_of(ink)) + std::string(text) + "\x1b[0m";
}

size_t columns_of(std::string_view text) {
  return static_cast<size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string table_text(const std::vector<std::vector<TableCell>>& rows, bool colours) {
  std::vector<size_t> widths;
  for (const auto& row : rows)
    for (size_t i = 0; i < row.size(); ++i) {
      if (i == widths.size()) widths.push_back(0);
      widths[i] = std::max(widths[i], columns_of(row[i].text));
    }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      out += inked(row[i].text, row[i].ink, colours);
      if (i + 1 < row.size()) out.append(widths[i] - columns_of(row[i].text) + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

std::string wrapped(std::string_view text, size_t width, std::string_view indent) {
  std::string out;
  size_t column = 0;
  for (const std::string_view word : split(text, ' ')) {
    const size_t length = columns_of(word);
    if (column > 0 && column + 1 + length > width) {
      out += "\n" + std::string(indent);
      column = 0;
    } else if (column > 0) {
      out += ' ';
      ++column;
    }
    out += word;
    column += length;
  }
  return out;
}

}  // namespace mailfleet
