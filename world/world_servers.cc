#include "world/world_servers.h"

namespace mailfleet {

WorldServers::Context WorldServers::context(const CertificateRecipe& recipe,
                                            const std::vector<std::string>& versions,
                                            const std::string& owner) {
  const bool stand_in = maker_.make(recipe, owner).key_pem.empty();
  const CertificateRecipe served = stand_in ? CertificateRecipe{} : recipe;
  SslContextHandle& found = contexts_[{served, owner, versions}];
  if (!found) found = make_server_context(maker_.make(served, owner), versions);
  return {found.get(), stand_in};
}

TlsSeen WorldServers::shake(const CertificateRecipe& recipe,
                            const std::vector<std::string>& versions, const std::string& owner,
                            const Name& host, const TlsOffer& offer) {
  const Context server = context(recipe, versions, owner);
  SslPtr client = client_.session(host, offer);
  if (!client) return {.why = "the client cannot offer that"};
  const MemoryHandshake made = shake_hands(std::move(client), server.context);
  if (!made.done) return {.why = read_failure(made.client.get(), made.result).why};
  TlsSeen out{.session = read_session(made.client.get(), trusted_)};
  if (server.stand_in) out.session->chain = judge_chain(maker_.make(recipe, owner).chain, trusted_);
  return out;
}

}  // namespace mailfleet
