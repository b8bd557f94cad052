// Cells of tables for spreadsheets. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mailfleet {

constexpr size_t longest_cell = 500;  // characters

// Fit for the eye, and never the start of a formula: a spreadsheet takes a cell for one by its
// first character, blanks aside; also by the wide forms that East Asian keyboards make.
std::string spreadsheet_text(std::string_view text, size_t longest = longest_cell);
std::string csv_quoted(std::string_view text);        // RFC 4180, as it is
std::string spreadsheet_cell(std::string_view text);  // both

}  // namespace mailfleet
