// Do the addresses of the mail servers name their host, and does that host name the address back?
// (RFC 1912 §2.1, RFC 7208 §5.5; GOV.UK asks it of every sending service.)
//
// Looks at the addresses of the mail hosts and at those the owner declared as sending. It does not
// compare the name with what the server says in its greeting.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check ptr_check;

std::vector<Move> compare_ptr(const Domain& domain, const Judgement& before,
                              const Judgement& after);

}  // namespace mailfleet
