#include "exporter/http/digest.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <array>

#include "exporter/feed/encoding.h"

namespace mailfleet {
namespace {

using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

Digest sha256(std::string_view text) {
  Digest out;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

}  // namespace

std::string strong_etag(std::string_view body) {
  return '"' + sha256_hex(body).substr(0, 32) + '"';
}

bool same_secret(std::string_view a, std::string_view b) {
  const Digest left = sha256(a);
  const Digest right = sha256(b);
  return CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace mailfleet
