// A DKIM key record as text (RFC 6376 §3.6.1, RFC 8301 §3, RFC 8463 §4): can mail be verified with
// it?
//
// Reading never fails. It does not verify signatures, and says nothing about whether the key is
// used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet::dkim {

constexpr int least_rsa_bits = 1024;  // RFC 8301 §3.2: verifiers accept none below
constexpr int good_rsa_bits = 2048;

// absent: no key record at all, whatever the text is. unusable: well formed, but not for mail or
// not for today's verifiers. ambiguous: several records (RFC 6376 §3.6.2.2).
enum class State : uint8_t { absent, valid, revoked, invalid, unusable, ambiguous };
std::string_view to_text(State state);

enum class Fault : uint8_t {
  none,
  version,  // v= is not first, or not DKIM1
  syntax,   // not a tag list, or a tag twice
  no_key,   // p= is missing
  base64,
  key_data,     // not a public key of the kind that k= says
  certificate,  // a certificate where the key belongs
  key_type,     // k= of a kind nobody verifies
  sha1_only,    // h= leaves no SHA-256
  not_email,    // s= leaves mail out
  too_short     // RSA below 1024 bits
};

struct Key {
  State state = State::absent;
  Fault fault = Fault::none;
  std::string type{};    // "rsa", "ed25519"; empty when not known
  int bits = 0;          // RSA modulus, 256 for ed25519; 0 when not known
  bool testing = false;  // t=y
  std::string seen{};    // the tag at fault, or the record
  bool operator==(const Key&) const = default;
};

Key parse_key(std::string_view txt);

// What all TXT records of one selector say together.
Key parse_records(const std::vector<std::string>& txt);

}  // namespace mailfleet::dkim
