// Who may send mail in the domain's name, and does the answer hold? (RFC 7208)
//
// Reads the SPF record and everything it refers to, at its worst (audit.h). Whether one given
// sender passes is another question: check_host.h.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check spf_check;

std::vector<Move> compare_spf(const Domain& domain, const Judgement& before,
                              const Judgement& after);

}  // namespace mailfleet
