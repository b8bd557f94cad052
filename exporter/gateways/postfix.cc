// Postfix: smtp_tls_policy_maps, one line a domain (postconf(5), TLS_README).
#include "checks/base/text.h"
#include "exporter/gateways/gateway.h"

namespace mailfleet {
namespace {

bool at_least(const GatewayOptions& options, int major, int minor) {
  return options.postfix_major > major ||
         (options.postfix_major == major && options.postfix_minor >= minor);
}

// "protocols=>=TLSv1.2" is Postfix 3.6's spelling; before it excludes by name.
std::string protocols(const GatewayOptions& options) {
  return at_least(options, 3, 6) ? " protocols=>=TLSv1.2"
                                 : " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1";
}

std::string line_of(const GatewayRule& rule, const GatewayOptions& options) {
  std::string out = rule.entry->domain.text() + " ";
  switch (rule.enforcement) {
    case Enforcement::opportunistic:
      return out + "may";
    case Enforcement::encrypt:
      return out + "encrypt" + protocols(options);
    case Enforcement::dane:
      return out + "dane-only";
    case Enforcement::secure:
      break;
  }
  out += "secure match=";
  for (size_t i = 0; i < rule.entry->match_names.size(); ++i)
    out += (i ? ":" : "") + rule.entry->match_names[i];
  out += protocols(options);
  // Since 3.4: send SNI, as MTA-STS asks of a sender (RFC 8461 §7.1).
  return at_least(options, 3, 4) ? out + " servername=hostname" : out;
}

// Reads one line back as Postfix would: a domain, a level, attributes; a secure level needs a
// match.
bool reads_back(const std::string& line, const GatewayRule& rule) {
  const auto words = split(line, ' ');
  if (words.size() < 2 || words[0] != rule.entry->domain.text()) return false;
  if (rule.enforcement != Enforcement::secure)
    return words[1] == (rule.enforcement == Enforcement::encrypt ? "encrypt"
                        : rule.enforcement == Enforcement::dane  ? "dane-only"
                                                                 : "may");
  if (words[1] != "secure" || words.size() < 3 || !words[2].starts_with("match=")) return false;
  const auto names = split(words[2].substr(6), ':');
  if (names.size() != rule.entry->match_names.size()) return false;
  for (const std::string_view name : names)
    if (!Name::parse(name)) return false;
  return true;
}

}  // namespace

GatewayText export_postfix(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  std::string out = export_heading(
      edition, options, "# ",
      "smtp_tls_policy_maps: which domains must be sent to over TLS, and to which hosts");
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules)) {
    const std::string line = line_of(rule, options);
    if (!reads_back(line, rule))
      return GatewayRefusal{"the rule for " + rule.entry->domain.text() + " does not read back"};
    out += line + "\n";
  }
  return out;
}

}  // namespace mailfleet
