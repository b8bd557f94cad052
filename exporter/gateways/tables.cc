// Two plain forms: CSV for spreadsheets and scripts, and the policy.json of STARTTLS Everywhere.
#include <map>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "exporter/gateways/gateway.h"

namespace mailfleet {
namespace {

// RFC 4180, and no cell that a spreadsheet would run as a formula.
std::string cell(std::string_view text) {
  std::string clean = for_display(text);
  if (!clean.empty() && std::string_view("=+-@").find(clean.front()) != std::string_view::npos)
    clean.insert(0, "'");
  std::string out = "\"";
  for (const char c : clean) (out += c == '"' ? "\"" : "") += c;
  return out + "\"";
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

}  // namespace

GatewayText export_csv(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  std::string out =
      "domain,organisation,state,tier,since,last_verified,expires,mx_hosts,match_names,mta_sts,"
      "dane,sender_auth,reasons,page\r\n";
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules)) {
    const FeedEntry& entry = *rule.entry;
    const std::string cells[] = {entry.domain.text(),
                                 entry.organisation,
                                 std::string(to_text(entry.state)),
                                 std::string(to_text(entry.tier)),
                                 to_text(entry.since),
                                 entry.last_verified ? to_text(*entry.last_verified) : "",
                                 to_text(entry.expires),
                                 joined(entry.mx_hosts),
                                 joined(entry.match_names),
                                 entry.mta_sts ? entry.mta_sts->mode : "",
                                 entry.dane ? "yes" : "no",
                                 std::string(to_text(entry.sender_auth)),
                                 joined(entry.reasons),
                                 entry.page};
    for (size_t i = 0; i < std::size(cells); ++i) out += (i ? "," : "") + cell(cells[i]);
    out += "\r\n";
  }
  return out;
}

GatewayText export_starttls_everywhere(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  Value::Object members;
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules)) {
    if (rule.enforcement == Enforcement::opportunistic) continue;
    const FeedEntry& entry = *rule.entry;
    Value names = Value::list();
    for (const std::string& name : entry.match_names) names.push(name);
    if (names.items().empty()) continue;  // the form knows no rule without names
    members.emplace_back(
        entry.domain.text(),
        Value::object({{"policy", rule.enforcement == Enforcement::secure ? "enforce" : "testing"},
                       {"mxs", std::move(names)}}));
  }
  return to_json_pretty(Value::object({{"version", "0.1"},
                                       {"timestamp", to_text(edition.issued)},
                                       {"author", edition.issuer},
                                       {"expires", to_text(edition.expires)},
                                       {"policy-aliases", Value::object()},
                                       {"policies", Value(std::move(members))}})) +
         "\n";
}

}  // namespace mailfleet
