#include <algorithm>
#include <set>

#include "checks/mx/mx.h"

namespace mailfleet {
namespace {

using Words = std::set<std::string>;

std::string_view kind_of(const Value& facts) { return facts["kind"].as_string().value_or(""); }

Words member_of_each(const Value& list, std::string_view member) {
  Words out;
  for (const Value& item : list.items())
    if (const auto text = item[member].as_string()) out.emplace(*text);
  return out;
}

Words words(const Value& list) {
  Words out;
  for (const Value& item : list.items())
    if (const auto text = item.as_string()) out.emplace(*text);
  return out;
}

std::string joined(const Words& all) {
  std::string out;
  for (const std::string& each : all) (out += out.empty() ? "" : " ") += each;
  return out.empty() ? "none" : out;
}

bool has(const Judgement& judgement, std::string_view code) {
  return std::ranges::find(judgement.findings, code, &Finding::code) != judgement.findings.end();
}

// Mail reaches the domain by hosts that it names itself.
bool delivers(const Judgement& look) {
  const std::string_view kind = kind_of(look.facts);
  return (kind == "explicit" || kind == "invalid") && !look.facts["hosts"].items().empty() &&
         !has(look, "mx-unusable");
}

Move moved(const char* kind, AlertLevel alert, Confirmation confirm, TrustEffect trust) {
  return {.kind = kind, .alert = alert, .confirm = confirm, .trust = trust};
}

// Both looks name hosts: compares who controls them, then their names.
std::optional<Move> hosts_move(const Value& before, const Value& after) {
  const Words old_hosts = member_of_each(before, "host");
  const Words new_hosts = member_of_each(after, "host");
  if (old_hosts == new_hosts) {
    if (before == after) return {};
    return moved("neutral", AlertLevel::none, Confirmation::c1, TrustEffect::keep);
  }
  const Words old_owners = member_of_each(before, "controller");
  const Words new_owners = member_of_each(after, "controller");
  const bool gained = !std::ranges::includes(old_owners, new_owners);
  const bool lost = !std::ranges::includes(new_owners, old_owners);
  Move out = moved("mx-renamed", AlertLevel::info, Confirmation::c1, TrustEffect::keep);
  // A host under other control beside the old ones may be somebody reading along.
  if (gained && !lost)
    out = moved("mx-added", AlertLevel::page, Confirmation::c1, TrustEffect::suspend_until_ack);
  else if (gained)
    out = moved("mx-moved", AlertLevel::ticket, Confirmation::c1, TrustEffect::suspend_until_ack);
  out.was = joined(old_hosts);
  out.now = joined(new_hosts);
  return out;
}

std::optional<Move> kind_move(const Domain& domain, const Judgement& before,
                              const Judgement& after) {
  const std::string_view now = kind_of(after.facts);
  if (delivers(before) && delivers(after))
    return hosts_move(before.facts["hosts"], after.facts["hosts"]);
  if (delivers(before) && now == "null")
    return moved("mx-null", AlertLevel::ticket, Confirmation::c1, TrustEffect::withdraw_after_ack);
  if (delivers(before))
    return moved("mx-removed", AlertLevel::page, Confirmation::c2, TrustEffect::suspend);
  if (delivers(after) && domain.parked)
    return moved("parked-domain-changed", AlertLevel::ticket, Confirmation::c1, TrustEffect::keep);
  if (delivers(after))
    return moved("improvement", AlertLevel::none, Confirmation::c1, TrustEffect::keep);
  if (kind_of(before.facts) == now) return {};
  return moved("neutral", AlertLevel::none, Confirmation::c1, TrustEffect::keep);
}

// RFC 1034 §4.2: whoever runs the name servers can say anything about the domain.
std::optional<Move> zone_move(const Value& before, const Value& after) {
  if (!before.is_list() || !after.is_list() || before.items().empty() || after.items().empty())
    return {};
  const Words was = words(before);
  const Words now = words(after);
  Words kept;
  std::ranges::set_intersection(was, now, std::inserter(kept, kept.end()));
  if (was == now) return {};
  Move out = moved("ns-moved", AlertLevel::ticket, Confirmation::c1, TrustEffect::keep);
  if (!kept.empty()) out = moved("neutral", AlertLevel::none, Confirmation::c1, TrustEffect::keep);
  out.was = joined(was);
  out.now = joined(now);
  // Many domains move to the same servers when their operator does.
  if (out.alert != AlertLevel::none) out.cause = "ns:" + *now.begin();
  return out;
}

std::string summary(const Value& facts) {
  const std::string hosts = joined(member_of_each(facts["hosts"], "host"));
  return std::string(kind_of(facts)) + (hosts == "none" ? "" : ": " + hosts);
}

}  // namespace

std::vector<Move> compare_mx(const Domain& domain, const Judgement& before,
                             const Judgement& after) {
  std::vector<Move> out;
  if (kind_of(before.facts).empty() || kind_of(after.facts).empty()) return out;
  if (auto move = kind_move(domain, before, after)) {
    if (move->was.empty()) move->was = summary(before.facts);
    if (move->now.empty()) move->now = summary(after.facts);
    out.push_back(std::move(*move));
  }
  if (auto move = zone_move(before.facts["dns"]["ns"], after.facts["dns"]["ns"]))
    out.push_back(std::move(*move));
  return out;
}

}  // namespace mailfleet
