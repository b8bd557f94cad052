#include "world/certificate_maker.h"

#include <stdexcept>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

namespace mailfleet {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509_free>>;
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freed<X509_EXTENSION_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;

[[noreturn]] void impossible(const std::string& what) {
  throw std::runtime_error("cannot make a certificate: " + what);
}

std::string der_of(X509* certificate) {
  unsigned char* octets = nullptr;
  const int size = i2d_X509(certificate, &octets);
  if (size < 0) impossible("encoding");
  std::string out(reinterpret_cast<const char*>(octets), static_cast<size_t>(size));
  OPENSSL_free(octets);
  return out;
}

std::string text_of(BIO* bio) {
  char* text = nullptr;
  const auto size = BIO_get_mem_data(bio, &text);
  return {text, static_cast<size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!PEM_write_bio_X509(bio.get(), certificate)) impossible("encoding");
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  if (!PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr))
    impossible("encoding");
  return text_of(bio.get());
}

Key new_key(const std::string& kind) {
  if (kind == "ed25519") return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (kind == "ec-p256") return Key(EVP_EC_gen("P-256"));
  if (kind == "ec-p384") return Key(EVP_EC_gen("P-384"));
  if (kind == "ec-p521") return Key(EVP_EC_gen("P-521"));
  return Key(EVP_RSA_gen(static_cast<unsigned>(std::stoi(kind.substr(4)))));
}

// A serial number that a recipe always gets again, and another one hardly.
void set_serial(X509* certificate, const std::string& seed) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(seed.data()), seed.size(), digest);
  digest[0] = static_cast<unsigned char>((digest[0] & 0x7f) | 0x40);
  const std::unique_ptr<BIGNUM, Freed<BN_free>> number(BN_bin2bn(digest, 16, nullptr));
  BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate));
}

void set_name(X509* certificate, const std::string& common_name) {
  X509_NAME* name = X509_get_subject_name(certificate);
  // RFC 5280, upper bound: 64 characters.
  const std::string cut = common_name.substr(0, 64);
  if (cut.empty()) return;
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(cut.data()),
                             static_cast<int>(cut.size()), -1, 0);
}

void add_extension(X509* certificate, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  if (!extension || !X509_add_ext(certificate, extension.get(), -1)) impossible(value);
}

void add_alternative_names(X509* certificate, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const Names list(GENERAL_NAMES_new());
  for (const std::string& text : names) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    sk_GENERAL_NAME_push(list.get(), name);
    const auto address = Address::parse(text);
    ASN1_STRING* value = address ? static_cast<ASN1_STRING*>(ASN1_OCTET_STRING_new())
                                 : static_cast<ASN1_STRING*>(ASN1_IA5STRING_new());
    if (address)
      ASN1_STRING_set(value, address->octets().data(), static_cast<int>(address->size()));
    else
      ASN1_STRING_set(value, text.data(), static_cast<int>(text.size()));
    GENERAL_NAME_set0_value(name, address ? GEN_IPADD : GEN_DNS, value);
  }
  if (X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) != 1)
    impossible("names");
}

struct Authority {
  X509* certificate = nullptr;  // null: the certificate signs itself
  EVP_PKEY* key = nullptr;
};

struct Plan {
  std::string common_name{};
  std::string seed{};
  Time not_before{};
  Time not_after{};
};

Cert blank(const Plan& plan, EVP_PKEY* key, const Authority& authority) {
  Cert out(X509_new());
  X509_set_version(out.get(), X509_VERSION_3);
  set_serial(out.get(), plan.seed);
  set_name(out.get(), plan.common_name);
  X509_set_issuer_name(
      out.get(), X509_get_subject_name(authority.certificate ? authority.certificate : out.get()));
  ASN1_TIME_set(X509_getm_notBefore(out.get()), plan.not_before.time_since_epoch().count());
  ASN1_TIME_set(X509_getm_notAfter(out.get()), plan.not_after.time_since_epoch().count());
  if (!X509_set_pubkey(out.get(), key)) impossible("key");
  return out;
}

// A key of its own kind of signature ignores the digest (RFC 8410).
const EVP_MD* digest_for(EVP_PKEY* key, const std::string& name) {
  if (EVP_PKEY_is_a(key, "ED25519")) return nullptr;
  return EVP_get_digestbyname(name.c_str());
}

void sign(X509* certificate, EVP_PKEY* key, const std::string& digest) {
  if (!X509_sign(certificate, key, digest_for(key, digest))) impossible("signature " + digest);
}

