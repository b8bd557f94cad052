#include "monitor/watch/watch_value.h"

#include "monitor/watch/value_parts.h"

#include <algorithm>

namespace mailfleet {
namespace {

// The enumerator whose word it is; the first one for anything else.
template <class Enum>
Enum word_of(const Value& value, int count) {
  for (int i = 0; i < count; ++i)
    if (to_text(static_cast<Enum>(i)) == value.as_string().value_or(""))
      return static_cast<Enum>(i);
  return static_cast<Enum>(0);
}

Value from(const Agreement& agreement) {
  return Value::object({{"looks", agreement.looks},
                        {"second_path", agreement.second_path},
                        {"first", to_text(agreement.first)},
                        {"last", to_text(agreement.last)}});
}

Agreement agreement_of(const Value& value) {
  return {.looks = static_cast<int>(value["looks"].as_int().value_or(0)),
          .second_path = value["second_path"].as_bool().value_or(false),
          .first = time_in(value["first"]).value_or(Time{}),
          .last = time_in(value["last"]).value_or(Time{})};
}

Value from(const Regression& regression) {
  return Value::object({{"check", regression.check},
                        {"kind", regression.kind},
                        {"cause", regression.cause},
                        {"severity", to_text(regression.severity)},
                        {"confirm", to_text(regression.confirm)},
                        {"trust", to_text(regression.trust)},
                        {"was", regression.was},
                        {"now", regression.now},
                        {"state", to_text(regression.state)},
                        {"since", to_text(regression.since)},
                        {"confirmed_at", time_value(regression.confirmed_at)},
                        {"ended_at", time_value(regression.ended_at)},
                        {"agreement", from(regression.agreement)},
                        {"recovery", from(regression.recovery)},
                        {"before", to_value(regression.before)}});
}

Regression regression_of(const Value& value) {
  return {.check = text_in(value["check"]),
          .kind = text_in(value["kind"]),
          .cause = text_in(value["cause"]),
          .severity = word_of<AlertLevel>(value["severity"], 4),
          .confirm = word_of<Confirmation>(value["confirm"], 5),
          .trust = word_of<TrustEffect>(value["trust"], 8),
          .was = text_in(value["was"]),
          .now = text_in(value["now"]),
          .state = word_of<RegressionState>(value["state"], 4),
          .since = time_in(value["since"]).value_or(Time{}),
          .confirmed_at = time_in(value["confirmed_at"]),
          .ended_at = time_in(value["ended_at"]),
          .agreement = agreement_of(value["agreement"]),
          .recovery = agreement_of(value["recovery"]),
          .before = judgement_of(value["before"])};
}

Value from(const RenewalHabits& habits) {
  Value out = Value::object();
  for (const auto& [host, habit] : habits) {
    Value left = Value::list();
    for (const Seconds each : habit.left) left.push(int64_t{each.count()});
    out.set(host, Value::object({{"not_after", to_text(habit.not_after)}, {"left", left}}));
  }
  return out;
}

RenewalHabits renewals_of(const Value& value) {
  RenewalHabits out;
  for (const auto& [host, habit] : value.members()) {
    const auto not_after = time_in(habit["not_after"]);
    if (!not_after) continue;
    RenewalHabit& read = out[host];
    read.not_after = *not_after;
    for (const Value& left : habit["left"].items())
      if (const auto seconds = left.as_int()) read.left.emplace_back(*seconds);
  }
  return out;
}

}  // namespace

Value to_value(const Judgement& judgement) {
  Value findings = Value::list();
  for (const Finding& finding : judgement.findings)
    findings.push(Value::object({{"code", finding.code},
                                 {"severity", to_text(finding.severity)},
                                 {"subject", finding.subject},
                                 {"seen", finding.seen}}));
  return Value::object({{"level", Value(judgement.level)},
                        {"findings", std::move(findings)},
                        {"facts", judgement.facts}});
}

Judgement judgement_of(const Value& value) {
  Judgement out{.facts = value["facts"]};
  if (const auto level = value["level"].as_int()) out.level = static_cast<int>(*level);
  for (const Value& finding : value["findings"].items())
    out.findings.push_back({.code = text_in(finding["code"]),
                            .severity = word_of<Severity>(finding["severity"], 3),
                            .subject = text_in(finding["subject"]),
                            .seen = text_in(finding["seen"])});
  return out;
}

Value to_value(const DomainWatch& watch) {
  Value baseline = Value::object();
  for (const auto& [check, judgement] : watch.baseline) baseline.set(check, to_value(judgement));
  Value regressions = Value::list();
  for (const Regression& regression : watch.regressions) regressions.push(from(regression));
  Value turns = Value::object();
  for (const auto& [check, times] : watch.turns) {
    Value list = Value::list();
    for (const Time time : times) list.push(to_text(time));
    turns.set(check, std::move(list));
  }
  Value out = Value::object({{"baseline", std::move(baseline)},
                             {"regressions", std::move(regressions)},
                             {"turns", std::move(turns)},
                             {"renewals", from(watch.renewals)}});
  if (watch.young_selectors.empty()) return out;
  Value young = Value::object();
  for (const auto& [selector, since] : watch.young_selectors) young.set(selector, to_text(since));
  out.set("young_selectors", std::move(young));
  return out;
}

DomainWatch domain_watch_of(const Value& value) {
  DomainWatch out;
  for (const auto& [check, judgement] : value["baseline"].members())
    out.baseline[check] = judgement_of(judgement);
  for (const Value& regression : value["regressions"].items())
    out.regressions.push_back(regression_of(regression));
  for (const auto& [check, times] : value["turns"].members())
    for (const Value& time : times.items())
      if (const auto at = time_in(time)) out.turns[check].push_back(*at);
  for (const auto& [selector, since] : value["young_selectors"].members())
    if (const auto at = time_in(since)) out.young_selectors[selector] = *at;
  out.renewals = renewals_of(value["renewals"]);
  return out;
}

Value to_value(const Incident& incident) {
  Value domains = Value::list();
  for (const Name& name : incident.domains) domains.push(name.text());
  return Value::object({{"id", incident.id},
                        {"kind", incident.kind},
                        {"check", incident.check},
                        {"cause", incident.cause},
                        {"domain", incident.domain ? Value(incident.domain->text()) : Value()},
                        {"organisation", incident.organisation},
                        {"contact", incident.contact},
                        {"sector", incident.sector},
                        {"severity", to_text(incident.severity)},
                        {"state", to_text(incident.state)},
                        {"domains", std::move(domains)},
                        {"was", incident.was},
                        {"now", incident.now},
                        {"evidence", incident.evidence},
                        {"since", to_text(incident.since)},
                        {"confirmed_at", time_value(incident.confirmed_at)},
                        {"ended_at", time_value(incident.ended_at)},
                        {"ended_by", incident.ended_by},
                        {"end_reason", incident.end_reason}});
}

Incident incident_of(const Value& value) {
  Incident out{.id = value["id"].as_int().value_or(0),
               .kind = text_in(value["kind"]),
               .check = text_in(value["check"]),
               .cause = text_in(value["cause"]),
               .domain = Name::from_dns(text_in(value["domain"])),
               .organisation = text_in(value["organisation"]),
               .contact = text_in(value["contact"]),
               .sector = text_in(value["sector"]),
               .severity = word_of<AlertLevel>(value["severity"], 4),
               .state = word_of<RegressionState>(value["state"], 4),
               .was = text_in(value["was"]),
               .now = text_in(value["now"]),
               .evidence = text_in(value["evidence"]),
               .since = time_in(value["since"]).value_or(Time{}),
               .confirmed_at = time_in(value["confirmed_at"]),
               .ended_at = time_in(value["ended_at"]),
               .ended_by = text_in(value["ended_by"]),
               .end_reason = text_in(value["end_reason"])};
  for (const Value& name : value["domains"].items())
    if (const auto domain = Name::from_dns(text_in(name))) out.domains.insert(*domain);
  return out;
}

}  // namespace mailfleet
