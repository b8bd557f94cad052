#include "checks/spf/record.h"

#include <algorithm>
#include <array>

#include "checks/base/text.h"

namespace mailfleet::spf {
namespace {

constexpr std::string_view version = "v=spf1";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alpha(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// §12: "0", or digits without a leading zero; at most `largest`.
std::optional<int> parse_prefix(std::string_view digits, int largest) {
  if (digits.empty() || digits.size() > 3 || (digits.size() > 1 && digits.front() == '0'))
    return {};
  int value = 0;
  for (const char c : digits) {
    if (!is_digit(c)) return {};
    value = value * 10 + (c - '0');
  }
  return value <= largest ? std::optional(value) : std::nullopt;
}

// Cuts a trailing "/digits" off; npos when the text does not end in one.
size_t trailing_prefix(std::string_view text) {
  const size_t slash = text.rfind('/');
  if (slash == std::string_view::npos || slash + 1 == text.size()) return std::string_view::npos;
  return std::ranges::all_of(text.substr(slash + 1), is_digit) ? slash : std::string_view::npos;
}

// [ "/" ip4-length ] [ "//" ip6-length ] at the end of an a or mx term.
bool take_dual_prefix(std::string_view& text, Term& out) {
  size_t slash = trailing_prefix(text);
  if (slash != std::string_view::npos && slash > 0 && text[slash - 1] == '/') {
    const auto prefix = parse_prefix(text.substr(slash + 1), 128);
    if (!prefix) return false;
    out.prefix6 = *prefix;
    text = text.substr(0, slash - 1);
    slash = trailing_prefix(text);
  }
  if (slash == std::string_view::npos) return true;
  const auto prefix = parse_prefix(text.substr(slash + 1), 32);
  if (!prefix) return false;
  out.prefix4 = *prefix;
  text = text.substr(0, slash);
  return true;
}

bool take_target(std::string_view text, Term& out) {
  auto target = parse_domain_spec(text);
  if (!target) return false;
  out.target = std::move(*target);
  return true;
}

// `rest` is what follows the mechanism's name. a and mx: [ ":" domain-spec ] [ dual-cidr-length ].
bool parse_host_term(std::string_view rest, Term& out) {
  if (!take_dual_prefix(rest, out)) return false;
  if (rest.empty()) return true;
  return rest.front() == ':' && take_target(rest.substr(1), out);
}

bool parse_network(std::string_view rest, bool v4, Term& out) {
  if (rest.empty() || rest.front() != ':') return false;
  rest.remove_prefix(1);
  const size_t slash = rest.find('/');
  const auto address = Address::parse(rest.substr(0, slash));
  if (!address || address->is_v4() != v4) return false;
  out.network = {*address, v4 ? 32 : 128};
  if (slash == std::string_view::npos) return true;
  const auto prefix = parse_prefix(rest.substr(slash + 1), v4 ? 32 : 128);
  if (!prefix) return false;
  out.network.prefix = *prefix;
  return true;
}

bool parse_rest(std::string_view rest, Term& out) {
  switch (out.mechanism) {
    case Mechanism::all:
      return rest.empty();
    case Mechanism::a:
    case Mechanism::mx:
      return parse_host_term(rest, out);
    case Mechanism::ptr:
      return rest.empty() || (rest.front() == ':' && take_target(rest.substr(1), out));
    case Mechanism::ip4:
      return parse_network(rest, true, out);
    case Mechanism::ip6:
      return parse_network(rest, false, out);
    case Mechanism::include:
    case Mechanism::exists:
      return !rest.empty() && rest.front() == ':' && take_target(rest.substr(1), out);
  }
  return false;
}

constexpr std::array<std::string_view, 8> mechanism_names{"all", "include", "a",   "mx",
                                                          "ptr", "ip4",     "ip6", "exists"};

std::optional<Term> parse_directive(std::string_view text) {
  Term out{.text = std::string(text)};
  if (std::string_view("+-~?").find(text.front()) != std::string_view::npos) {
    out.qualifier = text.front();
    text.remove_prefix(1);
  }
  const size_t end = std::min(text.find_first_of(":/"), text.size());
  for (size_t i = 0; i < mechanism_names.size(); ++i) {
    if (!equal_ignoring_case(text.substr(0, end), mechanism_names[i])) continue;
    out.mechanism = static_cast<Mechanism>(i);
    if (!parse_rest(text.substr(end), out)) return {};
    return out;
  }
  return {};
}

bool is_modifier_name(std::string_view name) {
  return !name.empty() && is_alpha(name.front()) && std::ranges::all_of(name, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '-' || c == '_' || c == '.';
  });
}

// §6: "name=value". `redirect` and `exp` once each; unknown ones need only be well formed.
bool parse_modifier(std::string_view name, std::string_view value, Record& out) {
  const bool redirect = equal_ignoring_case(name, "redirect");
  if (!redirect && !equal_ignoring_case(name, "exp")) {
    const auto macro = parse_macro_string(value, MacroPlace::domain);
    return macro.has_value();
  }
  auto& slot = redirect ? out.redirect : out.explanation;
  auto target = parse_domain_spec(value);
  if (slot || !target) return false;
  out.uses_macro_p |= target->uses('p');
  slot = std::move(*target);
  return true;
}

void parse_term(std::string_view text, Record& out) {
  const size_t equals = text.find('=');
  if (equals != std::string_view::npos && is_modifier_name(text.substr(0, equals))) {
    if (!parse_modifier(text.substr(0, equals), text.substr(equals + 1), out))
      out.problems.emplace_back(text);
    else if (starts_with_ignoring_case(text, "redirect="))
      out.redirect_text = text;
    return;
  }
  if (auto term = parse_directive(text)) {
    out.uses_macro_p |= term->target.uses('p');
    out.terms.push_back(std::move(*term));
  } else {
    out.problems.emplace_back(text);
  }
}

}  // namespace

size_t Record::end() const {
  const auto found = std::ranges::find(terms, Mechanism::all, &Term::mechanism);
  return static_cast<size_t>(found - terms.begin());
}

bool Record::only_refuses() const {
  const auto last = terms.begin() + static_cast<std::ptrdiff_t>(std::min(end() + 1, terms.size()));
  return std::ranges::all_of(terms.begin(), last,
                             [](const Term& term) { return term.qualifier == '-'; });
}

Record parse_record(std::string_view text) {
  Record out{.text = std::string(text)};
  for (const std::string_view part : split(text.substr(std::min(version.size(), text.size())), ' '))
    if (!part.empty()) parse_term(part, out);
  return out;
}

bool is_record(std::string_view txt) {
  return starts_with_ignoring_case(txt, version) &&
         (txt.size() == version.size() || txt[version.size()] == ' ');
}

std::vector<std::string> select_records(const std::vector<std::string>& txt) {
  std::vector<std::string> out;
  std::ranges::copy_if(txt, std::back_inserter(out),
                       [](const std::string& each) { return is_record(each); });
  return out;
}

}  // namespace mailfleet::spf
