// What the servers of a world share while it is asked in memory: their certificates, the authority
// that clients trust, the client that looks at them. Not thread-safe.
#pragma once

#include "monitor/probe/tls.h"
#include "world/tls_server.h"

namespace mailfleet {

// How the TLS part of a session with a server ended.
struct TlsSeen {
  std::optional<TlsSession> session{};  // empty: it failed
  std::optional<int> dh_bits{};
  TlsFailure failure{};
};

class WorldServers {
 public:
  explicit WorldServers(Time now)
      : now_(now), maker_(now), trusted_(TrustStore::from_pem(maker_.ca_pem(), "the world")) {}

  Time now() const { return now_; }
  void set_now(Time now) { now_ = now; }  // certificates stay as they were made
  CertificateMaker& maker() { return maker_; }

  // What such a server has. A literal chain without its key cannot be served: `stand_in` says that
  // another certificate is shown in its place.
  struct Context {
    SSL_CTX* context = nullptr;
    bool stand_in = false;
  };
  Context context(const CertificateRecipe& recipe, const WorldTls& tls, const std::string& owner);

  // A handshake with such a server. `owner` has the certificate,
  // `host` is asked for by SNI.
  TlsSeen shake(const CertificateRecipe& recipe, const WorldTls& tls, const std::string& owner,
                const Name& host, const TlsOffer& offer = {});
  // The first bytes that answer a ClientHello of the client's own making.
  std::string greet(const CertificateRecipe& recipe, const WorldTls& tls, const std::string& owner,
                    const std::string& hello);

 private:
  Time now_;
  CertificateMaker maker_;
  TrustStore trusted_;
  TlsClient client_{};
  using ContextKey = std::tuple<CertificateRecipe, std::string, WorldTls>;
  std::map<ContextKey, SslContextHandle> contexts_{};
};

}  // namespace mailfleet
