// A strict reader of the PowerShell that we write: enough of the language's lexical grammar to say
// whether a script is whole (strings end, brackets pair) and to find every literal in it. It knows
// no semantics, and refuses constructs that our scripts have no use for (double-quoted strings that
// expand, here-strings, back-ticks, block comments), so that what passes has one reading.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mailfleet {

enum class PowerShellKind : uint8_t { word, variable, literal, mark };  // mark: brackets, operators

struct PowerShellToken {
  PowerShellKind kind = PowerShellKind::word;
  std::string text{};  // of a literal: its value
  size_t line = 0;     // from 1
};

// The tokens; or one line that says where it is not PowerShell that we would write.
std::variant<std::vector<PowerShellToken>, std::string> read_powershell(std::string_view script);

// 'text' as a literal. Only printable ASCII: PowerShell also ends a literal at curly quotes.
std::optional<std::string> powershell_literal(std::string_view text);

}  // namespace mailfleet
