// MTA-STS: does the domain promise encrypted delivery to named hosts, and does it keep the promise?
// RFC 8461.
//
// It reads the record, fetches the policy as a sender would, compares it with the domain's mail
// hosts and looks at their TLS. Senders remember policies: what an earlier one still means is told
// beside.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check mta_sts_check;

}  // namespace mailfleet

namespace mailfleet::mta_sts {

std::vector<Move> compare(const Domain& domain, const Judgement& before, const Judgement& after);

}  // namespace mailfleet::mta_sts
