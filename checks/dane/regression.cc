// What a change of DANE means. A rollover done in the right order changes nothing here; a mismatch
// stops mail from every sender that looks.
#include <algorithm>
#include <map>

#include "checks/base/cause.h"
#include "checks/dane/dane.h"

namespace mailfleet {
namespace {

struct HostView {
  bool known = false;             // some address's records and their security were seen
  bool active = false;            // secure and usable
  std::optional<bool> matches{};  // false when it fails on any address
  bool uncovered = false;
};

using Hosts = std::map<std::string, HostView>;

std::string text(const Value& value) { return std::string(value.as_string().value_or("")); }

Hosts hosts_of(const Judgement& look) {
  Hosts out;
  for (const Value& endpoint : look.facts["endpoints"].items()) {
    HostView& view = out[text(endpoint["host"])];
    const auto secure = endpoint["secure"].as_bool();
    const auto usable = endpoint["usable"].as_int();
    view.known |= secure == false || (secure && usable);
    view.active |= secure == true && usable.value_or(0) > 0;
    if (const auto matches = endpoint["matches"].as_bool())
      view.matches = view.matches.value_or(true) && *matches;
  }
  for (const Finding& finding : look.findings)
    if (finding.code == "tlsa-combination-without-match") out[finding.subject].uncovered = true;
  return out;
}

Move move_of(const char* kind, AlertLevel alert, Confirmation confirm, TrustEffect trust,
             const char* was, const char* now) {
  return {.kind = kind, .alert = alert, .confirm = confirm, .trust = trust, .was = was, .now = now};
}

std::optional<Move> move_between(const HostView& was, const HostView& now) {
  if (was.matches == true && now.matches == false)
    return move_of("dane-mismatch", AlertLevel::page, Confirmation::c3, TrustEffect::suspend,
                   "match", "mismatch");
  if (was.active && now.known && !now.active)
    return move_of("dane-removed", AlertLevel::ticket, Confirmation::c2, TrustEffect::dane_off,
                   "TLSA records", "none that count");
  if (was.matches == true && now.matches == true && now.uncovered && !was.uncovered)
    return move_of("dane-rollover-incomplete", AlertLevel::ticket, Confirmation::c3,
                   TrustEffect::keep, "every combination matches", "some do not");
  if (was.matches == false && now.matches == true)
    return move_of("improvement", AlertLevel::none, Confirmation::c3, TrustEffect::keep, "mismatch",
                   "match");
  if (was.known && !was.active && now.active && now.matches == true)
    return move_of("improvement", AlertLevel::none, Confirmation::c1, TrustEffect::keep, "none",
                   "match");
  return {};
}

}  // namespace

std::vector<Move> compare_dane(const Domain& domain, const Judgement& before,
                               const Judgement& after) {
  const Hosts was = hosts_of(before);
  std::vector<Move> out;
  for (const auto& [host, view] : hosts_of(after)) {
    const auto old = was.find(host);
    if (old == was.end()) continue;
    auto move = move_between(old->second, view);
    if (!move) continue;
    move->cause = host_cause(domain, host);
    out.push_back(std::move(*move));
  }
  return out;
}

}  // namespace mailfleet
