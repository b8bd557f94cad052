#include "checks/dkim/rsa.h"

#include <bit>
#include <cstdint>

namespace mailfleet::dkim {
namespace {

constexpr uint8_t tag_integer = 0x02;
constexpr uint8_t tag_bit_string = 0x03;
constexpr uint8_t tag_sequence = 0x30;
constexpr uint8_t tag_version = 0xa0;  // [0] of a certificate
// AlgorithmIdentifier of rsaEncryption; its NULL may be missing.
constexpr std::string_view rsa_encryption("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 11);
constexpr std::string_view null_parameters("\x05\x00", 2);

// Takes one element with this tag off the front of `der`; empty when there is none.
std::optional<std::string_view> take(std::string_view& der, uint8_t tag) {
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(der[i]); };
  if (der.size() < 2 || octet(0) != tag) return {};
  size_t length = octet(1);
  size_t header = 2;
  if (length > 0x80) {
    const size_t octets = length & 0x7f;
    if (octets > 3 || der.size() < 2 + octets) return {};
    length = 0;
    for (size_t i = 0; i < octets; ++i) length = length << 8 | octet(2 + i);
    if (length < 0x80) return {};  // DER: the shortest form
    header += octets;
  } else if (length == 0x80) {
    return {};  // DER: no indefinite length
  }
  if (der.size() - header < length) return {};
  const std::string_view content = der.substr(header, length);
  der.remove_prefix(header + length);
  return content;
}

// The bits of a positive INTEGER in its shortest form.
std::optional<int> integer_bits(std::string_view content, bool& odd) {
  if (content.empty() || (content[0] & 0x80)) return {};
  if (content[0] == 0) {
    content.remove_prefix(1);
    if (content.empty() || !(content[0] & 0x80)) return {};
  }
  odd = content.back() & 1;
  return static_cast<int>((content.size() - 1) * 8 +
                          static_cast<size_t>(std::bit_width(static_cast<uint8_t>(content[0]))));
}

// RSAPublicKey ::= SEQUENCE { modulus, publicExponent } (RFC 8017 A.1.1).
std::optional<int> of_rsa_public_key(std::string_view der) {
  auto sequence = take(der, tag_sequence);
  if (!sequence || !der.empty()) return {};
  const auto modulus = take(*sequence, tag_integer);
  const auto exponent = take(*sequence, tag_integer);
  if (!modulus || !exponent || !sequence->empty()) return {};
  bool odd_modulus = false;
  bool odd_exponent = false;
  const auto bits = integer_bits(*modulus, odd_modulus);
  const auto exponent_bits = integer_bits(*exponent, odd_exponent);
  // An even modulus or exponent, or the exponent 1, can be no RSA key.
  if (!bits || !exponent_bits || !odd_modulus || !odd_exponent || *exponent_bits < 2) return {};
  return bits;
}

// SubjectPublicKeyInfo (RFC 5280 §4.1) of rsaEncryption.
std::optional<int> of_spki(std::string_view der) {
  auto outer = take(der, tag_sequence);
  if (!outer || !der.empty()) return {};
  auto algorithm = take(*outer, tag_sequence);
  const auto key = take(*outer, tag_bit_string);
  if (!algorithm || !key || !outer->empty() || key->empty() || key->front() != 0) return {};
  if (!algorithm->starts_with(rsa_encryption)) return {};
  algorithm->remove_prefix(rsa_encryption.size());
  if (!algorithm->empty() && *algorithm != null_parameters) return {};
  return of_rsa_public_key(key->substr(1));
}

}  // namespace

std::optional<int> rsa_bits(std::string_view der) {
  const auto bits = of_spki(der);
  return bits ? bits : of_rsa_public_key(der);
}

bool is_certificate(std::string_view der) {
  auto outer = take(der, tag_sequence);
  if (!outer) return false;
  auto body = take(*outer, tag_sequence);
  return body && take(*body, tag_version).has_value();
}

}  // namespace mailfleet::dkim
