#include "monitor/probe/tls.h"

#include <doctest/doctest.h>

#include <openssl/err.h>

#include "tests/certificates.h"

using namespace mailfleet;

namespace {

// The server at the other end of a pair of memory buffers.
struct Server {
  int lowest = TLS1_VERSION;
  int highest = TLS1_3_VERSION;
  std::string suites = "ALL:@SECLEVEL=0";
  std::string groups{};
  std::string key = "rsa-2048";
};

SslContextHandle server_context(const Server& server, const MadeCertificate& leaf) {
  SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), server.lowest);
  SSL_CTX_set_max_proto_version(context.get(), server.highest);
  REQUIRE(SSL_CTX_set_cipher_list(context.get(), server.suites.c_str()) == 1);
  if (!server.groups.empty()) SSL_CTX_set1_groups_list(context.get(), server.groups.c_str());
  SSL_CTX_set_dh_auto(context.get(), 1);
  SSL_CTX_use_certificate(context.get(), leaf.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), leaf.key);
  return context;
}

struct Result {
  SslPtr client{};
  SslHandle server{};
  int status = 0;
  std::string sni{};
};

Result shake(const Server& server, const TlsOffer& offer = {},
             std::string_view host = "mx1.example.com", CertificateRecipe recipe = {}) {
  static const TlsClient client;
  recipe.key = server.key;
  const MadeCertificate leaf = make_certificate(recipe);
  const SslContextHandle context = server_context(server, leaf);
  Result out{client.session(*Name::parse(host), offer), SslHandle(SSL_new(context.get()))};
  REQUIRE(out.client);
  BIO* near = nullptr;
  BIO* far = nullptr;
  BIO_new_bio_pair(&near, 0, &far, 0);
  SSL_set_bio(out.client.get(), near, near);
  SSL_set_bio(out.server.get(), far, far);
  SSL_set_accept_state(out.server.get());
  for (int step = 0; step < 200; ++step) {
    out.status = SSL_connect(out.client.get());
    if (out.status == 1 || SSL_get_error(out.client.get(), out.status) != SSL_ERROR_WANT_READ)
      break;
    SSL_accept(out.server.get());
    const char* sni = SSL_get_servername(out.server.get(), TLSEXT_NAMETYPE_host_name);
    if (sni) out.sni = sni;
    if (BIO_pending(near) == 0) break;
    ERR_clear_error();
  }
  return out;
}

}  // namespace

TEST_CASE("tls: what was negotiated is read in the contract's words") {
  struct Row {
    Server server;
    std::string version, suite, group;
  };
  const Row rows[] = {
      {{}, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "x25519"},
      {{.groups = "P-384"}, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "P-384"},
      {{.groups = "ffdhe2048"}, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "ffdhe2048"},
      {{.highest = TLS1_2_VERSION}, "TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384", "x25519"},
      {{.highest = TLS1_2_VERSION, .suites = "AES128-SHA:@SECLEVEL=0"},
       "TLSv1.2",
       "AES128-SHA",
       ""},
      {{.highest = TLS1_2_VERSION, .suites = "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"},
       "TLSv1.2",
       "DHE-RSA-AES128-GCM-SHA256",
       "ffdhe2048"},
      {{.highest = TLS1_1_VERSION}, "TLSv1.1", "ECDHE-RSA-AES256-SHA", "x25519"},
      {{.highest = TLS1_VERSION, .suites = "AES256-SHA:@SECLEVEL=0", .key = "rsa-1024"},
       "TLSv1",
       "AES256-SHA",
       ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.version + " " + row.suite + " " + row.group);
    const Result result = shake(row.server);
    REQUIRE(result.status == 1);
    const TlsSession seen = read_parameters(result.client.get());
    CHECK(seen.version == row.version);
    CHECK(seen.suite == row.suite);
    if (row.suite.starts_with("DHE"))
      CHECK(dh_bits(result.client.get()) >= 1024);
    else
      CHECK(seen.group == row.group);
    CHECK(result.sni == "mx1.example.com");
  }
}

