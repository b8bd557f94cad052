// What DNS says in a world: the rules of RFC 1034 §4.3.2 and RFC 4592 over a table. Pure.
//
// A listed name without the type is NODATA, a name with something below it too, any other does not
// exist unless a wildcard covers it. CNAMEs are followed, at most `max_aliases` of them.
#pragma once

#include "checks/base/evidence.h"
#include "world/world.h"

namespace mailfleet {

constexpr size_t max_aliases = 8;  // RFC 1034 sets none; resolvers stop near here

// One step of an answer: what the world holds for exactly this name and type.
struct DnsHolding {
  WorldRcode rcode = WorldRcode::noerror;  // nxdomain also for a name that does not exist
  Dnssec dnssec = Dnssec::insecure;
  Milliseconds delay{0};
  std::optional<WorldMoment> signatures_end{};
  std::vector<std::string> records{};  // of the type; empty: NODATA
  std::optional<Name> alias{};         // a CNAME instead, when the type is another
  std::optional<Name> wildcard{};      // the "*.x" that this was made from
  // The longest ancestor that exists (or the name itself); empty: the root.
  std::optional<Name> encloser{};
  std::vector<uint16_t> types{};  // everything at the name, for proofs of absence
};

DnsHolding held(const World& world, const Name& name, uint16_t type);
// The whole answer, as a validating resolver would give it.
DnsObservation answer_dns(const World& world, const DnsQuestion& question);
// How long the whole answer takes, the names of a chain together.
Milliseconds dns_delay(const World& world, const DnsQuestion& question);

}  // namespace mailfleet
