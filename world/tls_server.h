// The server's side of TLS in a world: a context by certificate and versions, and a handshake in
// memory with the monitor's own client. Nothing is refused for weakness: old versions and small
// keys are what a world is for.
#pragma once

#include "monitor/probe/tls.h"
#include "monitor/probe/tls_handles.h"
#include "world/certificate_maker.h"

namespace mailfleet {

// `versions`: "TLSv1" to "TLSv1.3"; none: every handshake fails. Throws std::runtime_error when the
// certificate cannot be used (a literal chain without its key).
SslContextHandle make_server_context(const MadeCertificate& certificate,
                                     const std::vector<std::string>& versions);

// Client and server talk through memory. The client's side is over when this returns; `done` says
// whether it succeeded, `result` what its last SSL_connect gave.
struct MemoryHandshake {
  SslPtr client{};
  bool done = false;
  int result = 0;
};
MemoryHandshake shake_hands(SslPtr client, SSL_CTX* server);

}  // namespace mailfleet
