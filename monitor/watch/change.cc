#include "monitor/watch/change.h"

#include <algorithm>
#include <array>
#include <set>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

// Members that tell when or for how long, not what.
constexpr std::array<std::string_view, 9> passing{"age",       "age_seconds", "checked_at",
                                                  "days_left", "expires_in",  "fetched_at",
                                                  "ttl",       "ttl_seconds", "signatures_expire"};

// Members that only some looks can fill, since they take many connections: missing on one side they
// are unknown there, and no difference.
constexpr std::array<std::string_view, 1> seen_at_times{"versions"};

constexpr size_t max_shown_value = 100;  // characters, in a summary
constexpr size_t max_shown_members = 3;

using FindingKeys = std::set<std::pair<std::string_view, std::string_view>>;

FindingKeys keys_of(const std::vector<Finding>& findings) {
  FindingKeys out;
  for (const Finding& finding : findings) out.emplace(finding.code, finding.subject);
  return out;
}

Judgement judgement_in(const Standing& standing) {
  return {.level = standing.level, .findings = standing.findings, .facts = standing.facts};
}

std::string shown(const Value& value) {
  const auto text = value.as_string();
  return for_display(text ? *text : to_json(value), max_shown_value);
}

void add(std::string& list, const std::string& item) { list += (list.empty() ? "" : "; ") + item; }

std::string what_facts_say(const Value& was, const Value& now) {
  std::string out;
  size_t differing = 0;
  for (const auto& [key, value] : now.members())
    if (value != was[key] && ++differing <= max_shown_members)
      add(out, key + ": " + shown(was[key]) + " → " + shown(value));
  for (const auto& [key, value] : was.members())
    if (!value.is_null() && now[key].is_null() &&
        std::ranges::find(now.members(), key, &Value::Member::first) == now.members().end() &&
        ++differing <= max_shown_members)
      add(out, key + ": " + shown(value) + " → gone");
  if (differing > max_shown_members)
    add(out, std::to_string(differing - max_shown_members) + " more");
  return out;
}

std::string what_findings_say(const FindingKeys& was, const FindingKeys& now) {
  std::string out;
  for (const auto& key : now)
    if (!was.contains(key)) add(out, "new: " + std::string(key.first));
  for (const auto& key : was)
    if (!now.contains(key)) add(out, "gone: " + std::string(key.first));
  return out;
}

bool same_seen(const Value& was, const Value& now);

bool same_members(const Value& was, const Value& now) {
  const auto holds = [](const Value& in, const Value& of) {
    return std::ranges::all_of(in.members(), [&](const Value::Member& member) {
      const auto& [key, value] = member;
      const bool at_times = std::ranges::find(seen_at_times, key) != seen_at_times.end();
      return (at_times && (value.is_null() || of[key].is_null())) || same_seen(value, of[key]);
    });
  };
  return holds(was, now) && holds(now, was);
}

// Equal in everything that both looks have seen.
bool same_seen(const Value& was, const Value& now) {
  if (was.is_object() && now.is_object()) return same_members(was, now);
  if (!was.is_list() || !now.is_list()) return was == now;
  return std::ranges::equal(was.items(), now.items(), same_seen);
}

std::string_view kind_by_ladder(std::optional<int> was, std::optional<int> now) {
  if (was == now) return "neutral";
  return *now > *was ? "improvement" : "weakening";
}

void compare_one(const Domain& domain, const Check& check, const Standing& before,
                 const Standing& after, std::vector<Change>& out) {
  const Value facts_was = canonical_facts(before.facts);
  const Value facts_now = canonical_facts(after.facts);
  const FindingKeys was = keys_of(before.findings);
  const FindingKeys now = keys_of(after.findings);
  if (before.level == after.level && same_seen(facts_was, facts_now) && was == now) return;
  Change change{.check = std::string(check.id),
                .was = std::string(check.level_name(before.level)),
                .now = std::string(check.level_name(after.level)),
                .facts_was = facts_was,
                .facts_now = facts_now};
  std::vector<Move> moves;
  if (check.compare) moves = check.compare(domain, judgement_in(before), judgement_in(after));
  for (const Move& move : moves) {
    change.kind = move.kind;
    change.summary =
        for_display(move.was, max_shown_value) + " → " + for_display(move.now, max_shown_value);
    out.push_back(change);
  }
  if (!moves.empty()) return;
  change.kind = kind_by_ladder(before.level, after.level);
  change.summary = what_facts_say(facts_was, facts_now);
  if (change.summary.empty()) change.summary = what_findings_say(was, now);
  if (change.summary.empty()) change.summary = change.was + " → " + change.now;
  out.push_back(std::move(change));
}

// Of a check that the domain's first look could not see, or that is new.
Change first_sight(const Check& check, const Standing& now) {
  return {.check = std::string(check.id),
          .now = std::string(check.level_name(now.level)),
          .kind = "first-sight",
          .facts_now = canonical_facts(now.facts)};
}

}  // namespace

Value canonical_facts(const Value& facts) {
  if (facts.is_list()) {
    Value out = Value::list();
    for (const Value& item : facts.items()) out.push(canonical_facts(item));
    return out;
  }
  if (!facts.is_object()) return facts;
  Value out = Value::object();
  for (const auto& [key, value] : facts.members())
    if (std::ranges::find(passing, key) == passing.end()) out.set(key, canonical_facts(value));
  return out;
}

std::vector<Change> changes_between(const Domain& domain, std::span<const Check* const> checks,
                                    const Posture* before, const Posture& after) {
  std::vector<Change> out;
  if (!before) return out;
  for (const Check* check : checks) {
    const Standing* was = before->find(check->id);
    const Standing* now = after.find(check->id);
    if (!now || !now->current()) continue;
    if (was && was->level)
      compare_one(domain, *check, *was, *now, out);
    else
      out.push_back(first_sight(*check, *now));
  }
  return out;
}

}  // namespace mailfleet
