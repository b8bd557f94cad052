// Certificates as a hostile server may send them: read, judged, matched against a name.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "monitor/probe/tls_certificate.h"
#include "monitor/probe/tls_trust.h"

using namespace mailfleet;

namespace {

// A root of nobody's, so that there is a store to look into.
constexpr char root[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBOzCB46ADAgECAhRUXb8+lN+Nhd083vgCfsmuv0k6HDAKBggqhkjOPQQDAjAU\n"
    "MRIwEAYDVQQDDAlUZXN0IFJvb3QwHhcNMjYwMTAxMDAwMDAwWhcNNDYwMTAxMDAw\n"
    "MDAwWjAUMRIwEAYDVQQDDAlUZXN0IFJvb3QwWTATBgcqhkjOPQIBBggqhkjOPQMB\n"
    "BwNCAAT9dvVkCu++686yOOGjD8f/Lql8d5eRaX4BMRGLS649XpN8iyD3kjdjR1hL\n"
    "0I2IreJjgojP6utOMZb400Nj0Av8oxMwETAPBgNVHRMBAf8EBTADAQH/MAoGCCqG\n"
    "SM49BAMCA0cAMEQCICtlBv7aeQLfU1uDUN8n2WbUT7xq/niOOel4K9ef+xNCAiAm\n"
    "K9N6P2TKgftgXsasyqlMMp/sZYbLwvy/+YWkujcPgw==\n"
    "-----END CERTIFICATE-----\n";

// Two octets of length before each certificate.
std::vector<std::string> chain_of(const uint8_t* data, size_t size) {
  std::vector<std::string> out;
  while (size >= 2 && out.size() < 12) {
    const size_t length = std::min<size_t>(size - 2, static_cast<size_t>(data[0] << 8 | data[1]));
    out.emplace_back(reinterpret_cast<const char*>(data) + 2, length);
    data += 2 + length;
    size -= 2 + length;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const TrustStore trusted = TrustStore::from_pem(root, "fuzz");
  static const Name host = *Name::parse("mx1.example.com");
  const std::string whole(reinterpret_cast<const char*>(data), size);
  if (const auto one = read_certificate(whole)) {
    if (certificate_names(*one, host) && one->names.empty()) std::abort();
    for (const std::string& name : one->names)
      if (name.find('\0') != std::string::npos) std::abort();
  }
  const CertificateChain chain = judge_chain(chain_of(data, size), trusted);
  // Nothing that a fuzzer makes leads to the root.
  if (chain.sent.empty() && chain.faults.empty()) std::abort();
  (void)chain_faults_at(chain, *parse_time("2026-11-21"));
  return 0;
}
