// Postfix: smtp_tls_policy_maps, one line a domain (postconf(5), TLS_README).
//
// The table is asked for the recipient's domain, then for each parent with a leading dot: a line
// for ".gov.uk" holds for every domain below that has none of its own.
#include <algorithm>
#include <set>

#include "checks/base/text.h"
#include "exporter/gateways/gateway.h"
#include "exporter/gateways/line_table.h"

namespace mailfleet {
namespace {

struct Line {
  std::string key{};
  std::string level{};
  std::vector<std::string> names{};  // of "match="
  bool operator==(const Line&) const = default;
};

bool at_least(const GatewayOptions& options, int major, int minor) {
  return options.postfix_major > major ||
         (options.postfix_major == major && options.postfix_minor >= minor);
}

// "protocols=>=TLSv1.2" is Postfix 3.6's spelling; before it excludes by name.
std::string protocols(const GatewayOptions& options) {
  return at_least(options, 3, 6) ? " protocols=>=TLSv1.2"
                                 : " protocols=!SSLv2:!SSLv3:!TLSv1:!TLSv1.1";
}

std::string text_of(const Line& line, const GatewayOptions& options) {
  std::string out = line.key + " " + line.level;
  for (size_t i = 0; i < line.names.size(); ++i) (out += i ? ":" : " match=") += line.names[i];
  if (line.level == "may") return out;
  out += protocols(options);
  // Since 3.4: send SNI, as MTA-STS asks of a sender (RFC 8461 §7.1).
  const bool named = line.level == "secure" || line.level == "verify";
  return named && at_least(options, 3, 4) ? out + " servername=hostname" : out;
}

Line line_of(const GatewayRule& rule) {
  const std::string domain = rule.entry->domain.text();
  switch (rule.enforcement) {
    case Enforcement::opportunistic:
      return {domain, "may"};
    case Enforcement::encrypt:
      return {domain, "encrypt"};
    case Enforcement::dane:
      return {domain, "dane-only"};
    case Enforcement::secure:
      break;
  }
  return {domain, "secure", rule.entry->match_names};
}

// The suffixes, and below them the domains that cannot do what is asked. A domain with a rule of
// its own keeps it: what it has lost since must make its mail wait.
void add_suffixes(const SuffixPolicy& policy, std::vector<Line>& lines) {
  std::set<std::string> keys;
  for (const Line& line : lines) keys.insert(line.key);
  const bool verify = policy.level == SuffixLevel::verify;
  for (const FeedException& each : policy.exceptions.entries) {
    const bool below = std::ranges::any_of(
        policy.suffixes, [&](const Name& suffix) { return each.domain.is_under(suffix); });
    const bool excused = !each.takes_tls || verify;
    if (!below || !excused || !keys.insert(each.domain.text()).second) continue;
    lines.push_back({each.domain.text(), each.takes_tls ? "encrypt" : "may"});
  }
  for (const Name& suffix : policy.suffixes) {
    Line line{"." + suffix.text(), verify ? "verify" : "encrypt"};
    if (verify) line.names = {"hostname"};
    if (keys.insert(line.key).second) lines.push_back(std::move(line));
  }
}

// One line back as Postfix reads it: empty for what Postfix would refuse or we would not write.
std::optional<Line> read_line(std::string_view text) {
  const auto words = split(text, ' ');
  if (words.size() < 2) return {};
  Line out{std::string(words[0]), std::string(words[1])};
  const std::string_view key = words[0].starts_with('.') ? words[0].substr(1) : words[0];
  if (!Name::parse(key)) return {};
  for (size_t i = 2; i < words.size(); ++i) {
    if (words[i].starts_with("protocols=") || words[i] == "servername=hostname") continue;
    if (!words[i].starts_with("match=") || !out.names.empty()) return {};
    for (const std::string_view name : split(words[i].substr(6), ':')) {
      if (!Name::parse(name)) return {};
      out.names.emplace_back(name);
    }
  }
  const bool wants_names = out.level == "secure" || out.level == "verify";
  if (wants_names == out.names.empty()) return {};
  return out;
}

std::optional<GatewayRefusal> refusal_of(const GatewayOptions& options) {
  if (!at_least(options, 2, 3))
    return GatewayRefusal{"Postfix before 2.3 has no table of TLS policies"};
  const SuffixPolicy& suffix = options.suffix;
  const bool stale = !suffix.suffixes.empty() && options.now >= suffix.exceptions.expires;
  if (stale && options.on_expiry == OnExpiry::keep)
    return GatewayRefusal{"the list of exceptions expired " + to_text(suffix.exceptions.expires) +
                          "; keep the rules you have, or say --on-expiry encrypt or opportunistic"};
  return {};
}

}  // namespace

GatewayText export_postfix(const Edition& edition, const GatewayOptions& wanted) {
  if (auto refusal = refusal_of(wanted)) return *std::move(refusal);
  GatewayOptions options = wanted;
  options.dane_only &= at_least(options, 2, 11);  // DANE came then
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  std::vector<Line> lines;
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules))
    lines.push_back(line_of(rule));
  const bool expired = options.now >= edition.expires;
  if (!expired || options.on_expiry != OnExpiry::opportunistic) add_suffixes(options.suffix, lines);
  std::string out = export_heading(
      edition, options, "# ",
      "smtp_tls_policy_maps: which domains must be sent to over TLS, and to which hosts");
  for (const Line& line : lines) out += text_of(line, options) + "\n";
  if (!reads_back(out, lines, read_line))
    return GatewayRefusal{"the rules do not read back as meant"};
  return out;
}

}  // namespace mailfleet
