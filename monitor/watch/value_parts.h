// The small parts that what is remembered is made of, as a tree and back (watch_value,
// trust_value). Reading is forgiving: what is missing or of another kind is read as nothing.
#pragma once

#include <optional>
#include <string>

#include "checks/base/time.h"
#include "checks/base/value.h"

namespace mailfleet {

inline std::string text_in(const Value& value) {
  return std::string(value.as_string().value_or(""));
}

inline Value time_value(const std::optional<Time>& time) {
  return time ? Value(to_text(*time)) : Value();
}

inline std::optional<Time> time_in(const Value& value) {
  return parse_time(value.as_string().value_or(""));
}

}  // namespace mailfleet
