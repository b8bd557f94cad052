// Just enough DER (X.690) to tell an RSA public key and its size, in the two wrappings that DKIM
// keys come in: SubjectPublicKeyInfo and RSAPublicKey (RFC 6376 §3.6.1, erratum 3017).
#pragma once

#include <optional>
#include <string_view>

namespace mailfleet::dkim {

// Bits of the modulus; empty when the octets are not exactly one such key.
std::optional<int> rsa_bits(std::string_view der);
bool is_certificate(std::string_view der);

}  // namespace mailfleet::dkim
