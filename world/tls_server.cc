#include "world/tls_server.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace mailfleet {
namespace {

BioHandle reading(const std::string& text) {
  return BioHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

void use_certificate(SSL_CTX* context, const MadeCertificate& certificate) {
  const BioHandle chain = reading(certificate.chain_pem);
  const X509Handle leaf(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const BioHandle key_text = reading(certificate.key_pem);
  const KeyHandle key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!leaf || !key || SSL_CTX_use_certificate(context, leaf.get()) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1)
    throw std::runtime_error("a server needs a certificate and its key");
  while (true) {
    const X509Handle next(PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    SSL_CTX_add1_chain_cert(context, next.get());
  }
  ERR_clear_error();  // the end of the text is no error
}

void use_versions(SSL_CTX* context, const std::vector<std::string>& versions) {
  struct Switch {
    const char* name;
    uint64_t off;
  };
  constexpr std::array<Switch, 4> switches = {{{"TLSv1", SSL_OP_NO_TLSv1},
                                               {"TLSv1.1", SSL_OP_NO_TLSv1_1},
                                               {"TLSv1.2", SSL_OP_NO_TLSv1_2},
                                               {"TLSv1.3", SSL_OP_NO_TLSv1_3}}};
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION);
  for (const Switch& version : switches) {
    if (std::ranges::find(versions, version.name) == versions.end())
      SSL_CTX_set_options(context, version.off);
    else
      SSL_CTX_clear_options(context, version.off);
  }
}

std::string cipher_list(const std::vector<std::string>& suites) {
  std::string out;
  for (const std::string& suite : suites) out += suite + ":";
  return (out.empty() ? "DEFAULT:" : out) + "@SECLEVEL=0";
}

bool wants_more(const SSL* ssl, int result) {
  const int error = SSL_get_error(ssl, result);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

}  // namespace

// A word for many of them, such as AES128, is none.
bool is_suite(const std::string& name) {
  const SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  if (!context || name.find('_') != std::string::npos ||
      SSL_CTX_set_cipher_list(context.get(), (name + ":@SECLEVEL=0").c_str()) != 1) {
    ERR_clear_error();
    return false;
  }
  const STACK_OF(SSL_CIPHER)* all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i)
    if (name == SSL_CIPHER_get_name(sk_SSL_CIPHER_value(all, i))) return true;
  return false;
}

SslContextHandle make_server_context(const MadeCertificate& certificate, const WorldTls& tls) {
  SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  if (!context) throw std::runtime_error("OpenSSL gives no TLS context");
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), cipher_list(tls.suites).c_str());
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  use_versions(context.get(), tls.versions);
  use_certificate(context.get(), certificate);
  return context;
}

MemoryHandshake shake_hands(SslPtr client, SSL_CTX* server_context) {
  const SslHandle server(SSL_new(server_context));
  SSL_set_accept_state(server.get());
  BIO* ours = nullptr;
  BIO* theirs = nullptr;
  constexpr size_t room = 256 * 1024;  // a chain of thousands of names fits
  if (BIO_new_bio_pair(&ours, room, &theirs, room) != 1)
    throw std::runtime_error("OpenSSL gives no buffer");
  SSL_set_bio(client.get(), ours, ours);
  SSL_set_bio(server.get(), theirs, theirs);
  MemoryHandshake out{.client = std::move(client)};
  constexpr int most_turns = 64;  // an honest handshake takes three
  for (int turn = 0; turn < most_turns && !out.done; ++turn) {
    ERR_clear_error();
    out.result = SSL_connect(out.client.get());
    out.done = out.result == 1;
    if (!out.done && !wants_more(out.client.get(), out.result)) break;
    const int answer = SSL_do_handshake(server.get());
    if (answer != 1 && !wants_more(server.get(), answer)) {
      ERR_clear_error();
      BIO_shutdown_wr(theirs);  // after its alert, the server hangs up
    }
  }
  return out;
}

}  // namespace mailfleet
