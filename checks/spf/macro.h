// The macro language of SPF: %{i}, %{d2r}, %{L-} and the like (RFC 7208 §7).
//
// Parsing never fails: it returns no value for text that the grammar refuses. Expanding is plain
// text work; whoever calls it finds the values, %{p} included.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet::spf {

struct MacroPiece {
  std::string literal{};  // used when `letter` is 0
  char letter = 0;        // lower case
  bool escape = false;    // written in upper case: URL-escaped (§7.3)
  bool reverse = false;
  size_t keep = 0;           // right-most parts to keep; 0 keeps all
  std::string delimiters{};  // empty means "."
};

struct MacroString {
  std::string text{};
  std::vector<MacroPiece> pieces{};
  bool ends_in_macro = false;  // "%{…}", "%%", "%_" or "%-" comes last

  bool empty() const { return text.empty(); }
  bool uses(char letter) const;
  bool has_macros() const;         // any %{…}
  bool only_about_domain() const;  // %{d} and %{o} at most: known without a message
};

// Where the text stands decides which letters it may use: c, r and t only in explanations (§7.2).
enum class MacroPlace { domain, explanation };

// Empty when the text breaks the grammar of §7.1. Explanations may also hold blanks.
std::optional<MacroString> parse_macro_string(std::string_view text, MacroPlace place);
// The same, and the ending a <domain-spec> needs: ".toplabel" or a macro.
std::optional<MacroString> parse_domain_spec(std::string_view text);

struct MacroValues {
  std::string sender{};  // with a local part, always
  std::string domain{};  // the <domain> of the running evaluation
  std::string helo{};
  std::string validated_name{};  // %{p}
  Address ip{};
  Time now{};
};

std::string expand(const MacroString& macro, const MacroValues& values);
// Expanded and cut to 253 characters from the left, label by label (§7.3).
std::string expand_domain(const MacroString& macro, const MacroValues& values);

// A target name as DNS would be asked for it, whatever characters it has; empty when no question
// can be made of it (an empty or overlong label).
std::optional<Name> to_name(std::string_view target);

}  // namespace mailfleet::spf
