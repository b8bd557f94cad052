// How the readers of this folder give up: a refusal is thrown inside and leaves as a value.
#pragma once

#include <string>
#include <string_view>

#include "checks/base/text.h"
#include "reports/report.h"

namespace mailfleet::reports {

[[noreturn]] inline void refuse(std::string reason) { throw Refusal{std::move(reason)}; }

// A stranger's words inside a line of ours.
inline std::string quoted(std::string_view text) {
  constexpr size_t most_characters = 60;
  return '"' + for_display(text, most_characters) + '"';
}

template <class Function>
auto or_refusal(Function read) -> Read<decltype(read())> {
  try {
    return read();
  } catch (Refusal& refusal) {
    return std::move(refusal);
  }
}

}  // namespace mailfleet::reports
