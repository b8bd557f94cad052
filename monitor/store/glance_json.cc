#include "monitor/store/glance_json.h"

#include <algorithm>

#include "monitor/store/ladders.h"
#include "monitor/watch/trust_value.h"
#include "monitor/watch/value_parts.h"

namespace mailfleet {
namespace {

uint16_t count_in(const Value& value) { return static_cast<uint16_t>(value.as_int().value_or(0)); }

}  // namespace

Value glance_to_value(const Glance& glance, std::span<const Check* const> checks) {
  Value levels = Value::object();
  Value seen = Value::object();
  for (const Glance::Level& each : glance.levels) {
    const Check* check = check_named(checks, each.check);
    if (!check) continue;
    levels.set(each.check, check->level_name(each.level));
    if (each.seen != glance.at)
      seen.set(each.check, Value(int64_t{each.seen.time_since_epoch().count()}));
  }
  Value unseen = Value::object();
  for (const auto& [check, cause] : glance.unseen) unseen.set(check, cause);
  return Value::object({{"state", to_text(glance.state)},
                        {"levels", std::move(levels)},
                        {"seen", std::move(seen)},
                        {"fails", int{glance.fails}},
                        {"advices", int{glance.advices}},
                        {"eligibility", to_value(glance.eligibility)},
                        {"unseen", std::move(unseen)}});
}

std::optional<Glance> glance_from_value(const Value& value, Time at,
                                        std::span<const Check* const> checks) {
  const auto state = parse_domain_state(text_in(value["state"]));
  if (!state) return {};
  Glance out{.at = at,
             .state = *state,
             .fails = count_in(value["fails"]),
             .advices = count_in(value["advices"]),
             .eligibility = eligibility_from(value["eligibility"])};
  const Value& seen = value["seen"];
  for (const auto& [id, name] : value["levels"].members()) {
    const Check* check = check_named(checks, id);
    const auto level = check ? level_named(*check, name.as_string().value_or("")) : std::nullopt;
    if (!level) return {};
    const auto earlier = seen[id].as_int();
    out.levels.push_back({check->id, *level, earlier ? Time(Seconds(*earlier)) : at});
  }
  for (const auto& [check, cause] : value["unseen"].members())
    out.unseen.emplace_back(check, text_in(cause));
  return out;
}

}  // namespace mailfleet
