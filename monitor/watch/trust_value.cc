#include "monitor/watch/trust_value.h"

#include "monitor/watch/value_parts.h"

namespace mailfleet {
namespace {

Value from(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& each : texts) out.push(each);
  return out;
}

std::vector<std::string> texts_of(const Value& value) {
  std::vector<std::string> out;
  for (const Value& each : value.items()) out.push_back(text_in(each));
  return out;
}

// What is missing is read as nothing, so nothing is what is left out: most domains are not on the
// list, and all are read at the start.
void set_if_any(Value& out, std::string_view key, Value value) {
  const bool nothing =
      value.is_null() || value == Value(false) || value == Value(0) ||
      ((value.is_list() || value.is_object()) && value.items().empty() && value.members().empty());
  if (!nothing) out.set(key, std::move(value));
}

Value from(const Window& window) {
  Value out = Value::object();
  set_if_any(out, "since", time_value(window.since));
  if (window.last != Time{}) out.set("last", to_text(window.last));
  set_if_any(out, "looks", window.looks);
  return out;
}

Value from(const std::array<Window, trust_paths>& windows) {
  Value out = Value::list();
  if (windows == std::array<Window, trust_paths>{}) return out;
  for (const Window& window : windows) out.push(from(window));
  return out;
}

Window window_from(const Value& value) {
  return {.since = time_in(value["since"]),
          .last = time_in(value["last"]).value_or(Time{}),
          .looks = static_cast<int>(value["looks"].as_int().value_or(0))};
}

SenderAuth auth_of(const Value& value) {
  for (const auto auth : {SenderAuth::none, SenderAuth::partial, SenderAuth::enforced})
    if (to_text(auth) == text_in(value)) return auth;
  return SenderAuth::unknown;
}

}  // namespace

Value to_value(const TrustEntry& entry) {
  Value out = Value::object();
  if (entry.state != TrustState::none) out.set("state", to_text(entry.state));
  if (entry.tier != Tier::none) out.set("tier", to_text(entry.tier));
  set_if_any(out, "since", time_value(entry.since));
  set_if_any(out, "last_verified", time_value(entry.last_verified));
  set_if_any(out, "stale", entry.stale);
  set_if_any(out, "reasons", from(entry.reasons));
  set_if_any(out, "windows", from(entry.windows));
  set_if_any(out, "recovery", from(entry.recovery));
  set_if_any(out, "pins", from(entry.pins));
  set_if_any(out, "operators", from(entry.operators));
  set_if_any(out, "wants_acknowledgement", entry.wants_acknowledgement);
  set_if_any(out, "for_unknown", entry.for_unknown);
  set_if_any(out, "last_look", time_value(entry.last_look));
  set_if_any(out, "unseen_for", int64_t{entry.unseen_for.count()});
  set_if_any(out, "step_down_at", time_value(entry.step_down_at));
  set_if_any(out, "withdraw_asked", time_value(entry.withdraw_asked));
  set_if_any(out, "asked_by_look", entry.asked_by_look);
  return out;
}

TrustEntry trust_entry_of(const Value& value) {
  TrustEntry out{.state = parse_trust_state(text_in(value["state"])).value_or(TrustState::none),
                 .tier = parse_tier(text_in(value["tier"])).value_or(Tier::none),
                 .since = time_in(value["since"]),
                 .last_verified = time_in(value["last_verified"]),
                 .stale = value["stale"].as_bool().value_or(false),
                 .reasons = texts_of(value["reasons"]),
                 .recovery = window_from(value["recovery"]),
                 .pins = texts_of(value["pins"]),
                 .operators = texts_of(value["operators"]),
                 .wants_acknowledgement = value["wants_acknowledgement"].as_bool().value_or(false),
                 .for_unknown = value["for_unknown"].as_bool().value_or(false),
                 .step_down_at = time_in(value["step_down_at"]),
                 .withdraw_asked = time_in(value["withdraw_asked"]),
                 .asked_by_look = value["asked_by_look"].as_bool().value_or(false),
                 .last_look = time_in(value["last_look"]),
                 .unseen_for = Seconds(value["unseen_for"].as_int().value_or(0))};
  // Windows that were counted otherwise are begun again.
  const auto& windows = value["windows"].items();
  for (size_t i = 0; i < out.windows.size() && windows.size() == out.windows.size(); ++i)
    out.windows[i] = window_from(windows[i]);
  return out;
}

Value to_value(const Eligibility& eligibility) {
  return Value::object({{"tier", eligibility.tier ? Value(to_text(*eligibility.tier)) : Value()},
                        {"t1", eligibility.t1},
                        {"t2", eligibility.t2},
                        {"by_mta_sts", eligibility.by_mta_sts},
                        {"by_dane", eligibility.by_dane},
                        {"sender_auth", to_text(eligibility.sender_auth)},
                        {"reasons", from(eligibility.reasons)},
                        {"mx_hosts", from(eligibility.mx_hosts)},
                        {"operators", from(eligibility.operators)},
                        {"certificate_not_after", time_value(eligibility.certificate_not_after)},
                        {"takes_no_mail", eligibility.takes_no_mail},
                        {"policy_read", eligibility.policy_read}});
}

Eligibility eligibility_from(const Value& value) {
  return {.tier = parse_tier(text_in(value["tier"])),
          .t1 = value["t1"].as_bool(),
          .t2 = value["t2"].as_bool(),
          .by_mta_sts = value["by_mta_sts"].as_bool(),
          .by_dane = value["by_dane"].as_bool(),
          .sender_auth = auth_of(value["sender_auth"]),
          .reasons = texts_of(value["reasons"]),
          .mx_hosts = texts_of(value["mx_hosts"]),
          .operators = texts_of(value["operators"]),
          .certificate_not_after = time_in(value["certificate_not_after"]),
          .takes_no_mail = value["takes_no_mail"].as_bool().value_or(false),
          .policy_read = value["policy_read"].as_bool().value_or(false)};
}

}  // namespace mailfleet
