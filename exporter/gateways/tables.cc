// Two plain forms: CSV for spreadsheets and scripts, and the policy.json of STARTTLS Everywhere.
#include <algorithm>
#include <array>
#include <boost/json.hpp>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "exporter/gateways/gateway.h"
#include "exporter/spreadsheet.h"

namespace mailfleet {
namespace {

constexpr size_t columns = 14;
// A hundred names of 253 octets, and characters to spare.
constexpr size_t longest_text = 32 * 1024;
using Row = std::array<std::string, columns>;

// RFC 4180; every cell is quoted.
std::string line_of(const Row& row) {
  std::string out;
  for (size_t i = 0; i < row.size(); ++i) out += (i ? "," : "") + csv_quoted(row[i]);
  return out + "\r\n";
}

// Takes one quoted cell and what ends it off `text`; empty when that is no such cell.
std::optional<std::string> take_cell(std::string_view& text, std::string_view end) {
  if (!text.starts_with('"')) return {};
  std::string out;
  for (size_t at = 1; at < text.size(); ++at) {
    if (text[at] != '"') {
      out += text[at];
      continue;
    }
    if (text.substr(at).starts_with("\"\"")) {
      out += text[at++];
      continue;
    }
    text.remove_prefix(at + 1);
    if (!text.starts_with(end)) return {};
    text.remove_prefix(end.size());
    return out;
  }
  return {};
}

bool csv_reads_back(std::string_view text, const std::vector<Row>& rows) {
  for (const Row& row : rows)
    for (size_t i = 0; i < columns; ++i)
      if (take_cell(text, i + 1 < columns ? "," : "\r\n") != row[i]) return false;
  return text.empty();
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

Row row_of(const FeedEntry& entry) {
  Row out{entry.domain.text(),
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
  for (std::string& cell : out) cell = spreadsheet_text(cell, longest_text);
  return out;
}

// A domain of the form: its mode and names; empty when it does not stand there so.
bool policy_reads_back(const boost::json::object& policies, const GatewayRule& rule,
                       std::string_view mode) {
  namespace json = boost::json;
  const json::value* found = policies.if_contains(rule.entry->domain.text());
  const json::object* policy = found ? found->if_object() : nullptr;
  const json::value* seen = policy ? policy->if_contains("mode") : nullptr;
  const json::value* names = policy ? policy->if_contains("mxs") : nullptr;
  if (!seen || seen->if_string() == nullptr || seen->get_string() != mode) return false;
  return names && names->is_array() &&
         std::ranges::equal(names->get_array(), rule.entry->match_names,
                            [](const json::value& name, const std::string& wanted) {
                              return name.is_string() && name.get_string() == wanted;
                            });
}

// Only "enforce" asks for a certificate of one of the names.
std::string_view mode_of(const GatewayRule& rule) {
  return rule.enforcement == Enforcement::secure ? "enforce" : "testing";
}

bool json_reads_back(const std::string& text, const std::vector<GatewayRule>& rules) {
  boost::json::error_code error;
  const boost::json::value read = boost::json::parse(text, error);
  const boost::json::value* found =
      !error && read.is_object() ? read.get_object().if_contains("policies") : nullptr;
  if (!found || !found->is_object() || found->get_object().size() != rules.size()) return false;
  return std::ranges::all_of(rules, [&](const GatewayRule& rule) {
    return policy_reads_back(found->get_object(), rule, mode_of(rule));
  });
}

}  // namespace

GatewayText export_csv(const Edition& edition, const GatewayOptions& options) {
  const auto rules_found = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules_found)) return *refusal;
  const std::string head =
      "domain,organisation,state,tier,since,last_verified,expires,mx_hosts,match_names,mta_sts,"
      "dane,sender_auth,reasons,page\r\n";
  std::vector<Row> rows;
  std::string out = head;
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules_found)) {
    rows.push_back(row_of(*rule.entry));
    out += line_of(rows.back());
  }
  if (!csv_reads_back(std::string_view(out).substr(head.size()), rows))
    return GatewayRefusal{"the table does not read back as meant"};
  return out;
}

GatewayText export_starttls_everywhere(const Edition& edition, const GatewayOptions& options) {
  auto found = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&found)) return *refusal;
  auto& rules = std::get<std::vector<GatewayRule>>(found);
  std::erase_if(rules, [](const GatewayRule& rule) {  // the form knows no rule without names
    return rule.enforcement == Enforcement::opportunistic || rule.entry->match_names.empty();
  });
  Value::Object policies;
  for (const GatewayRule& rule : rules) {
    Value names = Value::list();
    for (const std::string& name : rule.entry->match_names) names.push(name);
    policies.emplace_back(rule.entry->domain.text(),
                          Value::object({{"mode", mode_of(rule)}, {"mxs", std::move(names)}}));
  }
  std::string out = to_json_pretty(Value::object({{"version", "0.1"},
                                                  {"timestamp", to_text(edition.issued)},
                                                  {"author", edition.issuer},
                                                  {"expires", to_text(edition.expires)},
                                                  {"policy-aliases", Value::object()},
                                                  {"policies", Value(std::move(policies))}})) +
                    "\n";
  if (!json_reads_back(out, rules)) return GatewayRefusal{"the policies do not read back as meant"};
  return out;
}

}  // namespace mailfleet
