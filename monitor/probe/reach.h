// Whom the monitor may contact: public mail and policy hosts, and nobody else. A domain's owner
// chooses the addresses we dial, so a name that points at our own network must not turn the monitor
// into someone's port scanner. The only connect() of the program (connect.h) asks here.
//
// Refused are the blocks of IANA's special-purpose registries (RFC 6890), multicast, what is not
// assigned to global unicast, and every transition form that carries an IPv4 address which would
// itself be refused (v4-mapped, NAT64 RFC 6052, 6to4, Teredo).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "checks/base/address.h"

namespace mailfleet {

struct Reach {
  uint16_t smtp_port = 25;
  uint16_t https_port = 443;
  std::vector<Network> allow{};  // adds exactly these ranges to public space
  std::vector<Network> deny{};   // wins over everything, also over embedded IPv4 addresses
};

// Why the address may not be contacted, in plain words; empty when it may. `special`: nobody can
// reach it over the Internet, a fact about the address. `denied`: the operator said so. `port`: not
// one of the two ports.
enum class Refusal : uint8_t { none, special, denied, port };
struct ReachVerdict {
  Refusal refusal = Refusal::none;
  std::string_view why{};
};
ReachVerdict judge_reach(const Address& address, uint16_t port, const Reach& reach);

inline bool may_contact(const Address& address, uint16_t port, const Reach& reach) {
  return judge_reach(address, port, reach).refusal == Refusal::none;
}

// The IPv4 address that a v4-mapped, NAT64, 6to4 or Teredo address carries.
std::optional<Address> embedded_v4(const Address& address);

}  // namespace mailfleet