Cert authority_certificate(const Plan& plan, EVP_PKEY* key, const Authority& signer) {
  Cert out = blank(plan, key, signer);
  X509* issuer = signer.certificate ? signer.certificate : out.get();
  add_extension(out.get(), issuer, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(out.get(), issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(out.get(), issuer, NID_subject_key_identifier, "hash");
  sign(out.get(), signer.key, "sha256");
  return out;
}

std::string recipe_seed(const CertificateRecipe& recipe, const std::string& host, Time now) {
  std::string out = host + "|" + recipe.common_name + "|" + recipe.key + recipe.issuer +
                    recipe.signature + recipe.purpose + to_text(recipe.not_before.at(now)) +
                    to_text(recipe.not_after.at(now));
  for (const std::string& name : recipe.names) out += "|" + name;
  return out;
}

MadeCertificate literal(const std::string& pem) {
  MadeCertificate out;
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (true) {
    const Cert certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    out.chain.push_back(der_of(certificate.get()));
    out.chain_pem += pem_of(certificate.get());
  }
  if (out.chain.empty()) impossible("pem holds no certificate");
  const Bio again(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const Key key(PEM_read_bio_PrivateKey(again.get(), nullptr, nullptr, nullptr));
  if (key) out.key_pem = pem_of(key.get());
  return out;
}

}  // namespace

struct CertificateMaker::Workshop {
  struct Signer {
    Cert root{};
    Cert intermediate{};
    Authority authority() const { return {intermediate.get(), key}; }
    EVP_PKEY* key = nullptr;  // of both
  };

  explicit Workshop(Time moment) : now(moment) {
    ca = signer("World Root CA", "World Issuing CA", "authority", std::chrono::days(1000));
  }

  EVP_PKEY* key(const std::string& kind, const std::string& owner) {
    Key& found = keys[kind + " " + owner];
    if (!found) found = new_key(kind);
    if (!found) impossible("no key " + kind);
    return found.get();
  }

  Signer signer(const std::string& root, const std::string& intermediate, const std::string& owner,
                Seconds left) {
    constexpr auto age = std::chrono::days(1000);
    Signer out{.key = key("ec-p256", owner)};
    EVP_PKEY* root_key = key("ec-p256", owner + " root");
    out.root = authority_certificate({root, root, now - age, now + age}, root_key, {{}, root_key});
    out.intermediate = authority_certificate({intermediate, intermediate, now - age, now + left},
                                             out.key, {out.root.get(), root_key});
    return out;
  }

  const Signer& issuer(const std::string& name) {
    if (name == "ca") return ca;
    if (name == "other-ca") {
      if (!other.intermediate) add_intermediate(other, "World Other CA", "other authority", 1000);
      return other;
    }
    if (name == "untrusted") {
      if (!untrusted.root)
        untrusted =
            signer("Stranger Root CA", "Stranger Issuing CA", "stranger", std::chrono::days(1000));
      return untrusted;
    }
    if (!expired.intermediate) add_intermediate(expired, "World Old Issuing CA", "expired", -5);
    return expired;
  }

  // Under the same root as everybody's.
  void add_intermediate(Signer& into, const std::string& name, const std::string& owner,
                        int days_left) {
    into.key = key("ec-p256", owner);
    into.intermediate = authority_certificate(
        {name, owner, now - std::chrono::days(1000), now + std::chrono::days(days_left)}, into.key,
        {ca.root.get(), key("ec-p256", "authority root")});
  }

  MadeCertificate make(const CertificateRecipe& recipe, const std::string& host) {
    std::vector<std::string> names = recipe.names;
    if (names.empty() && recipe.common_name.empty()) names.push_back(host);
    const Plan plan{recipe.common_name.empty() ? names.front() : recipe.common_name,
                    recipe_seed(recipe, host, now), recipe.not_before.at(now),
                    recipe.not_after.at(now)};
    EVP_PKEY* leaf_key = key(recipe.key, "leaf");
    const bool self = recipe.issuer == "self";
    const Authority authority =
        self ? Authority{nullptr, leaf_key} : issuer(recipe.issuer).authority();
    const Cert leaf = blank(plan, leaf_key, authority);
    X509* above = self ? leaf.get() : authority.certificate;
    add_extension(leaf.get(), above, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(leaf.get(), above, NID_ext_key_usage,
                  recipe.purpose == "client" ? "clientAuth" : "serverAuth");
    add_alternative_names(leaf.get(), names);
    sign(leaf.get(), authority.key, recipe.signature);
    MadeCertificate out{.chain = {der_of(leaf.get())},
                        .issuer = der_of(above),
                        .chain_pem = pem_of(leaf.get()),
                        .key_pem = pem_of(leaf_key)};
    if (!self && recipe.chain != "leaf-only") {
      out.chain.push_back(out.issuer);
      out.chain_pem += pem_of(above);
    }
    if (recipe.issuer == "untrusted" && recipe.chain != "leaf-only") {
      // With the root, so that nobody takes it for a chain that merely lacks a part.
      out.chain.push_back(der_of(untrusted.root.get()));
      out.chain_pem += pem_of(untrusted.root.get());
    }
    return out;
  }

  Time now;
  std::map<std::string, Key> keys{};
  Signer ca{};
  Signer untrusted{};
  Signer other{};
  Signer expired{};
  std::string ca_der{};
};

CertificateMaker::CertificateMaker(Time now) : workshop_(std::make_unique<Workshop>(now)) {
  workshop_->ca_der = der_of(workshop_->ca.root.get());
}

CertificateMaker::~CertificateMaker() = default;

const MadeCertificate& CertificateMaker::make(const CertificateRecipe& recipe,
                                              const std::string& host) {
  const auto [place, fresh] = made_.try_emplace({recipe, host});
  if (fresh)
    place->second = recipe.pem.empty() ? workshop_->make(recipe, host) : literal(recipe.pem);
  return place->second;
}

const std::string& CertificateMaker::ca_der() const { return workshop_->ca_der; }

std::string CertificateMaker::ca_pem() const { return pem_of(workshop_->ca.root.get()); }

}  // namespace mailfleet
