#include "monitor/probe/tls.h"

#include <openssl/err.h>

#include <algorithm>
#include <stdexcept>

#include "checks/base/text.h"
#include "monitor/probe/tls_handles.h"

namespace mailfleet {
namespace {

struct VersionRow {
  TlsVersion version;
  std::string_view text;
  int number;
};
constexpr VersionRow versions[] = {{TlsVersion::tls1_0, "TLSv1", TLS1_VERSION},
                                   {TlsVersion::tls1_1, "TLSv1.1", TLS1_1_VERSION},
                                   {TlsVersion::tls1_2, "TLSv1.2", TLS1_2_VERSION},
                                   {TlsVersion::tls1_3, "TLSv1.3", TLS1_3_VERSION}};

// Strongest first, so that a server without an opinion shows its best; level 0 lets old ones in.
constexpr char default_suites[] = "DEFAULT:@SECLEVEL=0";
constexpr char default_suites13[] =
    "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:"
    "TLS_AES_128_CCM_SHA256";
constexpr char default_groups[] = "X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072:ffdhe4096";
constexpr char default_signatures[] =
    "ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA512:ed25519:ed448:RSA-PSS+SHA256:RSA-PSS+SHA384:"
    "RSA-PSS+SHA512:RSA+SHA256:RSA+SHA384:RSA+SHA512:ECDSA+SHA224:RSA+SHA224:ECDSA+SHA1:RSA+SHA1:"
    "DSA+SHA256:DSA+SHA1";

int number_of(TlsVersion version) { return versions[static_cast<size_t>(version)].number; }

int accept_any(X509_STORE_CTX*, void*) { return 1; }

void set_up(SSL_CTX* context) {
  // Whatever openssl.cnf put on every context, put back (it may forbid versions and options).
  SSL_CTX_clear_options(context, SSL_CTX_get_options(context));
  SSL_CTX_set_options(context, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_LEGACY_SERVER_CONNECT);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_max_cert_list(context, static_cast<long>(max_chain_bytes_read));
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  // Without this OpenSSL would build a path of its own while shaking hands.
  SSL_CTX_set_cert_verify_callback(context, accept_any, nullptr);
}

bool usual_offer_on(SSL_CTX* context) {
  return SSL_CTX_set_ciphersuites(context, default_suites13) == 1 &&
         SSL_CTX_set_cipher_list(context, default_suites) == 1 &&
         SSL_CTX_set1_groups_list(context, default_groups) == 1 &&
         SSL_CTX_set1_sigalgs_list(context, default_signatures) == 1;
}

// Lists are parsed only where they differ from the context's: that costs a tenth of a session.
bool offer_on(SSL* ssl, const TlsOffer& offer) {
  return SSL_set_min_proto_version(ssl, number_of(offer.lowest)) == 1 &&
         SSL_set_max_proto_version(ssl, number_of(offer.highest)) == 1 &&
         (offer.suites.empty() ||
          SSL_set_cipher_list(ssl, (offer.suites + ":@SECLEVEL=0").c_str()) == 1) &&
         (offer.groups.empty() || SSL_set1_groups_list(ssl, offer.groups.c_str()) == 1);
}

std::string group_text(const EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_X25519:
      return "x25519";
    case EVP_PKEY_X448:
      return "x448";
    default:
      break;
  }
  char name[64] = "";
  size_t length = 0;
  const bool named = EVP_PKEY_get_group_name(key, name, sizeof name, &length) == 1;
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_DH || EVP_PKEY_get_base_id(key) == EVP_PKEY_DHX)
    return named && *name ? name : "dh-" + std::to_string(EVP_PKEY_get_bits(key));
  if (!named) return {};
  const std::string_view curve(name);
  if (curve == "prime256v1") return "P-256";
  if (curve == "prime192v1") return "P-192";
  if (curve == "secp224r1") return "P-224";
  if (curve == "secp384r1") return "P-384";
  if (curve == "secp521r1") return "P-521";
  return name;
}

// The server's ephemeral key; null for RSA key transport.
KeyHandle exchange_key(const SSL* ssl) {
  EVP_PKEY* key = nullptr;
  SSL_get_peer_tmp_key(const_cast<SSL*>(ssl), &key);
  return KeyHandle(key);
}

// Alerts that answer our offer, rather than report trouble of the server's own.
bool refuses_offer(int alert) {
  static constexpr int refusals[] = {SSL_AD_HANDSHAKE_FAILURE, SSL_AD_ILLEGAL_PARAMETER,
                                     SSL_AD_PROTOCOL_VERSION, SSL_AD_INSUFFICIENT_SECURITY};
  return std::ranges::find(refusals, alert) != std::end(refusals);
}

