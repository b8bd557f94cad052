// Whom we were asked to leave alone: hosts, domains with everything below them, addresses, blocks.
// Pure.
#pragma once

#include <string>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"

namespace mailfleet {

class NoScan {
 public:
  // "mx1.example.org" and "example.org" (both cover all below), "192.0.2.1", "2001:db8::/32".
  // What is none of these is left out here; the configuration refuses it beforehand.
  explicit NoScan(const std::vector<std::string>& entries);

  bool covers(const Name& host, const Address& address) const;

 private:
  std::vector<Name> names_{};
  std::vector<Network> networks_{};
};

}  // namespace mailfleet
