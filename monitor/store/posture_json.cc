#include "monitor/store/posture_json.h"

#include "monitor/store/evidence_json.h"
#include "monitor/store/ladders.h"
#include "monitor/watch/watch_value.h"

namespace mailfleet {
namespace {

Value standing_to_value(const Standing& standing, const Check& check, Time at) {
  Value out = Value::object();
  if (standing.level) out.set("level", check.level_name(standing.level));
  if (standing.seen && *standing.seen != at)
    out.set("seen", Value(int64_t{standing.seen->time_since_epoch().count()}));
  out.set("was", to_value(Judgement{.findings = standing.findings, .facts = standing.facts}));
  if (standing.unseen) out.set("unseen", to_value(*standing.unseen));
  return out;
}

Standing standing_from_value(const Value& value, const Check& check, Time at) {
  Standing out{.check = check.id};
  out.level = level_named(check, value["level"].as_string().value_or(""));
  if (out.level) {
    const auto seen = value["seen"].as_int();
    out.seen = seen ? Time(Seconds(*seen)) : at;
    Judgement was = judgement_of(value["was"]);
    out.findings = std::move(was.findings);
    out.facts = std::move(was.facts);
  }
  if (!value["unseen"].is_null()) out.unseen = judgement_of(value["unseen"]);
  return out;
}

}  // namespace

Value posture_to_value(const Posture& posture, std::span<const Check* const> checks) {
  Value out = Value::object();
  for (const Standing& standing : posture.standings)
    if (const Check* check = check_named(checks, standing.check))
      out.set(standing.check, standing_to_value(standing, *check, posture.at));
  return out;
}

Posture posture_from_value(const Value& value, Time at, std::span<const Check* const> checks) {
  Posture out{.at = at};
  for (const Check* check : checks)
    if (const Value& standing = value[check->id]; standing.is_object())
      out.standings.push_back(standing_from_value(standing, *check, at));
  return out;
}

std::string evidence_digest_of(const Posture& posture) {
  std::string text;
  for (const char* check : {"mx", "starttls", "certificate", "mta_sts", "dane"})
    if (const Standing* standing = posture.find(check)) text += to_json(standing->facts) + "\n";
  return sha256_of(text);
}

}  // namespace mailfleet
