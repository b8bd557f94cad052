// The loopback addresses behind which the lab hides a world's hosts: one for each address of the
// world, so that a name leads to its own server without any privilege. An address that already is
// in 127.0.0.0/8 stays. IPv6 has but one loopback address: a host that has only IPv6 gets an IPv4
// stand-in, and nobody an AAAA record.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "world/world.h"

namespace mailfleet {

class LabAddresses {
 public:
  explicit LabAddresses(const World& world);  // with all its stages

  // Empty for an address that the world does not name.
  std::optional<Address> loopback(const Address& real) const;
  std::optional<Address> real(const Address& loopback) const;
  const std::map<Address, Address>& by_real() const { return by_real_; }

 private:
  std::map<Address, Address> by_real_;
  std::map<Address, Address> by_loopback_;
};

}  // namespace mailfleet
