// Certificates made on the spot, good and bad, for tests of those who read them. Keys are made
// once a kind and shared, since nobody attacks a test.
#pragma once

#include <string>
#include <vector>

#include "checks/base/certificate.h"
#include "monitor/probe/tls_handles.h"
#include "monitor/probe/tls_trust.h"

namespace mailfleet {

namespace made {

struct MadeCertificate {
  X509Handle certificate{};
  EVP_PKEY* key = nullptr;  // lives as long as the program
  std::string der() const;
  std::string pem() const;
};

struct CertificateRecipe {
  std::string common_name = "mx1.example.com";
  std::vector<std::string> names = {"mx1.example.com"};  // dNSName entries; may hold NULs
  const MadeCertificate* issuer = nullptr;               // null: signs itself
  bool ca = false;
  std::string key = "ec-p256";  // ec-p224, ec-p384, rsa-1024, rsa-2048, ed25519; "…/2": another key
  std::string digest = "sha256";
  std::string extended_usage{};  // "clientAuth"; empty: no such extension
  std::string constraints{};     // name constraints, "permitted;DNS:example.com"
  int path_length = -1;          // of a CA; -1: without limit
  Time not_before = *parse_time("2026-10-01");
  Time not_after = *parse_time("2027-10-01");
};

}  // namespace made
using made::CertificateRecipe;
using made::MadeCertificate;

MadeCertificate make_certificate(const CertificateRecipe& recipe);
// A root, trusted or not according to what the test does with it.
MadeCertificate make_root(const std::string& common_name, const std::string& key = "ec-p256/ca");
TrustStore store_of(const std::vector<const MadeCertificate*>& roots);

}  // namespace mailfleet
