#include "monitor/probe/tls_trust.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "monitor/probe/tls_certificate.h"
#include "monitor/probe/tls_handles.h"

namespace mailfleet {

struct TrustStore::Parts {
  X509StoreHandle store{X509_STORE_new()};
  std::map<const X509*, CertificatePtr> anchors{};
};

TrustStore::TrustStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
TrustStore::TrustStore(TrustStore&&) noexcept = default;
TrustStore& TrustStore::operator=(TrustStore&&) noexcept = default;
TrustStore::~TrustStore() = default;

TrustStore TrustStore::system() { return from_file("/etc/ssl/certs/ca-certificates.crt"); }

TrustStore TrustStore::from_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file)
    throw std::runtime_error(path + ": cannot be read, expected trusted certificates in PEM");
  return from_pem(text.str(), path);
}

TrustStore TrustStore::from_pem(std::string_view pem, std::string_view origin) {
  auto parts = std::make_unique<Parts>();
  const BioHandle in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  while (X509Handle certificate{PEM_read_bio_X509_AUX(in.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(parts->store.get(), certificate.get()) != 1) continue;
    // The store keeps this very handle alive, so that its address is a key.
    parts->anchors.try_emplace(certificate.get(), nullptr);
  }
  ERR_clear_error();  // PEM ends with an error by design
  if (parts->anchors.empty())
    throw std::runtime_error(std::string(origin) + ": holds no certificate, expected PEM");
  return TrustStore(std::move(parts));
}

X509_STORE* TrustStore::store() const { return parts_->store.get(); }
size_t TrustStore::size() const { return parts_->anchors.size(); }

CertificatePtr TrustStore::anchor(const X509* certificate) const {
  const auto found = parts_->anchors.find(certificate);
  if (found == parts_->anchors.end()) return nullptr;
  if (!found->second) found->second = std::make_shared<Certificate>(read_certificate(certificate));
  return found->second;
}

namespace {

using Faults = std::set<std::string>;

const char* fault_of(int error) {
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return "self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
    case X509_V_ERR_CERT_REJECTED:
      return "untrusted-ca";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "incomplete-chain";
    case X509_V_ERR_INVALID_PURPOSE:
      return "wrong-purpose";
    case X509_V_ERR_EE_KEY_TOO_SMALL:
    case X509_V_ERR_CA_KEY_TOO_SMALL:
      return "weak-key";
    case X509_V_ERR_CA_MD_TOO_WEAK:
      return "weak-signature";
    case X509_V_ERR_CERT_CHAIN_TOO_LONG:
      return "too-long";
    // Dates are judged by whoever knows the time.
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return nullptr;
    default:
      return "invalid";
  }
}

int collect(int ok, X509_STORE_CTX* context) {
  if (ok) return 1;
  auto* faults = static_cast<Faults*>(X509_STORE_CTX_get_app_data(context));
  if (const char* fault = fault_of(X509_STORE_CTX_get_error(context))) faults->insert(fault);
  return 1;  // go on: one fault must not hide the next
}

// Among several issuers of one name the builder takes the first: offer those that last longest
// first, so that an expired cross-certificate is used only when there is nothing else.
X509BorrowedStack untrusted_of(const std::vector<X509*>& sent) {
  std::vector<X509*> rest(sent.begin() + 1, sent.end());
  std::ranges::stable_sort(rest, [](const X509* a, const X509* b) {
    return ASN1_TIME_compare(X509_get0_notAfter(a), X509_get0_notAfter(b)) > 0;
  });
  X509BorrowedStack out(sk_X509_new_null());
  for (X509* certificate : rest) sk_X509_push(out.get(), certificate);
  return out;
}

CertificatePtr plain_form(const X509* certificate, const std::vector<X509*>& handles,
                          const std::vector<CertificatePtr>& read, const TrustStore& trusted) {
  const auto found = std::ranges::find(handles, certificate);
  if (found != handles.end()) return read[static_cast<size_t>(found - handles.begin())];
  if (CertificatePtr anchor = trusted.anchor(certificate)) return anchor;
  return std::make_shared<Certificate>(read_certificate(certificate));
}

void build_path(const std::vector<X509*>& handles, const TrustStore& trusted, CertificateChain& out,
                Faults& faults) {
  const X509StoreContextHandle context(X509_STORE_CTX_new());
  const X509BorrowedStack untrusted = untrusted_of(handles);
  if (!context ||
      X509_STORE_CTX_init(context.get(), trusted.store(), handles.front(), untrusted.get()) != 1) {
    faults.insert("invalid");
    return;
  }
  X509_STORE_CTX_set_app_data(context.get(), &faults);
  X509_STORE_CTX_set_verify_cb(context.get(), collect);
  X509_VERIFY_PARAM* rules = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(
      rules, X509_V_FLAG_NO_CHECK_TIME | X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  X509_VERIFY_PARAM_set_purpose(rules, X509_PURPOSE_SSL_SERVER);
  X509_VERIFY_PARAM_set_auth_level(rules, 0);  // strength is judged below, with our own words
  X509_VERIFY_PARAM_set_depth(rules, max_chain_certificates);
  if (X509_verify_cert(context.get()) != 1 && faults.empty()) faults.insert("invalid");
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; chain && i < sk_X509_num(chain); ++i)
    out.path.push_back(plain_form(sk_X509_value(chain, i), handles, out.sent, trusted));
}

// RFC 9325 §4.5, RFC 9155: RSA under 2048, curves under 224 bits, MD5 and SHA-1 signatures.
bool weak_key(const Certificate& certificate) {
  if (certificate.key.starts_with("rsa-") || certificate.key.starts_with("dsa-"))
    return certificate.key_bits < 2048;
  return certificate.key.starts_with("ec-") && certificate.key_bits < 224;
}

bool weak_signature(const Certificate& certificate) {
  return certificate.signature.find("md5") != std::string::npos ||
         certificate.signature.find("md4") != std::string::npos ||
         certificate.signature.find("md2") != std::string::npos || certificate.signature == "sha1";
}

void judge_strength(const CertificateChain& chain, Faults& faults) {
  for (size_t i = 0; i < chain.path.size(); ++i) {
    // Nobody relies on the signature or the age of the anchor itself.
    if (i > 0 && i + 1 == chain.path.size()) break;
    if (weak_key(*chain.path[i])) faults.insert("weak-key");
    if (weak_signature(*chain.path[i])) faults.insert("weak-signature");
  }
}

void judge_leaf(const Certificate& leaf, Faults& faults) {
  if (!leaf.has_san) faults.insert("no-san");
  if (leaf.key == "unknown" || leaf.not_after == Time{} || leaf.not_before == Time{})
    faults.insert("invalid");
}

// The size of the TLS Certificate message around it (RFC 8446 §4.4.2).
size_t message_bytes(const std::vector<CertificatePtr>& sent) {
  size_t bytes = 4;
  for (const CertificatePtr& certificate : sent) bytes += certificate->der.size() + 5;
  return bytes;
}

CertificateChain judge(const std::vector<X509*>& handles, size_t sent, const TrustStore& trusted) {
  CertificateChain out;
  Faults faults;
  for (const X509* certificate : handles)
    out.sent.push_back(std::make_shared<Certificate>(read_certificate(certificate)));
  if (sent > handles.size()) faults.insert("too-long");
  if (handles.empty()) {
    faults.insert("invalid");
  } else {
    if (message_bytes(out.sent) > max_chain_bytes) faults.insert("too-large");
    build_path(handles, trusted, out, faults);
    judge_leaf(*out.sent.front(), faults);
    judge_strength(out, faults);
  }
  // A chain of one that signs itself lacks no issuer.
  if (faults.contains("self-signed")) faults.erase("incomplete-chain");
  out.faults.assign(faults.begin(), faults.end());
  ERR_clear_error();
  return out;
}

}  // namespace

CertificateChain judge_chain(const STACK_OF(X509) * sent, const TrustStore& trusted) {
  const int count = sent ? sk_X509_num(sent) : 0;
  std::vector<X509*> handles;
  for (int i = 0; i < std::min(count, max_chain_certificates); ++i)
    handles.push_back(sk_X509_value(sent, i));
  return judge(handles, static_cast<size_t>(std::max(count, 0)), trusted);
}

CertificateChain judge_chain(const std::vector<std::string>& sent_der, const TrustStore& trusted) {
  X509StackHandle parsed(sk_X509_new_null());
  bool broken = false;
  for (const std::string& der : sent_der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
    if (certificate)
      sk_X509_push(parsed.get(), certificate);
    else
      broken = true;
    if (!certificate && sk_X509_num(parsed.get()) == 0) break;  // no leaf, nothing to judge
  }
  CertificateChain out = judge_chain(parsed.get(), trusted);
  if (broken && std::ranges::find(out.faults, "invalid") == out.faults.end()) {
    out.faults.emplace_back("invalid");
    std::ranges::sort(out.faults);
  }
  return out;
}

CertificateChain too_large_chain() { return {.faults = {"too-large"}}; }

}  // namespace mailfleet
