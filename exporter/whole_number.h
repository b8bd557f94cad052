// A text that is a number from its first character to its last, as clients write it.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>

namespace mailfleet {

// Empty for anything else, and for what T cannot hold.
template <class T>
std::optional<T> whole_number(std::string_view text) {
  T out{};
  const auto [rest, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault != std::errc() || rest != text.data() + text.size()) return {};
  return out;
}

}  // namespace mailfleet
