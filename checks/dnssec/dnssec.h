// DNSSEC: can others tell that the domain's answers are its own? RFC 4033-4035.
//
// The validation is the resolver's; this reads its verdicts on the domain's own answers, names the
// algorithms, and looks how long the signatures still hold. It does not check single signatures,
// and nothing below the domain but its mail hosts' TLSA records, which are void without DNSSEC.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check dnssec_check;

}  // namespace mailfleet

namespace mailfleet::dnssec {

std::vector<Move> compare(const Domain& domain, const Judgement& before, const Judgement& after);

}  // namespace mailfleet::dnssec
