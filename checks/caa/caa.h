// Which certificate authorities may issue certificates for the domain? (RFC 8659 §3)
//
// Climbs from the domain to its parents until a CAA record set is found. Then it compares the
// issuers allowed with the authority behind the certificates that the mail hosts show now. It does
// not judge iodef, validation methods or account restrictions (RFC 8657).
#pragma once

#include <span>
#include <string_view>

#include "checks/base/check.h"

namespace mailfleet {

extern const Check caa_check;

std::vector<Move> compare_caa(const Domain& domain, const Judgement& before,
                              const Judgement& after);

// The CAA names that a certificate authority recognises as its own, by the organisation in the
// issuer's name ("CN=R11,O=Let's Encrypt,C=US"); empty when the authority is not in our table.
std::span<const std::string_view> caa_names_of(std::string_view issuer);

}  // namespace mailfleet
