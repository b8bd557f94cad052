// One domain of the fleet, as the operator's list gives it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

struct FleetEntry {
  Name name;
  std::string organisation{};
  std::string organisation_cy{};
  std::string sector{};
  std::string contact{};
  std::vector<std::string> dkim_selectors{};
  std::vector<Address> sending_addresses{};
  bool parked = false;              // said to send and receive no mail
  std::string agreement{};          // who agreed that TLS may be required, and when
  std::optional<Time> tls_ready{};  // from when on

  explicit FleetEntry(Name domain_name) : name(std::move(domain_name)) {}
  bool operator==(const FleetEntry&) const = default;
};

}  // namespace mailfleet
