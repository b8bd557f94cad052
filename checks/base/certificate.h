// What an X.509 certificate says, and whether it names a host (RFC 5280, RFC 9525/6125).
//
// Filled by monitor/probe from what a server sent, once per certificate; read by the checks. Plain
// data: parsing and signature checking happen elsewhere.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

struct Certificate {
  std::string der{};                 // the whole certificate, as sent
  std::string spki{};                // SubjectPublicKeyInfo in DER, for TLSA selector 1
  std::string sha256{};              // of `der`, lower-case hex
  std::string subject{};             // RFC 2253 text, for people
  std::string issuer{};              // likewise
  std::string common_name{};         // last CN of the subject; empty when there is none
  std::vector<std::string> names{};  // dNSName entries of the SAN, as they are, NULs escaped
  bool has_san = false;              // a subjectAltName extension, whatever is in it
  bool is_ca = false;
  bool self_issued = false;          // subject and issuer are the same name
  Time not_before{};
  Time not_after{};
  std::string key{};                 // "rsa-2048", "ec-p256", "ed25519", "unknown"
  int key_bits = 0;                  // RSA modulus or curve size; 0 when unknown
  std::string signature{};           // digest of the signature: "sha256", "sha1", "ed25519"
};

using CertificatePtr = std::shared_ptr<const Certificate>;

// A server's chain as it came, and what building a path to the trust store said. `faults` holds
// only what does not depend on the date, in the words of the JSON (self-signed, incomplete-chain,
// untrusted-ca, wrong-purpose, invalid, too-large, …); the checks add what the date says.
struct CertificateChain {
  std::vector<CertificatePtr> sent{};  // leaf first
  std::vector<CertificatePtr> path{};  // the path built, leaf first; the trust anchor last
  std::vector<std::string> faults{};   // sorted, each once
};

// True when a dNSName of the certificate names `host`: without case, a wildcard only as the whole
// left-most label and for exactly one label. The common name never counts (RFC 8461 §4.1).
bool certificate_names(const Certificate& certificate, const Name& host);
// The same for one dNSName pattern.
bool dns_id_matches(std::string_view pattern, const Name& host);

// Every reason why the chain is not trusted at `now`: `faults`, and expired, not-yet-valid,
// expired-intermediate, too-long … from the dates. Sorted; empty means trusted.
std::vector<std::string> chain_faults_at(const CertificateChain& chain, Time now);

}  // namespace mailfleet
