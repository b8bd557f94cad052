// Makes certificates by recipe (world.h), for servers of a world: a certificate authority of its
// own with an intermediate, one that nobody trusts, one whose intermediate has expired.
//
// Keys are slow to make, so there is one of each kind, made when first needed; certificates are
// made once per recipe and host. A recipe with a literal `pem` is used as it is. Throws
// std::runtime_error for a recipe that cannot be made. Not thread-safe.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "world/world.h"

namespace mailfleet {

struct MadeCertificate {
  std::vector<std::string> chain{};  // DER, leaf first, as a server sends it
  std::string issuer{};              // DER of the leaf's issuer, sent or not; empty for a literal
  std::string chain_pem{};
  std::string key_pem{};  // empty for a literal chain without its key
};

class CertificateMaker {
 public:
  explicit CertificateMaker(Time now);
  ~CertificateMaker();

  // `host`: the server that has it, named when the recipe names nobody. Valid while *this lives.
  const MadeCertificate& make(const CertificateRecipe& recipe, const std::string& host);
  const std::string& ca_der() const;  // the root that clients of the world trust
  std::string ca_pem() const;

 private:
  struct Workshop;
  std::unique_ptr<Workshop> workshop_;
  std::map<std::pair<CertificateRecipe, std::string>, MadeCertificate> made_{};
};

// Turns the TLSA records that name a server's certificate into records, in every stage.
void resolve_tlsa(World& world, CertificateMaker& maker);

}  // namespace mailfleet
