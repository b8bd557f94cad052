// Does DNSSEC say which certificate the mail host must show? (RFC 7672, RFC 7671, RFC 6698.)
//
// Senders who use DANE refuse to deliver when the TLSA records and the certificate disagree, so a
// mismatch is an outage and "none" is not. Needs DNSSEC from the MX record down to the TLSA record;
// whether the zone is signed is the dnssec check's news. Does not look at submission or IMAP.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check dane_check;

Judgement judge_dane(const Domain& domain, Facts& facts);
std::vector<Move> compare_dane(const Domain& domain, const Judgement& before,
                               const Judgement& after);

// What a DANE sender does with one host (RFC 7672 §2.2). `unknown`: a look-up failed, and it would
// wait. opportunistic: DANE does not apply.
enum class DaneAction : uint8_t {
  unknown,
  opportunistic,
  encrypt_only,
  authenticate_host_only,
  authenticate
};
std::string_view to_text(DaneAction action);  // "encrypt-only"

struct DaneInput {
  std::optional<bool> mx_secure{};       // empty: not known
  std::optional<bool> address_secure{};  // of the answers that the TLSA base domain stands on
  std::optional<bool> tlsa_secure{};
  size_t total = 0;   // TLSA records
  size_t usable = 0;  // of them
};
DaneAction decide_dane(const DaneInput& input);

}  // namespace mailfleet
