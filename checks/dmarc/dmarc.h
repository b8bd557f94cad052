// DMARC: does the domain tell receivers to refuse mail that forges it, and does it hear about it?
// RFC 9989 (and RFC 9990 for reports), with the RFC 7489 reading beside it.
//
// It reads DNS only. It does not look at mail, nor at whether SPF and DKIM would pass.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check dmarc_check;

}  // namespace mailfleet

namespace mailfleet::dmarc {

std::vector<Move> compare(const Domain& domain, const Judgement& before, const Judgement& after);

}  // namespace mailfleet::dmarc