TEST_CASE("tls: a session shows the chain, judged; nothing is refused while shaking hands") {
  const MadeCertificate root = make_root("Trusted Root");
  const Result result = shake({}, {}, "mx1.example.com", {.names = {}, .issuer = &root});
  REQUIRE(result.status == 1);
  const TlsSession seen = read_session(result.client.get(), store_of({&root}));
  CHECK(seen.chain.faults == std::vector<std::string>{"no-san"});
  CHECK(seen.chain.path.size() == 2);
}

TEST_CASE("tls: a large certificate does not break the session") {
  CertificateRecipe many;
  for (int i = 0; i < 5000; ++i) many.names.push_back("host" + std::to_string(i) + ".example.com");
  const Result result = shake({}, {}, "mx1.example.com", many);
  REQUIRE(result.status == 1);
  const MadeCertificate root = make_root("Trusted Root");
  const TlsSession seen = read_session(result.client.get(), store_of({&root}));
  CHECK(seen.chain.faults == std::vector<std::string>{"self-signed", "too-large"});
  for (int i = 5000; i < 50000; ++i)
    many.names.push_back("host" + std::to_string(i) + ".example.com");
  const Result beyond = shake({}, {}, "mx1.example.com", many);
  REQUIRE(beyond.status != 1);
  CHECK(read_failure(beyond.client.get(), beyond.status).kind ==
        TlsFailure::Kind::certificate_too_large);
}

TEST_CASE("tls: no server name is sent for an address") {
  const Result result = shake({}, {}, "192.0.2.1");
  REQUIRE(result.status == 1);
  CHECK(result.sni.empty());
}

TEST_CASE("tls: a server that refuses the offer says so") {
  const Result version = shake({.lowest = TLS1_2_VERSION}, {.highest = TlsVersion::tls1_1});
  REQUIRE(version.status != 1);
  const TlsFailure of_version = read_failure(version.client.get(), version.status);
  CHECK(of_version.kind == TlsFailure::Kind::alert);
  CHECK(of_version.alert == SSL_AD_PROTOCOL_VERSION);
  CHECK(of_version.refused_offer);
  CHECK(of_version.why == "alert 70, protocol version");

  const Result suite = shake({.suites = "ECDHE+AESGCM:@SECLEVEL=0"},
                             {.highest = TlsVersion::tls1_2, .suites = "kRSA"});
  REQUIRE(suite.status != 1);
  const TlsFailure of_suite = read_failure(suite.client.get(), suite.status);
  CHECK(of_suite.alert == SSL_AD_HANDSHAKE_FAILURE);
  CHECK(of_suite.refused_offer);
}

TEST_CASE("tls: rubbish and silence are not refusals") {
  const TlsClient client;
  const auto answer = [&](std::string_view bytes) {
    SslPtr ssl = client.session(*Name::parse("mx1.example.com"));
    BIO* in = BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()));
    BIO_set_mem_eof_return(in, 0);
    SSL_set_bio(ssl.get(), in, BIO_new(BIO_s_null()));
    const int status = SSL_connect(ssl.get());
    REQUIRE(status != 1);
    return read_failure(ssl.get(), status);
  };
  CHECK(answer("").kind == TlsFailure::Kind::closed);
  CHECK(!answer("").refused_offer);
  CHECK(answer("454 TLS not available\r\n").kind == TlsFailure::Kind::protocol);
  CHECK(!answer("454 TLS not available\r\n").refused_offer);
  // internal_error (80) is the server's own trouble.
  CHECK(answer(std::string_view("\x15\x03\x01\x00\x02\x02\x50", 7)).alert == 80);
  CHECK(!answer(std::string_view("\x15\x03\x01\x00\x02\x02\x50", 7)).refused_offer);
}

TEST_CASE("tls: an offer that this OpenSSL cannot make is no session") {
  const TlsClient client;
  CHECK(!client.session(*Name::parse("mx1.example.com"), {.suites = "NO-SUCH-SUITE"}));
  CHECK(!client.session(*Name::parse("mx1.example.com"), {.groups = "no-such-group"}));
  CHECK(ERR_peek_error() == 0);
  for (const char* text : {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
    CHECK(to_text(*parse_tls_version(text)) == text);
  CHECK(!parse_tls_version("SSLv3"));
}
