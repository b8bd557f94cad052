#include "checks/mta_sts/policy.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "checks/base/text.h"
#include "checks/mta_sts/idn.h"

namespace mailfleet::mta_sts {
namespace {

constexpr size_t longest_key = 32;
constexpr size_t longest_max_age_digits = 10;

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

// sts-policy-ext-name; the four known names are of this form too.
bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= longest_key && is_alphanumeric(key[0]) &&
         std::ranges::all_of(
             key, [](char c) { return is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

// RFC 5321 §4.1.2: sub-domains of letters, digits and inner hyphens.
bool is_domain(std::string_view text) {
  const auto name = Name::parse(text);
  if (!name) return false;
  return std::ranges::all_of(name->labels(), [](std::string_view label) {
    return label.front() != '-' && label.back() != '-' && label.find('_') == std::string_view::npos;
  });
}

std::optional<int64_t> read_max_age(std::string_view value) {
  if (value.empty() || value.size() > longest_max_age_digits) return {};
  if (!std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; })) return {};
  int64_t seconds = 0;
  std::from_chars(value.data(), value.data() + value.size(), seconds);
  return seconds;
}

class Reader {
 public:
  Policy read(std::string_view body) {
    std::vector<std::string_view> lines = split(body, '\n');
    // The last line may end without a terminator.
    if (lines.back().empty()) lines.pop_back();
    for (std::string_view line : lines) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      take_line(line);
    }
    finish(lines.empty());
    return std::move(policy_);
  }

 private:
  void refuse(std::string_view reason) {
    if (policy_.reason.empty()) policy_.reason = reason;
  }

  void take_line(std::string_view line) {
    const std::string_view field = trim(line);
    if (field.empty()) {
      policy_.blanks = true;
      return;
    }
    // Blanks at the end are allowed (§3.2), in front they are not.
    policy_.blanks |= field.front() != line.front();
    const size_t colon = field.find(':');
    const std::string_view key = field.substr(0, colon);
    if (colon == std::string_view::npos || !is_key(key)) return refuse("line");
    take(key, trim(field.substr(colon + 1)));
  }

  // All but the first of a field that counts once are ignored (§3.2).
  bool first(bool& seen) {
    policy_.duplicates |= seen;
    return !std::exchange(seen, true);
  }

  void take(std::string_view key, std::string_view value) {
    if (key == "mx")
      take_mx(value);
    else if (key == "version" && first(version_seen_) && value != "STSv1")
      refuse("version");
    else if (key == "mode" && first(mode_seen_))
      policy_.mode = value;
    else if (key == "max_age" && first(max_age_seen_))
      take_max_age(value);
    // Anything else is an extension, to be ignored.
  }

  void take_mx(std::string_view value) {
    auto pattern = parse_pattern(value);
    if (!pattern) return refuse("mx");
    policy_.unusual_names |= value.ends_with('.') || std::ranges::any_of(value, [](char c) {
                               return static_cast<unsigned char>(c) >= 0x80;
                             });
    policy_.mx.push_back(std::move(*pattern));
  }

  void take_max_age(std::string_view value) {
    const auto seconds = read_max_age(value);
    if (!seconds) return refuse("max_age");
    policy_.max_age_capped = *seconds > longest_max_age_seconds;
    policy_.max_age_seconds = std::min(*seconds, longest_max_age_seconds);
  }

  void finish(bool empty) {
    if (empty) refuse("empty");
    if (!version_seen_) refuse("version");
    const std::string& mode = policy_.mode;
    if (mode != "enforce" && mode != "testing" && mode != "none") refuse("mode");
    if (!max_age_seen_) refuse("max_age");
    if (policy_.mx.empty() && mode != "none") refuse("mx");
    policy_.valid = policy_.reason.empty();
  }

  Policy policy_;
  bool version_seen_ = false;
  bool mode_seen_ = false;
  bool max_age_seen_ = false;
};

}  // namespace

std::optional<Pattern> parse_pattern(std::string_view text) {
  Pattern out{.text = std::string(text)};
  out.wildcard = text.starts_with("*.");
  if (out.wildcard) text.remove_prefix(2);
  const auto a_labels = to_a_labels(text);
  if (!a_labels || !is_domain(*a_labels)) return {};
  out.name = Name::parse(*a_labels)->text();
  return out;
}

bool matches(const Pattern& pattern, const Name& host) {
  if (!pattern.wildcard) return host.text() == pattern.name;
  const auto parent = host.parent();
  return parent && parent->text() == pattern.name;
}

Policy parse_policy(std::string_view body) { return Reader().read(body); }

bool covers(const Policy& policy, const Name& host) {
  return std::ranges::any_of(policy.mx, [&](const Pattern& p) { return matches(p, host); });
}

}  // namespace mailfleet::mta_sts
