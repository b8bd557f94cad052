// Turns X.509 certificates into plain data (checks/base/certificate.h). RFC 5280.
//
// Reading never fails: what cannot be read stays empty ("unknown" for the key), and names with odd
// octets come out escaped (`\000` for a NUL), so that they equal no host name. Judging is elsewhere
// (tls_trust.h). Any thread.
#pragma once

#include <openssl/types.h>

#include <optional>
#include <string_view>

#include "checks/base/certificate.h"

namespace mailfleet {

Certificate read_certificate(const X509* certificate);
// From DER, as in a literal chain; empty when it is no certificate.
std::optional<Certificate> read_certificate(std::string_view der);

}  // namespace mailfleet
