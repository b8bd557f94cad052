// Is mail to this domain encrypted on its way in, and how well? (RFC 3207 STARTTLS, RFC 8461 §7.1
// for the server name, RFC 8996 and RFC 9325 for what is old or weak.)
//
// Looks at every mail host on every address, since a sender may use any. One that could not be
// reached, or that put us off for now, is unknown: it makes nothing bad and nothing good. How much
// a version, a suite or a group is worth stands in levels.toml. Certificates are another check.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check starttls_check;

Judgement judge_starttls(const Domain& domain, Facts& facts);
std::vector<Move> compare_starttls(const Domain& domain, const Judgement& before,
                                   const Judgement& after);

}  // namespace mailfleet
