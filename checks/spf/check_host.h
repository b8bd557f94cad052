// Would mail from this address pass SPF for this sender? The check_host() of RFC 7208, whole.
//
// A pure function over facts. While an answer is missing the outcome is `pending`; it asks for all
// that a record may need at once, so that deep trees take few passes. Limits: 10 terms that ask
// DNS, 2 of them in vain, 10 hosts of an mx, 10 names of an address (§4.6.4). SPF's own DNS type
// (99) is not asked (§3.1). It judges one message; what a record is worth at its worst is audit.h.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/check.h"

namespace mailfleet::spf {

enum class Result { none, neutral, pass, fail, softfail, temperror, permerror };
std::string_view to_text(Result result);

// One term looked at, in order.
struct Step {
  std::string domain{};
  std::string term{};
  int lookups = 0;        // so far, this term included
  std::string outcome{};  // "match", "no match", "permerror: …"
};

struct Outcome {
  bool pending = false;
  Result result = Result::none;
  std::string mechanism{};    // what matched, as written; empty when nothing did
  std::string explanation{};  // of the domain's owner, for a fail; hostile text
  std::string reason{};       // why there is no proper result
  int lookups = 0;
  int voids = 0;
  std::vector<Step> steps{};
};

// `domain` and `helo` as they came in the SMTP session; `sender` is the whole mailbox.
struct Message {
  Address ip{};
  std::string domain{};
  std::string sender{};
  std::string helo{};
};

Outcome check_host(const Message& message, Facts& facts);

}  // namespace mailfleet::spf
