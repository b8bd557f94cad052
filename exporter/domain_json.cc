#include "exporter/domain_json.h"

#include <algorithm>

namespace mailfleet {
namespace {

Value findings_list(const std::vector<Finding>& findings) {
  Value out = Value::list();
  for (const Finding& finding : findings)
    out.push(Value::object({{"code", finding.code},
                            {"severity", to_text(finding.severity)},
                            {"subject", finding.subject},
                            {"seen", finding.seen}}));
  return out;
}

Value check_object(const Standing& standing, Time now, std::span<const Check* const> checks) {
  const auto found = std::ranges::find(checks, standing.check, &Check::id);
  const Check* check = found == checks.end() ? nullptr : *found;
  Value out = Value::object();
  out.set("level", standing.level && check ? Value(check->level_name(standing.level)) : Value());
  out.set("seen", standing.seen ? Value(to_text(*standing.seen)) : Value());
  out.set("age_seconds", standing.seen ? Value((now - *standing.seen).count()) : Value());
  const bool unseen = standing.unseen.has_value();
  out.set("findings", findings_list(unseen && !standing.level ? standing.unseen->findings : standing.findings));
  out.set("facts", unseen ? standing.unseen->facts : standing.facts);
  return out;
}

Value strings(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& text : texts) out.push(text);
  return out;
}

}  // namespace

Value domain_object(const Name& name, const Posture& posture, const TrustView& trust, Time now,
                    std::span<const Check* const> registry) {
  Value checks = Value::object();
  for (const Standing& standing : posture.standings)
    checks.set(standing.check, check_object(standing, now, registry));
  std::vector<std::string> reasons = trust.reasons;
  if (trust.state == TrustState::none) reasons = trust.eligibility.reasons;
  return Value::object(
      {{"domain", name.text()},
       {"at", to_text(posture.at)},
       {"checks", std::move(checks)},
       {"trust", Value::object({{"tier", to_text(trust.tier)},
                                {"state", to_text(trust.state)},
                                {"eligible", trust.eligibility.tier ? Value(to_text(*trust.eligibility.tier)) : Value()},
                                {"sender_auth", to_text(trust.eligibility.sender_auth)},
                                {"reasons", strings(reasons)}})}});
}

}  // namespace mailfleet
