// Which DMARC record speaks for a domain, for its subdomains and for names that do not exist: by
// the tree walk of RFC 9989 §4.10, and by RFC 7489 §6.6.3 with the public suffix list, since
// receivers of both kinds are alive.
//
// Works on what DNS said at each name; an answer that could not be had leaves unknown what depends
// on it, and only that.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/base/evidence.h"
#include "checks/base/name.h"
#include "checks/dmarc/record.h"

namespace mailfleet::dmarc {

// RFC 9989 §4.10: after the name itself no name of more than seven labels is asked.
constexpr size_t walk_labels = 7;

// What stands at _dmarc.<name>.
struct Found {
  bool pending = false;
  bool known = false;              // DNS answered, with or without records
  size_t records = 0;              // DMARC records there
  std::optional<Record> record{};  // when there is exactly one: several count as none
  std::vector<Name> aliases{};
  std::vector<std::string> other_txt{};
};
Found look_at(const Name& name, Facts& facts);

// The name, then its ancestors as the walk visits them.
std::vector<Name> walk_names(const Name& start);

// What is known of the names of one walk.
using Walk = std::map<Name, Found>;
Walk look_along(const Name& start, Facts& facts);  // asks every name at once
bool pending(const Walk& walk);

// Empty optional inside a known answer: there is none.
template <class T>
struct Known {
  bool known = false;
  std::optional<T> value{};
};

// RFC 9989 §4.10.2. Unknown when a record that would decide could not be asked.
Known<Name> organizational_domain(const Name& start, const Walk& walk);

// Who is asked about: the domain itself, a name below it that exists without a record of its own,
// or one that does not exist.
enum class Audience : uint8_t { own, subdomains, nonexistent };

// What applies: `policy` empty means no DMARC at all. `from` is the name of the record.
struct Applied {
  std::optional<Name> from{};
  std::optional<Policy> policy{};
  bool operator==(const Applied&) const = default;
};

// RFC 9989 §4.10.1, counting t=y. `exists`: whether `domain` itself is a name in DNS; it matters
// only to a domain without a record of its own, and may be unknown.
Known<Applied> applied(const Name& domain, const Walk& walk, Audience audience,
                       const std::optional<bool>& exists);

// RFC 7489 §6.6.3; `registrable` is the organizational domain by the public suffix list, empty when
// the domain is a public suffix itself.
Known<Applied> applied_rfc7489(const Name& domain, const std::optional<Name>& registrable,
                               const Walk& walk, Audience audience);

}  // namespace mailfleet::dmarc
