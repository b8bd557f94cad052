#include "monitor/watch/remembered.h"

namespace mailfleet {
namespace {

std::string text(const Value& value) { return std::string(value.as_string().value_or("")); }

// The facts of the latest look, whether or not it saw the level; null without the check.
const Value& latest_facts(const Posture& posture, std::string_view check) {
  static const Value none;
  const Standing* standing = posture.find(check);
  if (!standing) return none;
  return standing->unseen ? standing->unseen->facts : standing->facts;
}

std::optional<RememberedPolicy> policy_in(const Value& facts, Time now) {
  const auto max_age = facts["max_age"].as_int();
  if (text(facts["fetch"]) != "ok" || text(facts["policy"]) != "valid" || !max_age) return {};
  RememberedPolicy out{.mode = text(facts["mode"]),
                       .id = text(facts["id"]),
                       .fetched_at = parse_time(text(facts["fetched_at"])).value_or(now),
                       .max_age = Seconds(*max_age),
                       .body_digest = text(facts["body_digest"])};
  for (const Value& pattern : facts["mx"].items()) out.mx.push_back(text(pattern));
  return out;
}

bool is_valid(const Value& key) { return key["state"].as_string() == "valid"; }

// A selector that could not be looked up last time may have been valid all along.
bool became_valid(const Value& selectors, const std::string& name) {
  if (selectors.is_null()) return false;
  const Value& was = selectors[name];
  return was.is_null() || (!was["state"].is_null() && !is_valid(was));
}

}  // namespace

std::optional<RememberedPolicy> remembered_after(const std::optional<RememberedPolicy>& before,
                                                 const Posture& posture) {
  if (auto fetched = policy_in(latest_facts(posture, "mta_sts"), posture.at)) return fetched;
  return before && before->applies_at(posture.at) ? before : std::nullopt;
}

std::optional<Time> dmarc_since_after(const std::optional<Time>& before, const Posture& posture) {
  const Standing* standing = posture.find("dmarc");
  if (!standing || !standing->current()) return before;
  if (text(standing->facts["p"]) != "none") return {};
  return before ? before : posture.at;
}

std::map<std::string, Time, std::less<>> young_selectors_after(
    const std::map<std::string, Time, std::less<>>& before, const Posture* last,
    const Posture& posture) {
  const Standing* standing = posture.find("dkim");
  if (!standing || !standing->current()) return before;
  const Standing* earlier = last ? last->find("dkim") : nullptr;
  std::map<std::string, Time, std::less<>> out;
  for (const auto& [name, key] : standing->facts["selectors"].members()) {
    if (!is_valid(key)) continue;
    const auto known = before.find(name);
    if (known != before.end() && posture.at - known->second < rotation_time)
      out.insert(*known);
    else if (known == before.end() && earlier && became_valid(earlier->facts["selectors"], name))
      out.emplace(name, posture.at);
  }
  return out;
}

void recall_selectors(Domain& domain, const DomainWatch& watch, Time now) {
  domain.seen_selectors.clear();
  domain.young_selectors.clear();
  if (const auto base = watch.baseline.find("dkim"); base != watch.baseline.end())
    for (const auto& [name, key] : base->second.facts["selectors"].members())
      if (is_valid(key)) domain.seen_selectors.push_back(name);
  for (const auto& [name, since] : watch.young_selectors)
    if (now - since < rotation_time) domain.young_selectors.push_back(name);
}

}  // namespace mailfleet
