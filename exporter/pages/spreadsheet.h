// A cell of a table for spreadsheets. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mailfleet {

// Quoted (RFC 4180), fit for the eye, and never the start of a formula.
std::string spreadsheet_cell(std::string_view text);

}  // namespace mailfleet
