#include "exporter/gateways/gateway.h"

#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 3> expiry_words{"keep", "encrypt", "opportunistic"};

Enforcement enforcement_of(const FeedEntry& entry) {
  if (entry.tier == Tier::t1) return Enforcement::encrypt;
  // Where only DANE vouches for the hosts a certificate authority's word may be missing. A policy
  // that is not enforced promises no such certificate either.
  const bool enforces = entry.mta_sts && entry.mta_sts->mode == "enforce";
  if (entry.tier == Tier::t3 && entry.dane && !enforces) return Enforcement::dane;
  return Enforcement::secure;
}

}  // namespace

std::optional<OnExpiry> parse_on_expiry(std::string_view text) {
  for (size_t i = 0; i < expiry_words.size(); ++i)
    if (expiry_words[i] == text) return static_cast<OnExpiry>(i);
  return {};
}

std::optional<SuffixLevel> parse_suffix_level(std::string_view text) {
  if (text == "encrypt") return SuffixLevel::encrypt;
  if (text == "verify") return SuffixLevel::verify;
  return {};
}

std::variant<std::vector<GatewayRule>, GatewayRefusal> rules_of(const Edition& edition,
                                                                const GatewayOptions& options) {
  if (!edition.is_signed && !options.allow_unsigned)
    return GatewayRefusal{
        "the edition is unsigned; rules are made only from a signed one (or with "
        "--allow-unsigned)"};
  const bool expired = options.now >= edition.expires;
  if (expired && options.on_expiry == OnExpiry::keep)
    return GatewayRefusal{"the edition expired " + to_text(edition.expires) +
                          "; keep the rules you have, or say --on-expiry encrypt or opportunistic"};
  std::vector<GatewayRule> rules;
  for (const FeedEntry& entry : edition.entries) {
    if (!is_listed(entry.state) || entry.tier < options.least) continue;
    GatewayRule rule{&entry, enforcement_of(entry)};
    if (rule.enforcement == Enforcement::secure && entry.match_names.empty())
      return GatewayRefusal{entry.domain.text() +
                            " has no names to match; an empty match would stop its mail"};
    if (rule.enforcement == Enforcement::dane && !options.dane_only) continue;
    if (expired)
      rule.enforcement = options.on_expiry == OnExpiry::encrypt ? Enforcement::encrypt
                                                                : Enforcement::opportunistic;
    rules.push_back(rule);
  }
  if (rules.empty())
    return GatewayRefusal{"no entry of the edition reaches tier " +
                          std::string(to_text(options.least))};
  return rules;
}

std::string export_heading(const Edition& edition, const GatewayOptions& options,
                           std::string_view mark, std::string_view what) {
  std::string out;
  const auto line = [&](const std::string& text) { ((out += mark) += text) += '\n'; };
  line(std::string(what));
  line("edition " + std::to_string(edition.serial) + ", issued " + to_text(edition.issued) +
       ", expires " + to_text(edition.expires) + ", tier " + std::string(to_text(options.least)) +
       " and above");
  line("made by mailfleet; changes by hand are lost with the next edition");
  return out;
}

}  // namespace mailfleet
