// A DNS answer as it came over the wire, read into plain data (RFC 1035, RFC 3597, RFC 6698,
// RFC 8659). Follows the CNAMEs inside the packet and keeps only the records of the asked type that
// belong to the name at the end; sorts and folds, so that rotated answers compare equal.
//
// Pure; the packet may be hostile: whatever it holds, the result is an observation within bounds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "checks/base/evidence.h"

namespace mailfleet {

// What the validator said of the answer as a whole.
struct Validation {
  Dnssec dnssec = Dnssec::insecure;
  std::string why_bogus{};
};

DnsObservation read_dns_packet(std::string_view packet, const DnsQuestion& question,
                               const Validation& validation);

// Whether a text holds at least one DS or DNSKEY record in zone-file form.
bool holds_trust_anchor(std::string_view zone_text);

}  // namespace mailfleet
