// One DMARC record as text, read by the rules of RFC 9989 §4.7-4.8 (and RFC 7489 §6.3-6.4 for what
// differs): every tag, what is wrong with it, and which policy is left after the fall-back rules.
//
// Reading never fails: a text that is no DMARC record at all gives nothing, any other text gives
// what was understood and the list of problems. It does not look anything up.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/name.h"

namespace mailfleet::dmarc {

// Weakest first, so that policies compare.
enum class Policy : uint8_t { none, quarantine, reject };
std::string_view to_text(Policy policy);

// psd=: does the name stand at the border of an organisation? u: the record does not say.
enum class Psd : uint8_t { u, n, y };

// A report address of rua= or ruf=, syntactically good.
struct ReportUri {
  std::string uri{};  // without the "!10m" of RFC 7489
  bool mailto = false;
  bool size_limit = false;     // it had one
  std::optional<Name> host{};  // where the reports go; empty for a scheme we do not know
  bool operator==(const ReportUri&) const = default;
};

enum class ProblemKind : uint8_t {
  policy_missing,
  policy_invalid,
  sp_invalid,
  np_invalid,  // these void the record
  tag_invalid,
  tag_duplicate,
  tag_case,
  syntax,
  leading_blank,
  uri_invalid,
  obsolete_tag,
  p_not_second
};

struct Problem {
  ProblemKind kind = ProblemKind::syntax;
  std::string tag{};
  std::string seen{};
  bool operator==(const Problem&) const = default;
};

struct Record {
  std::string text{};
  std::optional<Policy> p{}, sp{}, np{};  // good values only
  bool testing = false;                   // t=y
  std::optional<int> pct{};
  Psd psd = Psd::u;
  std::optional<char> adkim{}, aspf{};  // 'r' or 's'
  std::vector<ReportUri> rua{}, ruf{};
  std::vector<Problem> problems{};

  bool has(ProblemKind kind) const;
  // RFC 9989 §4.10.1: p missing or bad, sp or np bad.
  bool broken() const;
  // The same for a reader of RFC 7489, to whom np is an unknown tag.
  bool broken_rfc7489() const;
  bool reports() const { return !rua.empty(); }
};

// Empty when the first tag is not v=DMARC1 (the value's case counts, RFC 9989 §4.7).
std::optional<Record> parse(std::string_view txt);
bool is_dmarc(std::string_view txt);

// The URIs of a rua= or ruf= value; what is no URI goes to `bad`.
std::vector<ReportUri> parse_report_uris(std::string_view value, std::vector<std::string>& bad);

}  // namespace mailfleet::dmarc
