#include <array>
#include <vector>

#include "checks/base/text.h"
#include "checks/caa/caa.h"

namespace mailfleet {
namespace {

struct Authority {
  std::string_view organisation;  // appears in the issuer's name
  std::vector<std::string_view> names;
};

// As the authorities publish them in their practice statements. An authority that is missing here
// is never judged.
const std::vector<Authority>& authorities() {
  static const std::vector<Authority> all{
      {"Let's Encrypt", {"letsencrypt.org"}},
      {"Internet Security Research Group", {"letsencrypt.org"}},
      {"DigiCert",
       {"digicert.com", "digicert.ne.jp", "geotrust.com", "rapidssl.com", "symantec.com",
        "thawte.com", "quovadisglobal.com"}},
      {"QuoVadis", {"quovadisglobal.com", "digicert.com"}},
      {"Sectigo",
       {"sectigo.com", "comodoca.com", "comodo.com", "usertrust.com", "trust-provider.com",
        "entrust.net"}},
      {"COMODO CA",
       {"sectigo.com", "comodoca.com", "comodo.com", "usertrust.com", "trust-provider.com"}},
      {"ZeroSSL", {"sectigo.com", "comodoca.com", "zerossl.com"}},
      {"Gandi", {"sectigo.com", "gandi.net"}},
      {"GEANT", {"sectigo.com", "harica.gr"}},
      {"Entrust", {"entrust.net", "affirmtrust.com"}},
      {"GlobalSign", {"globalsign.com"}},
      {"GoDaddy", {"godaddy.com", "starfieldtech.com"}},
      {"Starfield Technologies", {"godaddy.com", "starfieldtech.com"}},
      {"Amazon", {"amazon.com", "amazontrust.com", "awstrust.com", "amazonaws.com"}},
      {"Google Trust Services", {"pki.goog"}},
      {"Buypass", {"buypass.com", "buypass.no"}},
      {"SSL Corp", {"ssl.com"}},
      {"HARICA", {"harica.gr"}},
      {"Hellenic Academic and Research", {"harica.gr"}},
      {"SwissSign", {"swisssign.com"}},
      {"Actalis", {"actalis.it"}},
      {"IdenTrust", {"identrust.com"}},
      {"Certum", {"certum.pl", "certum.eu"}},
      {"Unizeto", {"certum.pl", "certum.eu"}},
      {"Asseco Data Systems", {"certum.pl", "certum.eu"}},
      {"Microsoft Corporation", {"microsoft.com"}},
      {"T-Systems", {"telesec.de", "t-systems.com"}},
      {"Deutsche Telekom Security", {"telesec.de", "telekom.de"}},
      {"D-Trust", {"d-trust.net", "dtrust.de"}},
  };
  return all;
}

}  // namespace

std::span<const std::string_view> caa_names_of(std::string_view issuer) {
  const std::string text = ascii_lower(issuer);
  for (const Authority& each : authorities())
    if (text.find("o=" + ascii_lower(each.organisation)) != std::string::npos) return each.names;
  return {};
}

}  // namespace mailfleet
