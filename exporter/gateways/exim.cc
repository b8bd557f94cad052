// Exim: a file for lsearch look-ups, read by the routers and transports of contrib/exim. One line a
// domain:
//   a.gov.uk: level=secure hosts=mx1.a.gov.uk:mx2.a.gov.uk
// `secure` names the hosts to connect to, so that a forged MX answer leads nowhere.
#include "checks/base/text.h"
#include "exporter/gateways/gateway.h"
#include "exporter/gateways/line_table.h"

namespace mailfleet {
namespace {

struct Line {
  std::string domain{};
  std::string level{};
  std::vector<std::string> hosts{};
  bool operator==(const Line&) const = default;
};

Line line_of(const GatewayRule& rule) {
  const std::string domain = rule.entry->domain.text();
  switch (rule.enforcement) {
    case Enforcement::opportunistic:
      return {domain, "opportunistic"};
    case Enforcement::encrypt:
      return {domain, "encrypt"};
    case Enforcement::dane:
      return {domain, "dane"};
    case Enforcement::secure:
      break;
  }
  return {domain, "secure", rule.entry->mx_hosts};
}

std::string text_of(const Line& line) {
  std::string out = line.domain + ": level=" + line.level;
  for (size_t i = 0; i < line.hosts.size(); ++i) (out += i ? ":" : " hosts=") += line.hosts[i];
  return out;
}

// One line back as lsearch and ${extract} see it.
std::optional<Line> read_line(std::string_view text) {
  const size_t colon = text.find(": level=");
  if (colon == std::string_view::npos || !Name::parse(text.substr(0, colon))) return {};
  Line out{.domain = std::string(text.substr(0, colon))};
  const auto words = split(text.substr(colon + 8), ' ');
  out.level = words[0];
  if (words.size() > 2 || (words.size() == 2) != (out.level == "secure")) return {};
  if (words.size() == 1) return out;
  if (!words[1].starts_with("hosts=")) return {};
  for (const std::string_view host : split(words[1].substr(6), ':')) {
    if (!Name::parse(host)) return {};
    out.hosts.emplace_back(host);
  }
  return out;
}

}  // namespace

GatewayText export_exim(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  std::vector<Line> lines;
  std::string out =
      export_heading(edition, options, "# ",
                     "Exim: domains that must be sent to over TLS (lsearch); see contrib/exim");
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules)) {
    if (rule.enforcement == Enforcement::secure && rule.entry->mx_hosts.empty())
      return GatewayRefusal{rule.entry->domain.text() + " has no hosts; its mail would go nowhere"};
    lines.push_back(line_of(rule));
    out += text_of(lines.back()) + "\n";
  }
  if (!reads_back(out, lines, read_line))
    return GatewayRefusal{"the rules do not read back as meant"};
  return out;
}

}  // namespace mailfleet
