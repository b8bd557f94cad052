#include "world/world_servers.h"

namespace mailfleet {

TlsSeen WorldServers::shake(const CertificateRecipe& recipe,
                            const std::vector<std::string>& versions, const std::string& owner,
                            const Name& host, const TlsOffer& offer) {
  const MadeCertificate& certificate = maker_.make(recipe, owner);
  // A literal chain without its key cannot be served: another one shakes hands in its place.
  const bool stand_in = certificate.key_pem.empty();
  const MadeCertificate& served = stand_in ? maker_.make({}, owner) : certificate;
  SslContextHandle& context = contexts_[{stand_in ? CertificateRecipe{} : recipe, owner, versions}];
  if (!context) context = make_server_context(served, versions);
  SslPtr client = client_.session(host, offer);
  if (!client) return {.why = "the client cannot offer that"};
  const MemoryHandshake made = shake_hands(std::move(client), context.get());
  if (!made.done) return {.why = read_failure(made.client.get(), made.result).why};
  TlsSeen out{.session = read_session(made.client.get(), trusted_)};
  if (stand_in) out.session->chain = judge_chain(certificate.chain, trusted_);
  return out;
}

}  // namespace mailfleet
