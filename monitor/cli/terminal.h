// Text for a person at a terminal: tables, and colours where they can be seen. Colours only on a
// terminal, and not when NO_COLOR is set (https://no-color.org). Text from outside is made
// harmless.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

enum class Ink { plain, bold, faint, green, yellow, red };

bool standard_output_is_a_terminal();
bool colours_wanted();  // of standard output
std::string inked(std::string_view text, Ink ink, bool colours);

// The number of columns that UTF-8 text takes, combining and double-width characters aside.
size_t columns_of(std::string_view text);

struct TableCell {
  std::string text{};
  Ink ink = Ink::plain;
};

// Rows in columns, two blanks between; the last column is not padded.
std::string table_text(const std::vector<std::vector<TableCell>>& rows, bool colours);

// Broken into lines of at most `width` columns at blanks, each but the first after `indent`.
std::string wrapped(std::string_view text, size_t width, std::string_view indent);

}  // namespace mailfleet
