#include "checks/base/certificate.h"

#include <algorithm>
#include <set>

#include "checks/base/text.h"

namespace mailfleet {

bool dns_id_matches(std::string_view pattern, const Name& host) {
  // A name with escapes in it is no host name; "*.*.x" and "a*.x" never match (RFC 9525 §6.3).
  // Nor has a name in a certificate a final dot (RFC 5280 §4.2.1.6).
  if (pattern.ends_with('.')) return false;
  const std::string folded = ascii_lower(pattern);
  if (!folded.starts_with("*.")) {
    const auto name = Name::parse(folded);
    return name && *name == host;
  }
  const auto rest = Name::parse(std::string_view(folded).substr(2));
  const auto parent = host.parent();
  return rest && parent && *rest == *parent && rest->label_count() >= 2;
}

bool certificate_names(const Certificate& certificate, const Name& host) {
  return std::ranges::any_of(certificate.names,
                             [&](const std::string& name) { return dns_id_matches(name, host); });
}

std::vector<std::string> chain_faults_at(const CertificateChain& chain, Time now) {
  std::set<std::string> out(chain.faults.begin(), chain.faults.end());
  if (chain.sent.empty()) return {out.begin(), out.end()};
  const Certificate& leaf = *chain.sent.front();
  if (now > leaf.not_after) out.insert("expired");
  if (now < leaf.not_before) out.insert("not-yet-valid");
  // RFC 5280 §6.1: every certificate of the path but the trust anchor. A path that reached no anchor
  // ends in a root of the server's own, or in the middle of nowhere.
  const bool unfinished = out.contains("incomplete-chain");
  for (size_t i = 1; i < chain.path.size(); ++i) {
    const Certificate& issuer = *chain.path[i];
    if (i + 1 == chain.path.size() && (!unfinished || issuer.self_issued)) break;
    if (now > issuer.not_after || now < issuer.not_before) out.insert("expired-intermediate");
  }
  return {out.begin(), out.end()};
}

}  // namespace mailfleet
