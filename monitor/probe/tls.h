// Our side of a TLS session with a server under examination (RFC 8446, 5246, 2246).
//
// Observe first, judge afterwards: the client takes any server that OpenSSL can still talk to, from
// TLS 1.0 up and with small keys, verifies nothing while shaking hands, and then says in plain data
// what was negotiated and what the certificate chain is worth. The machine's openssl.cnf does not
// count. The driver owns the socket: SSL_set_fd, SSL_connect, waiting and the deadline are its own.
// Not thread-safe; network errors are values.
#pragma once

#include <openssl/types.h>

#include <memory>
#include <optional>
#include <string>

#include "checks/base/evidence.h"
#include "monitor/probe/tls_trust.h"

namespace mailfleet {

enum class TlsVersion : uint8_t { tls1_0, tls1_1, tls1_2, tls1_3 };
std::string_view to_text(TlsVersion version);  // "TLSv1", "TLSv1.1", …
std::optional<TlsVersion> parse_tls_version(std::string_view text);

// What the client offers; the default is everything that a willing sender would.
struct TlsOffer {
  TlsVersion lowest = TlsVersion::tls1_0;
  TlsVersion highest = TlsVersion::tls1_3;
  std::string suites{};  // OpenSSL cipher list for TLS 1.2 and older; empty: the default
  std::string groups{};  // OpenSSL group list; empty: the default

  bool operator==(const TlsOffer&) const = default;
};

struct FreeSsl {
  void operator()(SSL* ssl) const;
};
struct FreeSslContext {
  void operator()(SSL_CTX* context) const;
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

class TlsClient {
 public:
  TlsClient();  // throws std::runtime_error when OpenSSL itself fails

  // A fresh session in client state, with SNI unless `host` is an IP address; no socket yet.
  // Null when the offer asks for what this OpenSSL cannot do.
  SslPtr session(const Name& host, const TlsOffer& offer = {}) const;

 private:
  std::unique_ptr<SSL_CTX, FreeSslContext> context_;
};

// After a completed handshake: version, suite, group and the judged chain.
TlsSession read_session(const SSL* ssl, const TrustStore& trusted);
// The same without judging the chain, for attempts whose certificate nobody reads.
TlsSession read_parameters(const SSL* ssl);
// Bits of a finite-field key exchange; empty for any other.
std::optional<int> dh_bits(const SSL* ssl);

// Why SSL_connect failed, read from OpenSSL's queue, which is emptied.
struct TlsFailure {
  // alert: the server said so. protocol: it broke the protocol, or answered outside of our offer.
  // certificate_too_large: past max_chain_bytes_read. closed: the connection ended or was reset.
  enum class Kind : uint8_t { alert, protocol, certificate_too_large, closed };
  Kind kind = Kind::closed;
  std::optional<int> alert{};  // its number, RFC 8446 §6
  std::string why{};           // for people: "alert 40, handshake failure"
  // The server, or its protocol, said no to exactly what we offered: not trouble on the way.
  bool refused_offer = false;
};
TlsFailure read_failure(const SSL* ssl, int connect_result);
// What a failed handshake tells of the server all the same: a chain that is too large to be read.
std::optional<TlsSession> session_of(const TlsFailure& failure);

}  // namespace mailfleet
