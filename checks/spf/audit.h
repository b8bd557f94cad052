// What a domain's SPF policy is worth at its worst, whoever sends (RFC 7208 §4.6.4, §5.2, §6.1,
// §11.1).
//
// Walks the whole tree of includes and redirects as a sender would be met whom nothing matches, and
// does not stop at the tenth look-up: the count says how far over the limit a policy is. Terms
// behind `all` are not counted. A target that only a message decides (%{i}, %{l}, …) counts as a
// look-up and is not asked for. At most `max_questions` names are asked.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/check.h"

namespace mailfleet::spf {

constexpr int max_questions = 30;  // for one domain's tree
constexpr int max_depth = 12;      // a longer chain is over the limit by itself

struct TraceLine {
  std::string domain{};
  std::string term{};
  int lookups = 0;         // so far, this term included
  std::string resolved{};  // what the target came to
  std::string note{};      // "void", "no record", "not followed: a loop", …
};

struct Audit {
  bool pending = false;
  bool unseen = false;        // part of the tree could not be seen
  bool voids_unseen = false;  // some target's addresses could not be seen
  std::string result{};       // none, valid, permerror, temperror
  std::string reason{};       // a closed list; empty without permerror
  std::string broken_at{};    // the name whose record or absence breaks the policy
  std::optional<std::string> record{};
  std::optional<char> all{};  // effective: after redirect, never from an include
  bool all_unseen = false;    // the redirect's target could not be seen
  bool passes_everyone = false;
  std::string open_by{};                   // the term that lets everyone pass
  std::optional<bool> lets_nobody_send{};  // empty: the redirect's target could not be seen
  int lookups = 0;
  int voids = 0;
  std::vector<TraceLine> trace{};
  std::vector<Finding> findings{};
};

Audit audit(const Name& domain, Facts& facts);

}  // namespace mailfleet::spf
