// A limit of the program, as `mailfleet limits` lists it. Each layer names its own beside the
// constant; nothing reads this to decide anything.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

struct Limit {
  std::string_view area;  // "scan", "probe", "http", …
  std::string_view name;  // of the constant: "max_questions"
  int64_t value = 0;
  std::string_view unit;  // "questions", "bytes", "s"
  std::string_view why;   // one plain sentence
};

}  // namespace mailfleet
