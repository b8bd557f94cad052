#include "checks/certificate/dane_ee.h"

#include <openssl/sha.h>

#include <algorithm>

namespace mailfleet {
namespace {

std::string_view bytes(const unsigned char* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

bool matches(const TlsaRecord& record, const Certificate& leaf) {
  if (record.usage != 3 || record.selector > 1) return false;
  const std::string& selected = record.selector == 0 ? leaf.der : leaf.spki;
  const auto* input = reinterpret_cast<const unsigned char*>(selected.data());
  if (selected.empty()) return false;
  if (record.matching == 0) return record.data == selected;
  unsigned char digest[SHA512_DIGEST_LENGTH];
  if (record.matching == 1) {
    SHA256(input, selected.size(), digest);
    return record.data == bytes(digest, SHA256_DIGEST_LENGTH);
  }
  if (record.matching != 2) return false;
  SHA512(input, selected.size(), digest);
  return record.data == bytes(digest, SHA512_DIGEST_LENGTH);
}

}  // namespace

DaneVoucher dane_ee_vouches(const Endpoint& endpoint, const Certificate& leaf, bool mx_secure,
                            Facts& facts) {
  if (!mx_secure || !endpoint.address) return {};
  const DnsType family = endpoint.address->is_v4() ? DnsType::a : DnsType::aaaa;
  const DnsObservation& address = facts.dns(endpoint.host, family);
  if (!address.secure() || !address.aliases.empty()) return {.pending = address.pending()};
  const DnsObservation& tlsa = facts.dns(endpoint.host.under("_25._tcp"), DnsType::tlsa);
  if (!tlsa.known() || !tlsa.secure()) return {.pending = tlsa.pending()};
  return {.vouches = std::ranges::any_of(
              tlsa.tlsa, [&](const TlsaRecord& record) { return matches(record, leaf); })};
}

}  // namespace mailfleet
