// Where a domain's mail is delivered: its MX hosts and their addresses (RFC 5321 §5.1, RFC 7505).
// Shared by every check that looks at mail hosts, so that they all look at the same ones.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "checks/base/evidence.h"

namespace mailfleet {

// One answer may hold 3,114 MX hosts; an honest one holds a handful.
constexpr size_t max_mx_hosts_probed = 10;
// The large operators give a host four addresses of each family; with many hosts it is fewer each.
constexpr size_t max_addresses_per_host = 8;
constexpr size_t max_addresses_probed = 40;  // of a domain, ten hosts of four

// How the domain takes mail. `explicit_mx`: it has MX hosts. `implicit`: none, but an address.
// `null`: it says it takes none. `none`: neither. `invalid`: contradicts itself.
enum class MxKind : uint8_t { explicit_mx, implicit, null, none, invalid };
std::string_view to_text(MxKind kind);  // "explicit", "implicit", …

struct MailHost {
  Name host;
  uint16_t preference = 0;
  bool pending = false;
  bool alias = false;       // the host name is a CNAME (RFC 2181 §10.3 forbids it)
  bool ip_literal = false;  // an address where a name belongs; never contacted
  // Those to be probed, at most max_addresses_per_host. Empty optional: a look-up failed.
  std::optional<std::vector<Address>> addresses{};
  bool addresses_complete = false;    // both families were looked up: there are no others
  std::vector<Address> not_probed{};  // the rest: never looked at, so nothing is known of them
  // What the address answers say: the weaker of A and AAAA.
  std::optional<Dnssec> dnssec{};
};

struct Route {
  bool pending = false;           // some answer is still to come
  std::optional<MxKind> kind{};   // empty: DNS could not be asked
  std::vector<MailHost> hosts{};  // by preference, then name; each host once
  size_t not_probed = 0;          // hosts past max_mx_hosts_probed, left out of `hosts`
  bool null_beside_others = false;
  bool null_preference = false;  // "." with a preference other than 0
};

Route route(const Name& domain, Facts& facts);

}  // namespace mailfleet
