// Exim: a file for lsearch look-ups, read by a router and transports whose text is in
// contrib/exim. One line a domain:
//   a.gov.uk: level=secure hosts=mx1.a.gov.uk:mx2.a.gov.uk
// `secure` names the hosts to connect to, so that a forged MX answer leads nowhere.
#include "checks/base/text.h"
#include "exporter/gateways/gateway.h"

namespace mailfleet {
namespace {

std::string_view level_of(Enforcement enforcement) {
  switch (enforcement) {
    case Enforcement::opportunistic:
      return "opportunistic";
    case Enforcement::encrypt:
      return "encrypt";
    case Enforcement::dane:
      return "dane";
    case Enforcement::secure:
      break;
  }
  return "secure";
}

std::string line_of(const GatewayRule& rule) {
  std::string out =
      rule.entry->domain.text() + ": level=" + std::string(level_of(rule.enforcement));
  if (rule.enforcement != Enforcement::secure) return out;
  out += " hosts=";
  for (size_t i = 0; i < rule.entry->mx_hosts.size(); ++i)
    out += (i ? ":" : "") + rule.entry->mx_hosts[i];
  return out;
}

bool reads_back(const std::string& line, const GatewayRule& rule) {
  const size_t colon = line.find(": ");
  if (colon == std::string::npos || line.substr(0, colon) != rule.entry->domain.text())
    return false;
  const auto words = split(std::string_view(line).substr(colon + 2), ' ');
  if (words[0] != "level=" + std::string(level_of(rule.enforcement))) return false;
  if (rule.enforcement != Enforcement::secure) return words.size() == 1;
  if (words.size() != 2 || !words[1].starts_with("hosts=")) return false;
  const auto hosts = split(words[1].substr(6), ':');
  for (const std::string_view host : hosts)
    if (!Name::parse(host)) return false;
  return hosts.size() == rule.entry->mx_hosts.size();
}

}  // namespace

GatewayText export_exim(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  std::string out =
      export_heading(edition, options, "# ",
                     "Exim: domains that must be sent to over TLS (lsearch); see contrib/exim");
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules)) {
    if (rule.enforcement == Enforcement::secure && rule.entry->mx_hosts.empty())
      return GatewayRefusal{rule.entry->domain.text() + " has no hosts; its mail would go nowhere"};
    const std::string line = line_of(rule);
    if (!reads_back(line, rule))
      return GatewayRefusal{"the rule for " + rule.entry->domain.text() + " does not read back"};
    out += line + "\n";
  }
  return out;
}

}  // namespace mailfleet
