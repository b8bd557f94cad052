// The server's side of TLS in a world: a context by certificate, versions and suites, and a
// handshake in memory with the monitor's own client. Nothing is refused for weakness: old versions
// and small keys are what a world is for.
#pragma once

#include "monitor/probe/tls.h"
#include "monitor/probe/tls_handles.h"
#include "world/certificate_maker.h"

namespace mailfleet {

// Throws std::runtime_error when the certificate cannot be used (a literal chain without its key).
SslContextHandle make_server_context(const MadeCertificate& certificate, const WorldTls& tls);
// Whether OpenSSL has a suite of that name, such as AES128-GCM-SHA256, up to TLS 1.2.
bool is_suite(const std::string& name);

// Client and server talk through memory. The client's side is over when this returns; `done` says
// whether it succeeded, `result` what its last SSL_connect gave.
struct MemoryHandshake {
  SslPtr client{};
  bool done = false;
  int result = 0;
};
MemoryHandshake shake_hands(SslPtr client, SSL_CTX* server);

}  // namespace mailfleet
