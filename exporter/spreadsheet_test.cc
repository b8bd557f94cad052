#include "exporter/spreadsheet.h"

#include <doctest/doctest.h>

using namespace mailfleet;

TEST_CASE("spreadsheet: no cell is a formula, whatever it begins with") {
  for (const char* text : {"=1+1", "+1", "-1", "@sum", " =1", "  +1",
                           "\xEF\xBC\x9D"
                           "1",
                           "\xEF\xBC\x8B"
                           "1",
                           "\xEF\xBC\x8D"
                           "1",
                           " \xEF\xBC\xA0"
                           "x"})
    CHECK(spreadsheet_cell(text).starts_with("\"'"));
  CHECK(spreadsheet_cell("a=b") == "\"a=b\"");
  CHECK(spreadsheet_cell("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(spreadsheet_cell("") == "\"\"");
  CHECK(spreadsheet_cell("two\nlines").find('\n') == std::string::npos);
}
