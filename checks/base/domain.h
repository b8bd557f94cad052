// The domain under examination, with what its owner and operator told us and what we remember: the
// second argument of every check beside the facts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/reference.h"
#include "checks/base/time.h"

namespace mailfleet {

// The MTA-STS policy that a sender who wrote to the domain would still hold (RFC 8461 §3.3).
struct RememberedPolicy {
  std::string mode{};  // enforce, testing, none
  std::string id{};
  std::vector<std::string> mx{};
  Time fetched_at{};
  Seconds max_age{0};
  std::string body_digest{};  // SHA-256, hex

  bool applies_at(Time now) const { return now < fetched_at + max_age; }
  bool operator==(const RememberedPolicy&) const = default;
};

struct Domain {
  Name name;
  std::string sector{};
  bool parked = false;                          // said to send and receive no mail
  std::vector<std::string> dkim_selectors{};    // declared by the owner
  std::vector<std::string> seen_selectors{};    // of DKIM: held a valid key when last seen
  std::vector<std::string> young_selectors{};   // of DKIM: became valid less than a week ago
  std::vector<Address> sending_addresses{};     // declared by the owner
  std::optional<RememberedPolicy> remembered{}; // from earlier scans
  std::optional<Time> dmarc_since{};            // when this p=none record was first seen
  const Reference* reference = nullptr;         // never null in a scan; outlives the call

  explicit Domain(Name domain_name) : name(std::move(domain_name)) {}
};

}  // namespace mailfleet
