#include "checks/certificate/dane_ee.h"

#include <openssl/sha.h>

#include <algorithm>

#include "checks/base/tlsa_base.h"

namespace mailfleet {
namespace {

std::string_view bytes(const unsigned char* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// RFC 7671 §9, digest agility: a digest counts only when no stronger one stands beside it.
bool is_outdone(const TlsaRecord& record, const std::vector<TlsaRecord>& all) {
  return record.matching == 1 && std::ranges::any_of(all, [&](const TlsaRecord& other) {
           return other.usage == 3 && other.selector == record.selector && other.matching == 2 &&
                  other.data.size() == SHA512_DIGEST_LENGTH;
         });
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
  const TlsaFinding found = find_tlsa(endpoint, facts);
  if (!found.records || found.address_secure != true) return {.pending = found.pending};
  const std::vector<TlsaRecord>& all = found.records->tlsa;
  return {.vouches = std::ranges::any_of(all, [&](const TlsaRecord& record) {
            return matches(record, leaf) && !is_outdone(record, all);
          })};
}

}  // namespace mailfleet
