// TLSA records that follow the certificates a world's servers are given (RFC 6698 §2.1).
#include <openssl/sha.h>
#include <openssl/x509.h>

#include "world/certificate_maker.h"

namespace mailfleet {
namespace {

std::string public_key_of(const std::string& der) {
  const auto* octets = reinterpret_cast<const unsigned char*>(der.data());
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      d2i_X509(nullptr, &octets, static_cast<long>(der.size())), &X509_free);
  if (!certificate) return {};
  unsigned char* key = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &key);
  if (size < 0) return {};
  std::string out(reinterpret_cast<const char*>(key), static_cast<size_t>(size));
  OPENSSL_free(key);
  return out;
}

std::string digested(const std::string& data, uint8_t matching) {
  const auto* octets = reinterpret_cast<const unsigned char*>(data.data());
  std::string out(matching == 1 ? SHA256_DIGEST_LENGTH : SHA512_DIGEST_LENGTH, '\0');
  auto* digest = reinterpret_cast<unsigned char*>(out.data());
  if (matching == 0) return data;
  if (matching == 1)
    SHA256(octets, data.size(), digest);
  else
    SHA512(octets, data.size(), digest);
  return out;
}

// "_25._tcp.mx1.example" is about mx1.example.
std::string host_of(const Name& name) {
  const size_t labels = name.label_count();
  const auto host = labels > 2 ? name.suffix(labels - 2) : name;
  return host->text();
}

std::string record(const World& world, const Name& name, const TlsaRecipe& recipe,
                   CertificateMaker& maker) {
  const std::string host = recipe.host.empty() ? host_of(name) : recipe.host;
  const auto server = world.smtp.find(host);
  const CertificateRecipe of_server =
      server == world.smtp.end() ? CertificateRecipe{} : server->second.certificate;
  const MadeCertificate& made = maker.make(of_server, host);
  const bool authority = recipe.usage == 0 || recipe.usage == 2;
  const std::string& der = authority && !made.issuer.empty() ? made.issuer : made.chain.front();
  const std::string data = recipe.selector == 0 ? der : public_key_of(der);
  return std::string{static_cast<char>(recipe.usage), static_cast<char>(recipe.selector),
                     static_cast<char>(recipe.matching)} +
         digested(data, recipe.matching);
}

void resolve_stage(World& world, CertificateMaker& maker) {
  for (auto& [name, entry] : world.dns)
    for (auto& [type, content] : entry.types) {
      for (const TlsaRecipe& recipe : content.computed)
        content.records.push_back(record(world, name, recipe, maker));
      content.computed.clear();
    }
}

}  // namespace

void resolve_tlsa(World& world, CertificateMaker& maker) {
  resolve_stage(world, maker);
  for (WorldStage& stage : world.stages) {
    World changed = *stage.world;
    resolve_stage(changed, maker);
    stage.world = std::make_shared<const World>(std::move(changed));
  }
}

}  // namespace mailfleet
