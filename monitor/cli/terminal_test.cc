#include "monitor/cli/terminal.h"

#include <doctest/doctest.h>

namespace mailfleet {

TEST_CASE("terminal: columns line up, also with letters beyond ASCII") {
  CHECK(table_text({{{"a"}, {"b"}}, {{"Môn"}, {"c"}}}, false) == "a    b\nMôn  c\n");
  CHECK(table_text({{{"a", Ink::red}, {"b"}}}, true) == "\x1b[31ma\x1b[0m  b\n");
  CHECK(table_text({{{"a", Ink::red}, {"b"}}}, false) == "a  b\n");
}

TEST_CASE("terminal: text is broken at blanks") {
  CHECK(wrapped("one two three", 8, "  ") == "one two\n  three");
  CHECK(wrapped("incomprehensibilities", 5, "  ") == "incomprehensibilities");
  CHECK(wrapped("", 5, "  ").empty());
}

}  // namespace mailfleet
