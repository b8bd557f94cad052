// What a mail host's TLS can do, weighed by the level table: versions, suites and groups that a
// deep scan or the one session showed (RFC 8996, RFC 9155, RFC 9325 §4, RFC 10015).
#pragma once

#include "checks/base/endpoints.h"

namespace mailfleet {

// Whether a suite's key exchange forgets its keys; RSA key transport does not.
bool has_forward_secrecy(std::string_view version, std::string_view suite);

// Notes every finding about one endpoint. `support` may be null: then only the session speaks.
void weigh_tls(const TlsSession& session, const TlsSupport* support, const Reference* reference,
               const Endpoint& endpoint, EndpointFindings& findings);

}  // namespace mailfleet
