// Where does the domain's mail go, and can it get there? (RFC 5321 §5.1, RFC 7505, RFC 2181 §10.3)
//
// Looks at the MX records, at the name servers, and at the addresses of every mail host; names who
// runs each host. It does not connect to anything: `starttls` and `certificate` do.
#pragma once

#include "checks/base/check.h"

namespace mailfleet {

extern const Check mx_check;

// What got worse between two looks: mail moved, a foreign host added, hosts gone, name servers
// replaced. Order and preference never count.
std::vector<Move> compare_mx(const Domain& domain, const Judgement& before, const Judgement& after);

}  // namespace mailfleet
