// DNSSEC for a world on the wire: one key at the root signs every secure name there is, and proves
// that the top-level names of all others are delegated unsigned (RFC 4034, RFC 4035, RFC 6605).
// Denials are made to measure, RFC 4470 fashion. Not thread-safe.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>
#include <vector>

#include "checks/base/time.h"
#include "monitor/probe/tls_handles.h"
#include "world/dns_message.h"

namespace mailfleet {

class RootSigner {
 public:
  // Signatures hold from a day before `now` until two weeks after. Throws std::runtime_error.
  explicit RootSigner(Time now);

  const std::string& dnskey() const { return dnskey_; }  // rdata
  std::string trust_anchor() const;                      // a zone-file line

  // The RRSIG over the set. `source`: the wildcard that made it, or the owner. `broken`: one that
  // does not match.
  enum class Quality : uint8_t { sound, broken };
  WireRecord signature(const std::vector<WireRecord>& set, const std::optional<Name>& source,
                       Quality quality) const;

 private:
  KeyHandle key_;
  std::string dnskey_;
  uint16_t tag_ = 0;
  uint32_t inception_ = 0;
  uint32_t expiration_ = 0;
};

// NSEC: exactly this name exists, with these types.
WireRecord nsec_at(const Name& name, std::vector<uint16_t> types, uint32_t ttl_seconds);
// NSEC: neither this name nor anything below it exists.
WireRecord nsec_around(const Name& name, uint32_t ttl_seconds);

}  // namespace mailfleet
