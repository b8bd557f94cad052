// Where the TLSA records of a mail host stand, and whether they may be relied on (RFC 7672 §2.1.3,
// §2.2.2, §2.2.3): a host name that is an alias is looked at where it leads, then by its own name.
// Shared by the checks that ask what DANE says; none of the records is judged here.
#pragma once

#include <optional>
#include <vector>

#include "checks/base/endpoints.h"

namespace mailfleet {

struct TlsaFinding {
  bool pending = false;
  std::optional<bool> address_secure{};  // of what the base domain stands on; empty: not known
  std::optional<bool> tlsa_secure{};     // likewise of the last TLSA answer
  // Records that count: everything under them is validated. They live in the evidence.
  const DnsObservation* records = nullptr;
  std::optional<Name> base{};  // the TLSA base domain of `records`; goes into SNI, too
  // Records that are there, but not validated: nobody may use them.
  const DnsObservation* void_records = nullptr;
};

// Whether an answer was validated; empty when that is not known.
std::optional<bool> security_of(const DnsObservation& seen);

TlsaFinding find_tlsa(const Endpoint& endpoint, Facts& facts);

}  // namespace mailfleet
