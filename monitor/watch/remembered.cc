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

}  // namespace mailfleet
