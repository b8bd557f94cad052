// Does the mail host prove who it is? (RFC 8461 §4.2 and RFC 9525 for names, RFC 5280 §6 for the
// chain, RFC 9325 §4.5 for strength.)
//
// Senders who use MTA-STS or agreed TLS refuse to deliver to a host whose certificate is expired,
// for another name, or of an authority that nobody knows; others encrypt all the same. So faults of
// trust are advice until the domain asks for verification by an MTA-STS record. Says nothing about
// DANE beyond this: a host that DANE authenticates needs no authority (RFC 7672 §3.1.1).
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check certificate_check;

Judgement judge_certificate(const Domain& domain, Facts& facts);
std::vector<Move> compare_certificate(const Domain& domain, const Judgement& before,
                                      const Judgement& after);

// How near its end a certificate is: nothing to say, a ticket, or a page. A fraction of the
// lifetime, so that short-lived ones do not cry wolf; thresholds.toml holds the numbers.
enum class Expiry : uint8_t { far, near, imminent };
Expiry expiry_of(const Certificate& certificate, Time now, const Reference* reference);

}  // namespace mailfleet
