#include "checks/base/tlsa_base.h"

namespace mailfleet {
namespace {

// The candidates, best first. Sets address_secure.
std::vector<Name> base_domains(const Endpoint& endpoint, Facts& facts, TlsaFinding& out) {
  const DnsType family = endpoint.address->is_v4() ? DnsType::a : DnsType::aaaa;
  const DnsObservation& address = facts.dns(endpoint.host, family);
  out.pending = address.pending();
  out.address_secure = security_of(address);
  if (address.aliases.empty()) return {endpoint.host};
  if (out.address_secure == true) return {address.aliases.back(), endpoint.host};
  // The alias may leave a signed zone: then the records of the original name still count.
  const DnsObservation& alias = facts.dns(endpoint.host, DnsType::cname);
  out.pending |= alias.pending();
  if (out.address_secure == false) out.address_secure = security_of(alias);
  return {endpoint.host};
}

}  // namespace

std::optional<bool> security_of(const DnsObservation& seen) {
  if (!seen.known() || !seen.dnssec) return {};
  return seen.dnssec == Dnssec::secure;
}

TlsaFinding find_tlsa(const Endpoint& endpoint, Facts& facts) {
  TlsaFinding out;
  if (!endpoint.address) return out;
  for (const Name& base : base_domains(endpoint, facts, out)) {
    const DnsObservation& seen = facts.dns(base.under("_25._tcp"), DnsType::tlsa);
    out.pending |= seen.pending();
    out.tlsa_secure = security_of(seen);
    // A failed look-up ends the search: the records may be there (RFC 7672 §2.1.2).
    if (!out.tlsa_secure) break;
    if (seen.tlsa.empty()) continue;
    if (out.tlsa_secure == false || out.address_secure == false) {
      out.void_records = &seen;
      if (out.tlsa_secure == false) continue;
    }
    out.records = &seen;
    out.base = base;
    break;
  }
  return out;
}

}  // namespace mailfleet
