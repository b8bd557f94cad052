#include "tests/certificates.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <map>
#include <stdexcept>

namespace mailfleet {
namespace {

KeyHandle new_key(const std::string& kind) {
  const std::string base = kind.substr(0, kind.find('/'));
  EVP_PKEY* key = nullptr;
  if (base.starts_with("rsa-"))
    key =
        EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(std::stoul(base.substr(4))));
  else if (base == "ec-p224")
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-224");
  else if (base == "ec-p384")
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-384");
  else if (base == "ed25519")
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  else
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
  if (!key) throw std::runtime_error("no key of kind " + kind);
  return KeyHandle(key);
}

EVP_PKEY* shared_key(const std::string& kind) {
  static std::map<std::string, KeyHandle> keys;
  KeyHandle& key = keys[kind];
  if (!key) key = new_key(kind);
  return key.get();
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (!extension) throw std::runtime_error("no extension from " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// Not by text, so that names may hold anything.
void add_names(X509* certificate, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const GeneralNamesHandle all(GENERAL_NAMES_new());
  for (const std::string& name : names) {
    GENERAL_NAME* entry = GENERAL_NAME_new();
    ASN1_IA5STRING* text = ASN1_IA5STRING_new();
    ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
    GENERAL_NAME_set0_value(entry, GEN_DNS, text);
    sk_GENERAL_NAME_push(all.get(), entry);
  }
  X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT);
}

void add_extensions(X509* certificate, const CertificateRecipe& recipe) {
  const std::string limit =
      recipe.path_length < 0 ? "" : ",pathlen:" + std::to_string(recipe.path_length);
  add_extension(certificate, NID_basic_constraints,
                recipe.ca ? "critical,CA:TRUE" + limit : "critical,CA:FALSE");
  if (!recipe.extended_usage.empty())
    add_extension(certificate, NID_ext_key_usage, recipe.extended_usage);
  if (!recipe.constraints.empty())
    add_extension(certificate, NID_name_constraints, recipe.constraints);
  if (!recipe.ca) add_names(certificate, recipe.names);
}

}  // namespace

std::string MadeCertificate::der() const {
  unsigned char* buffer = nullptr;
  const int length = i2d_X509(certificate.get(), &buffer);
  const std::string out(reinterpret_cast<const char*>(buffer), static_cast<size_t>(length));
  OPENSSL_free(buffer);
  return out;
}

std::string MadeCertificate::pem() const {
  const BioHandle out(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(out.get(), certificate.get());
  char* text = nullptr;
  const long length = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<size_t>(length)};
}

MadeCertificate make_certificate(const CertificateRecipe& recipe) {
  static long serial = 1;
  MadeCertificate out{X509Handle(X509_new()), shared_key(recipe.key)};
  X509* certificate = out.certificate.get();
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(recipe.common_name.data()),
                             static_cast<int>(recipe.common_name.size()), -1, 0);
  ASN1_TIME_set(X509_getm_notBefore(certificate), recipe.not_before.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(certificate), recipe.not_after.time_since_epoch().count());
  X509_set_pubkey(certificate, out.key);
  const MadeCertificate& issuer = recipe.issuer ? *recipe.issuer : out;
  X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate.get()));
  add_extensions(certificate, recipe);
  const bool plain = EVP_PKEY_get_base_id(issuer.key) == EVP_PKEY_ED25519;
  X509_sign(certificate, issuer.key, plain ? nullptr : EVP_get_digestbyname(recipe.digest.c_str()));
  // A fresh parse, as from the network: OpenSSL caches what it thought while we built.
  const std::string der = out.der();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  out.certificate.reset(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  return out;
}

MadeCertificate make_root(const std::string& common_name, const std::string& key) {
  return make_certificate({.common_name = common_name,
                           .ca = true,
                           .key = key,
                           .not_before = *parse_time("2020-01-01"),
                           .not_after = *parse_time("2040-01-01")});
}

TrustStore store_of(const std::vector<const MadeCertificate*>& roots) {
  std::string pem;
  for (const MadeCertificate* root : roots) pem += root->pem();
  return TrustStore::from_pem(pem, "the test's roots");
}

}  // namespace mailfleet
