// What a change of a mail host's certificate means. A renewal is no news; a certificate that no
// longer serves is. Compared host by host on everything its addresses showed; a host that showed
// nothing now has not changed.
#include <algorithm>
#include <map>
#include <set>
#include <span>

#include "checks/base/cause.h"
#include "checks/certificate/certificate.h"

namespace mailfleet {
namespace {

using Words = std::set<std::string>;

struct HostView {
  bool seen = false;
  Words faults{};
  bool mismatch = false;
  bool weak = false;
  Words issuers{};
  Words prints{};  // sha256
  std::string not_after{};
  Severity expiring = Severity::info;  // of the finding; info: there is none
  bool by_dane = false;
};

using Hosts = std::map<std::string, HostView>;

std::string text(const Value& value) { return std::string(value.as_string().value_or("")); }

constexpr std::string_view weak_faults[] = {"weak-key", "weak-signature"};
constexpr std::string_view trust_faults[] = {
    "self-signed", "untrusted-ca", "incomplete-chain", "wrong-purpose",       "too-long",
    "too-large",   "invalid",      "not-yet-valid",    "expired-intermediate"};

Words those_of(const Words& faults, std::span<const std::string_view> kinds) {
  Words out;
  for (const std::string& fault : faults)
    if (std::ranges::find(kinds, fault) != kinds.end()) out.insert(fault);
  return out;
}

// A certification authority changes its intermediates all the time: its organisation is what
// counts.
std::string authority_of(std::string_view issuer) {
  for (const std::string_view part : {std::string_view("O="), std::string_view("CN=")}) {
    size_t at = issuer.find(part);
    while (at != std::string_view::npos && at > 0 && issuer[at - 1] != ',' && issuer[at - 1] != '+')
      at = issuer.find(part, at + 1);
    if (at == std::string_view::npos) continue;
    const std::string_view rest = issuer.substr(at + part.size());
    size_t end = 0;
    while (end < rest.size() && rest[end] != ',') end += rest[end] == '\\' ? 2 : 1;
    return std::string(rest.substr(0, end));
  }
  return std::string(issuer);
}

void add_endpoint(const Value& endpoint, HostView& view) {
  if (!endpoint["chain"].is_list()) return;
  view.seen = true;
  for (const Value& fault : endpoint["chain"].items()) view.faults.insert(text(fault));
  view.mismatch |= endpoint["name_match"].as_bool() == false;
  const std::string issuer = text(endpoint["issuer"]);
  if (!issuer.empty()) view.issuers.insert(authority_of(issuer));
  view.prints.insert(text(endpoint["sha256"]));
  const std::string end = text(endpoint["not_after"]);
  if (view.not_after.empty() || end < view.not_after) view.not_after = end;
}

Hosts hosts_of(const Judgement& look) {
  Hosts out;
  for (const Value& endpoint : look.facts["endpoints"].items())
    add_endpoint(endpoint, out[text(endpoint["host"])]);
  for (const Finding& finding : look.findings) {
    const auto host = out.find(finding.subject);
    if (host == out.end()) continue;
    if (finding.code == "certificate-expiring") host->second.expiring = finding.severity;
    host->second.by_dane |= finding.code == "certificate-by-dane";
  }
  for (auto& [name, view] : out) view.weak = !those_of(view.faults, weak_faults).empty();
  return out;
}

std::string joined(const Words& words, std::string_view none) {
  std::string out;
  for (const std::string& word : words) (out += out.empty() ? "" : ", ") += word;
  return out.empty() ? std::string(none) : out;
}

Move move_of(const char* kind, AlertLevel alert, Confirmation confirm, TrustEffect trust,
             std::string was, std::string now) {
  return {.kind = kind,
          .alert = alert,
          .confirm = confirm,
          .trust = trust,
          .was = std::move(was),
          .now = std::move(now)};
}

// The same certificate that was trusted and is not any more: its authority's affair, and many
// hosts'.
bool is_of_authority(const HostView& was, const HostView& now, const Words& faults) {
  if (faults.contains("expired-intermediate")) return true;
  return faults.contains("untrusted-ca") && was.prints == now.prints;
}

std::optional<Move> untrusted_move(const HostView& was, const HostView& now) {
  const Words faults = those_of(now.faults, trust_faults);
  if (faults.empty() || !those_of(was.faults, trust_faults).empty()) return {};
  // A missing intermediate is a slip that many senders mend by themselves.
  const bool slip = faults == Words{"incomplete-chain"};
  Move out = move_of("cert-untrusted", slip ? AlertLevel::ticket : AlertLevel::page,
                     Confirmation::c3, TrustEffect::suspend, "trusted", joined(faults, ""));
  if (is_of_authority(was, now, faults)) out.cause = "ca:" + joined(now.issuers, "unknown");
  return out;
}

// One bad certificate is told once, by the gravest of what is wrong with it.
std::optional<Move> fault_move(const HostView& was, const HostView& now) {
  if (now.by_dane) return {};
  if (auto move = untrusted_move(was, now)) return move;
  if (now.faults.contains("expired") && !was.faults.contains("expired"))
    return move_of("cert-expired", AlertLevel::page, Confirmation::c3, TrustEffect::suspend,
                   "valid to " + was.not_after, "expired " + now.not_after);
  const bool was_mismatch = was.mismatch || was.faults.contains("no-san");
  if ((now.mismatch || now.faults.contains("no-san")) && !was_mismatch)
    return move_of("cert-name-mismatch", AlertLevel::page, Confirmation::c3, TrustEffect::suspend,
                   "match", "mismatch");
  return {};
}

std::optional<Move> weak_move(const HostView& was, const HostView& now) {
  if (!now.weak || was.weak) return {};
  return move_of("cert-weakened", AlertLevel::ticket, Confirmation::c3, TrustEffect::keep, "strong",
                 joined(those_of(now.faults, weak_faults), ""));
}

std::optional<Move> expiring_move(const HostView& was, const HostView& now) {
  if (now.expiring <= was.expiring || now.faults.contains("expired")) return {};
  return move_of("cert-expiring",
                 now.expiring == Severity::fail ? AlertLevel::page : AlertLevel::ticket,
                 Confirmation::c0, TrustEffect::keep, "", "ends " + now.not_after);
}

bool serves(const HostView& view) {
  return view.by_dane || (view.faults.empty() && !view.mismatch);
}

std::optional<Move> other_move(const HostView& was, const HostView& now) {
  if (serves(now) && !serves(was))
    return move_of("improvement", AlertLevel::none, Confirmation::c3, TrustEffect::keep,
                   joined(was.faults, "mismatch"), "trusted");
  // One address fewer is not another certificate.
  if (std::ranges::includes(was.prints, now.prints)) return {};
  if (serves(now) && !now.by_dane && !was.issuers.empty() &&
      !std::ranges::includes(was.issuers, now.issuers))
    return move_of("cert-issuer-changed", AlertLevel::info, Confirmation::c0, TrustEffect::keep,
                   joined(was.issuers, ""), joined(now.issuers, ""));
  return move_of("neutral", AlertLevel::none, Confirmation::c0, TrustEffect::keep,
                 "ends " + was.not_after, "ends " + now.not_after);
}

std::vector<Move> moves_of(const HostView& was, const HostView& now) {
  std::vector<Move> out;
  for (const auto& move : {fault_move(was, now), weak_move(was, now), expiring_move(was, now)})
    if (move) out.push_back(*move);
  if (out.empty())
    if (auto move = other_move(was, now)) out.push_back(*move);
  return out;
}

}  // namespace

std::vector<Move> compare_certificate(const Domain& domain, const Judgement& before,
                                      const Judgement& after) {
  const Hosts was = hosts_of(before);
  std::vector<Move> out;
  for (const auto& [host, view] : hosts_of(after)) {
    const auto old = was.find(host);
    if (old == was.end() || !old->second.seen || !view.seen) continue;
    for (Move& move : moves_of(old->second, view)) {
      if (move.cause.empty()) move.cause = host_cause(domain, host);
      out.push_back(std::move(move));
    }
  }
  return out;
}

}  // namespace mailfleet