TlsFailure failure_of(unsigned long error) {
  TlsFailure out{.kind = TlsFailure::Kind::protocol};
  const int reason = ERR_GET_REASON(error);
  if (ERR_GET_LIB(error) == ERR_LIB_SSL && reason >= SSL_AD_REASON_OFFSET) {
    out.kind = TlsFailure::Kind::alert;
    out.alert = reason - SSL_AD_REASON_OFFSET;
    out.refused_offer = refuses_offer(*out.alert);
    out.why = "alert " + std::to_string(*out.alert) + ", " + SSL_alert_desc_string_long(*out.alert);
    return out;
  }
  const char* text = ERR_reason_error_string(error);
  out.why = text ? text : "unknown error";
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return out;
  if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING) out.kind = TlsFailure::Kind::closed;
  if (reason == SSL_R_EXCESSIVE_MESSAGE_SIZE) out.kind = TlsFailure::Kind::certificate_too_large;
  out.refused_offer = reason == SSL_R_UNSUPPORTED_PROTOCOL || reason == SSL_R_WRONG_SSL_VERSION ||
                      reason == SSL_R_WRONG_CIPHER_RETURNED || reason == SSL_R_WRONG_CURVE;
  return out;
}

}  // namespace

std::string_view to_text(TlsVersion version) { return versions[static_cast<size_t>(version)].text; }

std::optional<TlsVersion> parse_tls_version(std::string_view text) {
  for (const VersionRow& row : versions)
    if (row.text == text) return row.version;
  return {};
}

void FreeSsl::operator()(SSL* ssl) const { SSL_free(ssl); }
void FreeSslContext::operator()(SSL_CTX* context) const { SSL_CTX_free(context); }

TlsClient::TlsClient() {
  OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
  context_.reset(SSL_CTX_new(TLS_client_method()));
  if (!context_) throw std::runtime_error("OpenSSL cannot make a client context");
  set_up(context_.get());
  const bool ready = usual_offer_on(context_.get());
  ERR_clear_error();
  if (!ready) throw std::runtime_error("OpenSSL lacks the usual suites, groups or signatures");
}

SslPtr TlsClient::session(const Name& host, const TlsOffer& offer) const {
  SslPtr ssl(SSL_new(context_.get()));
  if (!ssl || !offer_on(ssl.get(), offer)) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_connect_state(ssl.get());
  // RFC 6066 §3: literal addresses are not permitted in SNI.
  if (!Address::parse(host.text())) SSL_set_tlsext_host_name(ssl.get(), host.text().c_str());
  return ssl;
}

TlsSession read_parameters(const SSL* ssl) {
  TlsSession out{.version = SSL_get_version(ssl)};
  if (const char* suite = SSL_CIPHER_get_name(SSL_get_current_cipher(ssl))) out.suite = suite;
  if (const KeyHandle key = exchange_key(ssl)) out.group = group_text(key.get());
  return out;
}

TlsSession read_session(const SSL* ssl, const TrustStore& trusted) {
  TlsSession out = read_parameters(ssl);
  out.chain = judge_chain(SSL_get_peer_cert_chain(ssl), trusted);
  return out;
}

std::optional<int> dh_bits(const SSL* ssl) {
  const KeyHandle key = exchange_key(ssl);
  if (!key) return {};
  const int id = EVP_PKEY_get_base_id(key.get());
  if (id != EVP_PKEY_DH && id != EVP_PKEY_DHX) return {};
  return EVP_PKEY_get_bits(key.get());
}

TlsFailure read_failure(const SSL* ssl, int connect_result) {
  const int kind = SSL_get_error(ssl, connect_result);
  const unsigned long error = ERR_peek_error();
  ERR_clear_error();
  if (kind == SSL_ERROR_ZERO_RETURN)
    return {.kind = TlsFailure::Kind::alert, .alert = 0, .why = "alert 0, close notify"};
  if (kind == SSL_ERROR_SYSCALL && error == 0) return {.why = "the connection was closed"};
  if (error == 0) return {.why = "the connection was closed"};
  if (ERR_GET_LIB(error) == ERR_LIB_SYS) return {.why = "the connection was reset"};
  return failure_of(error);
}

std::optional<TlsSession> session_of(const TlsFailure& failure) {
  if (failure.kind != TlsFailure::Kind::certificate_too_large) return {};
  return TlsSession{.chain = too_large_chain()};
}

}  // namespace mailfleet
