// What mail does to octets on their way (RFC 2045 §6): base64 with line ends, quoted-printable.
// Strict: what is neither code nor white space refuses the part. Throws a Refusal. Pure.
#pragma once

#include <string>
#include <string_view>

namespace mailfleet::reports {

// `encoding`: Content-Transfer-Encoding, in any case; empty: as it is.
std::string transfer_decoded(std::string_view body, std::string_view encoding);

}  // namespace mailfleet::reports
