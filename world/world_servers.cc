#include "world/world_servers.h"

#include <openssl/err.h>

namespace mailfleet {

WorldServers::Context WorldServers::context(const CertificateRecipe& recipe, const WorldTls& tls,
                                            const std::string& owner) {
  const bool stand_in = maker_.make(recipe, owner).key_pem.empty();
  const CertificateRecipe served = stand_in ? CertificateRecipe{} : recipe;
  SslContextHandle& found = contexts_[{served, owner, tls}];
  if (!found) found = make_server_context(maker_.make(served, owner), tls);
  return {found.get(), stand_in};
}

TlsSeen WorldServers::shake(const CertificateRecipe& recipe, const WorldTls& tls,
                            const std::string& owner, const Name& host, const TlsOffer& offer) {
  const Context server = context(recipe, tls, owner);
  SslPtr client = client_.session(host, offer);
  if (!client) return {.failure = {.why = "the client cannot offer that"}};
  const MemoryHandshake made = shake_hands(std::move(client), server.context);
  if (!made.done) return {.failure = read_failure(made.client.get(), made.result)};
  TlsSeen out{.session = read_session(made.client.get(), trusted_),
              .dh_bits = mailfleet::dh_bits(made.client.get())};
  if (server.stand_in) out.session->chain = judge_chain(maker_.make(recipe, owner).chain, trusted_);
  return out;
}

std::string WorldServers::greet(const CertificateRecipe& recipe, const WorldTls& tls,
                                const std::string& owner, const std::string& hello) {
  const SslHandle server(SSL_new(context(recipe, tls, owner).context));
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  SSL_set_bio(server.get(), in, out);
  SSL_set_accept_state(server.get());
  BIO_write(in, hello.data(), static_cast<int>(hello.size()));
  SSL_do_handshake(server.get());
  ERR_clear_error();
  char* said = nullptr;
  const auto size = BIO_get_mem_data(out, &said);
  return {said, static_cast<size_t>(size)};
}

}  // namespace mailfleet
