// Whether DANE vouches for a host's own certificate (usage 3), so that the chain and the name do
// not matter to senders who look (RFC 7672 §3.1.1). Only what this check needs: the dane check
// judges.
#pragma once

#include "checks/base/endpoints.h"

namespace mailfleet {

struct DaneVoucher {
  bool pending = false;
  bool vouches = false;
};

// `mx_secure`: the answer that named the host was validated.
DaneVoucher dane_ee_vouches(const Endpoint& endpoint, const Certificate& leaf, bool mx_secure,
                            Facts& facts);

}  // namespace mailfleet
