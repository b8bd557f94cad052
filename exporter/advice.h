// What to tell a domain's owner about each finding: what it is, why it matters, what to do, in
// English and Welsh. From the advice.toml beside each check:
//
//     [spf-lookup-limit]            # the finding's code
//     title = "…"                   # and title_cy: a line
//     why = "…"                     # and why_cy: why it matters
//     action = "…"                  # and action_cy: what to do first
//     record = "v=spf1 …"           # a record to publish, when there is one
//     source = "RFC 7208 §4.6.4"
//     severity = "fail"             # fail, advice, info; with several of them also:
//     when = "…"                    # which holds when, for the list of rules (docs/checks.md)
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mailfleet {

enum class Language : uint8_t { english, welsh };

struct Advice {
  std::string title{};
  std::string title_cy{};
  std::string why{};
  std::string why_cy{};
  std::string action{};
  std::string action_cy{};
  std::string record{};
  std::string source{};
  std::string severity{};  // "advice, fail": those it is told with, mildest first
  std::string when{};

  const std::string& title_in(Language language) const;
  const std::string& why_in(Language language) const;
  const std::string& action_in(Language language) const;
};

struct AdviceError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class AdviceBook {
 public:
  // Adds the advice of one file. Throws AdviceError, "checks/spf/advice.toml:3: …".
  void add(std::string_view path, std::string_view text);
  const Advice* find(std::string_view code) const;  // null: nothing is said of it
  const std::map<std::string, Advice, std::less<>>& all() const { return all_; }

 private:
  std::map<std::string, Advice, std::less<>> all_{};
};

}  // namespace mailfleet
