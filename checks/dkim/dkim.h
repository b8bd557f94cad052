// DKIM: can mail from the domain be signed so that others verify it? RFC 6376, 8301, 8463.
//
// Without mail at hand the selectors in use are not known: DNS only says whether there can be any,
// and what stands at those that the owner declared or that the domain's mail operator always uses.
// No selectors are guessed from long lists.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check dkim_check;

}  // namespace mailfleet

namespace mailfleet::dkim {

std::vector<Move> compare(const Domain& domain, const Judgement& before, const Judgement& after);

// A selector that nobody has: the same for a domain each time, so that evidence can be judged
// again.
std::string unlikely_selector(const Name& domain);

}  // namespace mailfleet::dkim
