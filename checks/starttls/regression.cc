// What a change of a mail host's encryption means. Compared host by host, on the worst of what its
// addresses showed, so that rotation of addresses and hosts out of reach change nothing.
#include <algorithm>
#include <map>
#include <set>

#include "checks/base/cause.h"
#include "checks/starttls/starttls.h"
#include "checks/starttls/support.h"

namespace mailfleet {
namespace {

// Ordered from worst to best; `deferred` and `unknown` are no standing at all.
enum class Standing : uint8_t { plaintext, broken, legacy, tls12, tls13, deferred, unknown };

constexpr std::string_view standing_texts[] = {
    "no encryption", "handshake fails", "older than TLS 1.2", "TLSv1.2", "TLSv1.3",
    "put off (454)", "unknown"};
std::string text_of(Standing standing) {
  return std::string(standing_texts[static_cast<size_t>(standing)]);
}

struct HostView {
  Standing worst = Standing::unknown;
  bool deferred = false;  // some address answered 454
  bool unseen = false;    // some address showed nothing
  bool forward_secrecy = true;
  std::optional<std::set<std::string>> versions{};  // empty: some address was not scanned
  bool encrypted() const { return worst >= Standing::legacy && worst <= Standing::tls13; }
};

using Hosts = std::map<std::string, HostView, std::less<>>;

std::string_view text(const Value& value) { return value.as_string().value_or(""); }

Standing standing_of(const Value& endpoint) {
  const std::string_view reason = text(endpoint["reason"]);
  if (reason == "not-offered" || reason == "masked" || reason == "starttls-5xx")
    return Standing::plaintext;
  if (reason == "handshake-failed" || reason == "injection") return Standing::broken;
  if (reason == "starttls-454") return Standing::deferred;
  const std::string_view version = text(endpoint["version"]);
  if (!reason.empty() || version.empty()) return Standing::unknown;
  if (version == "TLSv1.3") return Standing::tls13;
  return version == "TLSv1.2" ? Standing::tls12 : Standing::legacy;
}

void add_versions(const Value& endpoint, HostView& view) {
  if (!endpoint["versions"].is_list()) return;
  if (!view.versions) view.versions.emplace();
  for (const Value& version : endpoint["versions"].items())
    view.versions->insert(std::string(text(version)));
}

Hosts hosts_of(const Value& facts) {
  Hosts out;
  for (const Value& endpoint : facts["endpoints"].items()) {
    HostView& view = out[std::string(text(endpoint["host"]))];
    const Standing standing = standing_of(endpoint);
    view.deferred |= standing == Standing::deferred;
    view.unseen |= standing == Standing::deferred || standing == Standing::unknown;
    if (standing >= Standing::deferred) continue;
    view.worst = std::min(view.worst, standing);
    if (standing >= Standing::legacy)
      view.forward_secrecy &=
          has_forward_secrecy(text(endpoint["version"]), text(endpoint["suite"]));
    add_versions(endpoint, view);
  }
  return out;
}

// No endpoint of the domain encrypts any more, and each has said so.
bool lost_everywhere(const Hosts& hosts) {
  return std::ranges::all_of(hosts, [](const auto& entry) {
    const HostView& view = entry.second;
    return view.worst == Standing::plaintext && !view.unseen;
  });
}

bool every_address_lost(const Value& facts) {
  return std::ranges::all_of(facts["endpoints"].items(), [](const Value& endpoint) {
    return standing_of(endpoint) == Standing::plaintext;
  });
}

Move move_of(const char* kind, AlertLevel alert, TrustEffect trust, std::string was,
             std::string now) {
  return {.kind = kind,
          .alert = alert,
          .confirm = Confirmation::c3,
          .trust = trust,
          .was = std::move(was),
          .now = std::move(now)};
}

std::string joined(const std::set<std::string>& words) {
  std::string out;
  for (const std::string& word : words) (out += out.empty() ? "" : " ") += word;
  return out;
}

// Versions that a deep scan sees and the one session does not.
std::optional<Move> legacy_move(const HostView& was, const HostView& now) {
  if (was.versions && !now.versions)
    return Move{.kind = "unknown", .confirm = Confirmation::c4};  // what was known stays the normal
  if (!was.versions || !now.versions) return {};
  for (const char* old : {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1"})
    if (now.versions->contains(old) && !was.versions->contains(old))
      return move_of("tls-legacy-enabled", AlertLevel::ticket, TrustEffect::keep,
                     joined(*was.versions), joined(*now.versions));
  return {};
}

Move standing_move(const HostView& was, const HostView& now, bool everywhere) {
  const std::string before = text_of(was.worst);
  const std::string after = text_of(now.worst);
  if (now.worst == Standing::plaintext)
    return move_of(everywhere ? "starttls-lost" : "starttls-lost-partly", AlertLevel::page,
                   TrustEffect::suspend, before, after);
  if (now.worst == Standing::broken)
    return move_of("starttls-broken", AlertLevel::page, TrustEffect::suspend, before, after);
  if (now.worst == Standing::legacy)
    return move_of("tls-downgraded", AlertLevel::page, TrustEffect::suspend, before, after);
  return move_of("tls-downgraded", AlertLevel::info, TrustEffect::keep, before, after);
}

void compare_host(const HostView& was, const HostView& now, bool everywhere,
                  std::vector<Move>& out) {
  if (was.worst == Standing::unknown) return;
  // RFC 3207 §4: 454 is for the moment. It is a loss only when it lasts, which C3 finds out.
  if (now.deferred && was.encrypted() && !was.deferred)
    out.push_back(move_of("starttls-lost", AlertLevel::page, TrustEffect::suspend,
                          text_of(was.worst), text_of(Standing::deferred)));
  if (now.worst == Standing::unknown) return;
  if (now.worst < was.worst) out.push_back(standing_move(was, now, everywhere));
  if (now.worst > was.worst)
    out.push_back(move_of("improvement", AlertLevel::none, TrustEffect::keep, text_of(was.worst),
                          text_of(now.worst)));
  if (!now.encrypted() || !was.encrypted()) return;
  if (was.forward_secrecy && !now.forward_secrecy)
    out.push_back(move_of("tls-weakened", AlertLevel::ticket, TrustEffect::keep, "forward secrecy",
                          "no forward secrecy"));
  if (now.worst >= Standing::tls12)
    if (auto move = legacy_move(was, now)) out.push_back(std::move(*move));
}

bool has_finding(const Judgement& look, std::string_view code, const std::string& host) {
  return std::ranges::any_of(look.findings, [&](const Finding& finding) {
    return finding.code == code && finding.subject == host;
  });
}

// A deep scan that newly finds what nobody should accept.
std::optional<Move> suite_move(const Judgement& before, const Judgement& after, const HostView& was,
                               const HostView& now, const std::string& host) {
  if (!was.versions || !now.versions) return {};
  for (const char* code : {"tls-weak-suite", "tls-small-dh"})
    if (has_finding(after, code, host) && !has_finding(before, code, host))
      return move_of("tls-weakened", AlertLevel::ticket, TrustEffect::keep, "", code);
  return {};
}

}  // namespace

std::vector<Move> compare_starttls(const Domain& domain, const Judgement& before,
                                   const Judgement& after) {
  const Hosts was = hosts_of(before.facts);
  const Hosts now = hosts_of(after.facts);
  const bool everywhere = lost_everywhere(now) && every_address_lost(after.facts);
  std::vector<Move> out;
  for (const auto& [host, view] : now) {
    const auto old = was.find(host);
    if (old == was.end()) continue;  // a new host is the mx check's news
    std::vector<Move> moves;
    compare_host(old->second, view, everywhere, moves);
    if (auto move = suite_move(before, after, old->second, view, host)) moves.push_back(*move);
    for (Move& move : moves) {
      move.cause = host_cause(domain, host);
      out.push_back(std::move(move));
    }
  }
  return out;
}

}  // namespace mailfleet
