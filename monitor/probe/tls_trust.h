// Whether a server's certificate chain leads to an authority that we trust (RFC 5280 §6).
//
// Every reason against it is collected, in the words of the certificate check's `chain` fact; dates
// are left to whoever knows the time (chain_faults_at), so that stored evidence can be judged again
// later. Host names are not looked at here. One thread at a time per store.
#pragma once

#include <openssl/types.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/certificate.h"

namespace mailfleet {

constexpr int max_chain_certificates = 10;
// The commonest TLS library refuses a longer Certificate message by default, and the mail with it.
constexpr size_t max_chain_bytes = 100 * 1024;
// We read longer ones all the same, to say what is wrong with them.
constexpr size_t max_chain_bytes_read = 1024 * 1024;

// Trusted authorities. Throws std::runtime_error when a file holds none: an operator's mistake.
class TrustStore {
 public:
  static TrustStore system();                            // the machine's bundle
  static TrustStore from_file(const std::string& path);  // PEM
  static TrustStore from_pem(std::string_view pem, std::string_view origin);
  TrustStore(TrustStore&&) noexcept;
  TrustStore& operator=(TrustStore&&) noexcept;
  ~TrustStore();

  X509_STORE* store() const;
  size_t size() const;  // certificates in it
  // An anchor's plain form, read once; null when `certificate` is not one of ours.
  CertificatePtr anchor(const X509* certificate) const;

 private:
  struct Parts;
  explicit TrustStore(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// `sent`: leaf first, may be null or empty (then "invalid").
CertificateChain judge_chain(const STACK_OF(X509) * sent, const TrustStore& trusted);
// The same for certificates in DER; one that cannot be parsed makes the chain "invalid".
CertificateChain judge_chain(const std::vector<std::string>& sent_der, const TrustStore& trusted);
// What stands for a chain longer than we read at all.
CertificateChain too_large_chain();

}  // namespace mailfleet
