// Exchange Online: outbound connectors that require TLS with a CA-issued certificate, one for each
// set of host names, and mail-flow rules that lead the domains' mail through them: domain, MX host
// name and certificate together, as administrators set up by hand. The script changes nothing until
// it is run with -Apply; it can be run again; -Remove takes everything away.
#include <algorithm>
#include <array>
#include <map>

#include "exporter/feed/encoding.h"
#include "exporter/gateways/gateway.h"
#include "exporter/gateways/powershell.h"

namespace mailfleet {
namespace {

// A mail-flow rule holds some hundred domains before Exchange refuses its length.
constexpr size_t domains_in_a_chunk = 50;
// Names of connectors and rules end at 64 characters; "mailfleet " takes ten.
constexpr size_t longest_group_name = 54;

// Operators that give each customer an MX host of its own below one name of theirs, and one
// certificate for all of it. Their customers share a connector; else each would cost a rule, and an
// organisation has some hundreds.
constexpr std::array<std::string_view, 2> shared_parents{"mail.protection.outlook.com",
                                                         "mx.microsoft"};

struct Group {
  std::string name{};
  std::string settings{};    // Exchange's word for TlsSettings
  std::string tls_domain{};  // what the certificate must show; empty unless DomainValidation
  std::vector<std::string> domains{};
  bool operator==(const Group&) const = default;
};

bool is_shared(const Name& parent) {
  return std::ranges::any_of(shared_parents, [&](std::string_view shared) {
    return parent.is_at_or_under(*Name::parse(shared));
  });
}

// "*.b.uk" would let any name below it pass, so its owner must be one: not co.uk or gov.uk.
bool may_stand_for_its_hosts(const Name& parent) {
  if (parent.label_count() != 2) return parent.label_count() > 2;
  const auto top = parent.parent();
  return top && top->text().size() > 2;
}

// What the certificate must show: one name that covers every host, "*.b.gov.uk" for hosts of one
// parent; empty when no one name does.
std::string tls_domain_of(const FeedEntry& entry) {
  const auto first = Name::parse(entry.match_names.front());
  const auto parent = first ? first->parent() : std::nullopt;
  const bool together = parent && may_stand_for_its_hosts(*parent) &&
                        std::ranges::all_of(entry.match_names, [&](const std::string& name) {
                          const auto host = Name::parse(name);
                          return host && host->parent() == parent;
                        });
  if (together && (entry.match_names.size() > 1 || is_shared(*parent)))
    return "*." + parent->text();
  return entry.match_names.size() == 1 ? entry.match_names.front() : "";
}

// DomainValidation: a certificate authority's word, and the name; CertificateValidation: the
// authority's word, where no one name covers the hosts; EncryptionOnly: any certificate.
Group kind_of(const GatewayRule& rule) {
  if (rule.enforcement != Enforcement::secure)
    return {.name = "encrypted", .settings = "EncryptionOnly"};
  std::string name = tls_domain_of(*rule.entry);
  if (name.empty()) return {.name = "certificate", .settings = "CertificateValidation"};
  return {.name = name, .settings = "DomainValidation", .tls_domain = name};
}

// The same connector keeps its name from edition to edition, whatever comes before it.
std::string chunk_name(const std::string& name, size_t number) {
  std::string out = name;
  if (number > 1) out += " " + std::to_string(number);
  if (out.size() <= longest_group_name) return out;
  return out.substr(0, longest_group_name - 17) + " " + sha256_hex(out).substr(0, 16);
}

std::vector<Group> groups_of(const std::vector<GatewayRule>& rules) {
  std::map<std::string, Group> kinds;
  for (const GatewayRule& rule : rules) {
    if (rule.enforcement == Enforcement::opportunistic) continue;
    Group kind = kind_of(rule);
    auto& group = kinds.try_emplace(kind.name, kind).first->second;
    group.domains.push_back(rule.entry->domain.text());
  }
  std::vector<Group> out;
  for (const auto& [name, kind] : kinds)
    for (size_t at = 0; at < kind.domains.size(); at += domains_in_a_chunk) {
      Group chunk{chunk_name(name, at / domains_in_a_chunk + 1), kind.settings, kind.tls_domain};
      const size_t end = std::min(kind.domains.size(), at + domains_in_a_chunk);
      chunk.domains.assign(kind.domains.begin() + static_cast<long>(at),
                           kind.domains.begin() + static_cast<long>(end));
      out.push_back(std::move(chunk));
    }
  return out;
}

constexpr std::string_view script_head = R"ps([CmdletBinding()]
param([switch]$Apply, [switch]$Remove)
# Needs the ExchangeOnlineManagement module and Connect-ExchangeOnline first.
# Without -Apply nothing is changed: each step says what it would do.
# With -Remove everything that this script ever made is taken away (-Remove -Apply).
$ErrorActionPreference = 'Stop'
$Prefix = 'mailfleet '
$WhatIf = -not $Apply
$Wanted = @(
)ps";

constexpr std::string_view script_tail = R"ps()
# Exchange Online takes 300 mail-flow rules unless Microsoft raised it for you.
if ($Wanted.Count -gt 250) { Write-Warning ('This needs as many mail-flow rules: ' + $Wanted.Count) }

$Rules = @{}
Get-TransportRule -ResultSize Unlimited | Where-Object { $_.Name -like ($Prefix + '*') } | ForEach-Object { $Rules[$_.Name] = $true }
$Connectors = @{}
Get-OutboundConnector | Where-Object { $_.Name -like ($Prefix + '*') } | ForEach-Object { $Connectors[$_.Name] = $true }

function Set-Group($Group) {
    $Name = $Prefix + $Group.Name
    $Settings = @{
        ConnectorType         = 'Partner'
        UseMXRecord           = $true
        IsTransportRuleScoped = $true
        Enabled               = $true
        TlsSettings           = $Group.TlsSettings
        WhatIf                = $WhatIf
    }
    if ($Group.TlsDomain) { $Settings.TlsDomain = $Group.TlsDomain }
    if ($Connectors[$Name]) { Set-OutboundConnector -Identity $Name @Settings }
    else { New-OutboundConnector -Name $Name @Settings }
    # A rule can name only a connector that exists, so a first dry run stops here.
    if ($WhatIf -and -not $Connectors[$Name]) {
        Write-Host ('would lead ' + $Group.Domains.Count + ' domains through ' + $Name)
        return
    }
    $Flow = @{ RecipientDomainIs = $Group.Domains; RouteMessageOutboundConnector = $Name; WhatIf = $WhatIf }
    if ($Rules[$Name]) { Set-TransportRule -Identity $Name @Flow }
    else { New-TransportRule -Name $Name @Flow }
}

if (-not $Remove) { foreach ($Group in $Wanted) { Set-Group $Group } }
# What an earlier edition made and this one no longer has; with -Remove, all of it. New rules stand
# before old ones go, and a rule goes before the connector that it names.
$Keep = @()
if (-not $Remove) { $Keep = @($Wanted | ForEach-Object { $Prefix + $_.Name }) }
$Rules.Keys | Where-Object { $_ -notin $Keep } | ForEach-Object { Remove-TransportRule -Identity $_ -Confirm:$false -WhatIf:$WhatIf }
$Connectors.Keys | Where-Object { $_ -notin $Keep } | ForEach-Object { Remove-OutboundConnector -Identity $_ -Confirm:$false -WhatIf:$WhatIf }
)ps";

// Empty when a text cannot stand in a literal.
std::optional<std::string> text_of(const Group& group) {
  const auto name = powershell_literal(group.name);
  const auto settings = powershell_literal(group.settings);
  const auto tls_domain = powershell_literal(group.tls_domain);
  if (!name || !settings || !tls_domain) return {};
  std::string out = "    @{ Name = " + *name + "; TlsSettings = " + *settings +
                    "; TlsDomain = " + (group.tls_domain.empty() ? "$null" : *tls_domain) +
                    "; Domains = @(";
  for (size_t i = 0; i < group.domains.size(); ++i) {
    const auto domain = powershell_literal(group.domains[i]);
    if (!domain) return {};
    (out += i ? "," : "") += *domain;
  }
  return out + ") }\n";
}

// The groups as the script holds them: the hash tables between "$Wanted = @(" and its end.
std::vector<Group> groups_in(const std::vector<PowerShellToken>& tokens) {
  std::vector<Group> out;
  std::string key;
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    const bool assigned = tokens[i].kind == PowerShellKind::word && tokens[i + 1].text == "=";
    if (tokens[i].kind == PowerShellKind::variable && tokens[i].text == "Rules") break;
    if (assigned) key = tokens[i].text;
    if (assigned && key == "Name") out.emplace_back();
    if (tokens[i].kind != PowerShellKind::literal || out.empty()) continue;
    if (key == "Name") out.back().name = tokens[i].text;
    if (key == "TlsSettings") out.back().settings = tokens[i].text;
    if (key == "TlsDomain") out.back().tls_domain = tokens[i].text;
    if (key == "Domains" && Name::parse(tokens[i].text))
      out.back().domains.push_back(tokens[i].text);
  }
  return out;
}

std::optional<GatewayRefusal> fault_of(const std::string& script,
                                       const std::vector<Group>& groups) {
  const auto read = read_powershell(script);
  if (const auto* fault = std::get_if<std::string>(&read))
    return GatewayRefusal{"the script does not read back: " + *fault};
  if (groups_in(std::get<std::vector<PowerShellToken>>(read)) != groups)
    return GatewayRefusal{"the script's groups do not read back as meant"};
  return {};
}

}  // namespace

GatewayText export_exchange(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  const std::vector<Group> groups = groups_of(std::get<std::vector<GatewayRule>>(rules));
  std::string out =
      export_heading(edition, options, "# ", "Exchange Online: connectors and mail-flow rules");
  out += script_head;
  for (const Group& group : groups) {
    const auto text = text_of(group);
    if (!text) return GatewayRefusal{"the group " + group.name + " cannot be written"};
    out += *text;
  }
  out += script_tail;
  if (auto refusal = fault_of(out, groups)) return *std::move(refusal);
  return out;
}

}  // namespace mailfleet
