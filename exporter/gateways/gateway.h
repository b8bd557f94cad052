// From an edition to the rules of a mail gateway. Pure: an edition in, text out.
//
// Common rules: active AND suspended entries are exported (a suspended domain must keep its rule,
// so that mail waits instead of falling back to clear text); withdrawn ones are not. An entry that
// would give an empty match is refused, never written. Each exporter reads its own output back
// before it returns it. Of what an entry says only names, numbers and words of closed lists reach
// rules; free text (an organisation's name) reaches the CSV alone, as a quoted cell.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "exporter/feed/exceptions.h"

namespace mailfleet {

// What a consumer wants when the edition it holds has expired. keep: no new rules, the old ones
// stand. encrypt: TLS without authentication. opportunistic: TLS where it is offered.
enum class OnExpiry : uint8_t { keep, encrypt, opportunistic };
std::optional<OnExpiry> parse_on_expiry(std::string_view text);

// "Force TLS to *.gov.uk, with exceptions" (Postfix only): what is asked of every domain below the
// suffixes that has no rule of its own.
enum class SuffixLevel : uint8_t {
  encrypt,  // TLS
  verify    // TLS and a certificate that can be checked, for the MX host's own name
};
std::optional<SuffixLevel> parse_suffix_level(std::string_view text);

struct SuffixPolicy {
  std::vector<Name> suffixes{};
  SuffixLevel level = SuffixLevel::encrypt;
  ExceptionList exceptions{};
};

struct GatewayOptions {
  Tier least = Tier::t2;  // entries below are left out
  OnExpiry on_expiry = OnExpiry::keep;
  bool allow_unsigned = false;
  Time now{};
  int postfix_major = 3;
  int postfix_minor = 7;
  bool dane_only = true;  // "dane-only" for entries that rest on DANE; else left out
  SuffixPolicy suffix{};
};

struct GatewayRefusal {
  std::string what{};  // one line
};
using GatewayText = std::variant<std::string, GatewayRefusal>;

// How an entry is to be enforced.
enum class Enforcement : uint8_t { opportunistic, encrypt, secure, dane };

struct GatewayRule {
  const FeedEntry* entry = nullptr;
  Enforcement enforcement = Enforcement::secure;
};

// The rules of an edition under the options, in its order; or why there are none.
std::variant<std::vector<GatewayRule>, GatewayRefusal> rules_of(const Edition& edition,
                                                                const GatewayOptions& options);

// Comment lines that every export begins with ("# " is the comment mark).
std::string export_heading(const Edition& edition, const GatewayOptions& options,
                           std::string_view comment_mark, std::string_view what);

GatewayText export_postfix(const Edition& edition, const GatewayOptions& options);
GatewayText export_exim(const Edition& edition, const GatewayOptions& options);
GatewayText export_exchange(const Edition& edition, const GatewayOptions& options);
GatewayText export_csv(const Edition& edition, const GatewayOptions& options);
GatewayText export_starttls_everywhere(const Edition& edition, const GatewayOptions& options);

}  // namespace mailfleet
