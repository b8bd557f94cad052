// Exchange Online: outbound connectors that require TLS with a CA-issued certificate, one for each
// set of host names, and mail-flow rules that lead the domains' mail through them: domain, MX host
// name and certificate together, as administrators set up by hand. The script changes nothing until
// it is run with -Apply; it can be run again; -Remove takes everything away.
#include <algorithm>
#include <map>

#include "exporter/gateways/gateway.h"

namespace mailfleet {
namespace {

// A mail-flow rule holds some hundred domains before Exchange refuses its length.
constexpr size_t domains_in_a_chunk = 50;

struct Group {
  std::string tls_domain{};  // empty: any certificate (encrypt only)
  std::vector<std::string> domains{};
};

// What the certificate must show: one name that covers every host, "*.b.uk" for hosts of one
// parent.
std::string tls_domain_of(const FeedEntry& entry) {
  const auto first = Name::parse(entry.match_names.front());
  if (entry.match_names.size() == 1 || !first) return entry.match_names.front();
  const auto parent = first->parent();
  const bool together = parent && parent->label_count() >= 2 &&
                        std::ranges::all_of(entry.match_names, [&](const std::string& name) {
                          const auto host = Name::parse(name);
                          return host && host->parent() == parent;
                        });
  return together ? "*." + parent->text() : "";
}

// Single quotes are the only character that ends a PowerShell literal.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) (out += c == '\'' ? "'" : "") += c;
  return out + "'";
}

std::string name_list(const std::vector<std::string>& names) {
  std::string out = "@(";
  for (size_t i = 0; i < names.size(); ++i) out += (i ? "," : "") + quoted(names[i]);
  return out + ")";
}

std::map<std::string, std::vector<std::string>> grouped(const std::vector<GatewayRule>& rules) {
  std::map<std::string, std::vector<std::string>> out;
  for (const GatewayRule& rule : rules) {
    if (rule.enforcement == Enforcement::opportunistic) continue;
    const bool named = rule.enforcement == Enforcement::secure;
    out[named ? tls_domain_of(*rule.entry) : ""].push_back(rule.entry->domain.text());
  }
  return out;
}

std::vector<Group> chunks(const std::vector<GatewayRule>& rules) {
  std::vector<Group> out;
  for (const auto& [tls_domain, domains] : grouped(rules))
    for (size_t at = 0; at < domains.size(); at += domains_in_a_chunk) {
      const size_t end = std::min(domains.size(), at + domains_in_a_chunk);
      out.push_back(
          {tls_domain,
           {domains.begin() + static_cast<long>(at), domains.begin() + static_cast<long>(end)}});
    }
  return out;
}

constexpr std::string_view script_head = R"ps([CmdletBinding()]
param([switch]$Apply, [switch]$Remove)
# Needs the ExchangeOnlineManagement module and Connect-ExchangeOnline first.
# Without -Apply nothing is changed: each step says what it would do.
$ErrorActionPreference = 'Stop'
$Prefix = 'mailfleet '
$WhatIf = -not $Apply
$Wanted = @(
)ps";

constexpr std::string_view script_tail = R"ps()

function Set-Group($Group) {
    $Name = $Prefix + $Group.Name
    $Connector = Get-OutboundConnector | Where-Object { $_.Name -eq $Name }
    $Settings = @{
        ConnectorType                 = 'Partner'
        UseMXRecord                   = $true
        IsTransportRuleScoped         = $true
        Enabled                       = $true
        TlsSettings                   = $Group.TlsSettings
        WhatIf                        = $WhatIf
    }
    if ($Group.TlsDomain) { $Settings.TlsDomain = $Group.TlsDomain }
    if ($Connector) { Set-OutboundConnector -Identity $Name @Settings }
    else { New-OutboundConnector -Name $Name @Settings }
    $Rule = Get-TransportRule | Where-Object { $_.Name -eq $Name }
    $Flow = @{ RecipientDomainIs = $Group.Domains; RouteMessageOutboundConnector = $Name; WhatIf = $WhatIf }
    # A rule can name only a connector that exists, so a first dry run stops here.
    if ($WhatIf -and -not $Connector) { Write-Host "would route $($Group.Domains.Count) domains through $Name"; return }
    if ($Rule) { Set-TransportRule -Identity $Name @Flow }
    else { New-TransportRule -Name $Name @Flow }
}

function Remove-Group($Name) {
    if (Get-TransportRule | Where-Object { $_.Name -eq $Name }) {
        Remove-TransportRule -Identity $Name -Confirm:$false -WhatIf:$WhatIf
    }
    if (Get-OutboundConnector | Where-Object { $_.Name -eq $Name }) {
        Remove-OutboundConnector -Identity $Name -Confirm:$false -WhatIf:$WhatIf
    }
}

if (-not $Remove) { foreach ($Group in $Wanted) { Set-Group $Group } }
# What an earlier edition made and this one no longer has; with -Remove, all of it.
$Keep = if ($Remove) { @() } else { $Wanted | ForEach-Object { $Prefix + $_.Name } }
$Mine = @(Get-TransportRule) + @(Get-OutboundConnector) | Where-Object { $_.Name -like ($Prefix + '*') }
$Mine | Select-Object -ExpandProperty Name -Unique | Where-Object { $_ -notin $Keep } | ForEach-Object { Remove-Group $_ }
)ps";

std::string group_line(const Group& group, size_t number) {
  // DomainValidation: a certificate authority's word, and the name; EncryptionOnly: any
  // certificate; CertificateValidation: the authority's word where no one name covers the hosts.
  const std::string settings = group.tls_domain.empty() ? "EncryptionOnly" : "DomainValidation";
  const std::string name =
      std::to_string(number) + " " + (group.tls_domain.empty() ? "encrypt" : group.tls_domain);
  return "    @{ Name = " + quoted(name) + "; TlsSettings = " + quoted(settings) +
         "; TlsDomain = " + (group.tls_domain.empty() ? "$null" : quoted(group.tls_domain)) +
         "; Domains = " + name_list(group.domains) + " }\n";
}

}  // namespace

GatewayText export_exchange(const Edition& edition, const GatewayOptions& options) {
  const auto rules = rules_of(edition, options);
  if (const auto* refusal = std::get_if<GatewayRefusal>(&rules)) return *refusal;
  std::vector<GatewayRule> kept;
  std::string left_out;
  for (const GatewayRule& rule : std::get<std::vector<GatewayRule>>(rules)) {
    if (rule.enforcement != Enforcement::secure || !tls_domain_of(*rule.entry).empty())
      kept.push_back(rule);
    else
      left_out +=
          "# left out: " + rule.entry->domain.text() +
          ": its MX hosts have several parents and a connector takes one name; make it by hand\n";
  }
  std::string out =
      export_heading(edition, options, "# ", "Exchange Online: connectors and mail-flow rules");
  out += left_out;
  out += script_head;
  size_t number = 0;
  for (const Group& group : chunks(kept)) out += group_line(group, ++number);
  return out + std::string(script_tail);
}

}  // namespace mailfleet
