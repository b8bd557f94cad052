// Addresses where no mail from the Internet can arrive (RFC 6890 and the IANA special-purpose
// registries): private, loopback, link-local, documentation and the like.
#pragma once

#include <string_view>

#include "checks/base/address.h"

namespace mailfleet {

// What kind of special address it is, in words ("private", "documentation"); empty when it is an
// ordinary public one. IPv4 inside IPv6 (mapped, NAT64, 6to4) is judged by the IPv4 address.
std::string_view special_use(const Address& address);

}  // namespace mailfleet
