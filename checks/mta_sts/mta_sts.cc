#include "checks/mta_sts/mta_sts.h"

#include "checks/mta_sts/view.h"

namespace mailfleet::mta_sts {
namespace {

// broken: something is published that no sender can use. none: mode none, an honest "no".
constexpr std::string_view ladder[] = {"absent", "broken", "none", "testing", "enforce"};
enum Level { absent, broken, none, testing, enforce };

std::optional<int> level_of(const View& view) {
  if (!view.record_known) return {};
  if (view.record.result == RecordResult::none) return absent;
  if (view.record.result == RecordResult::invalid) return broken;
  if (!view.fetch.ok())
    return view.fetch.inconclusive() ? std::nullopt : std::optional<int>(broken);
  if (!view.valid()) return broken;
  if (view.policy->mode == "enforce") return enforce;
  return view.policy->mode == "testing" ? testing : none;
}

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value result_value(const View& view) {
  constexpr const char* words[] = {"none", "valid", "invalid"};
  return view.record_known ? words[static_cast<size_t>(view.record.result)] : "temperror";
}

Value reason_value(const View& view) {
  if (!view.record.reason.empty()) return view.record.reason;
  if (!view.fetch.reason.empty()) return view.fetch.reason;
  return view.policy ? text_or_null(view.policy->reason) : Value();
}

Value hosts_value(const View& view) {
  Value list = Value::list();
  for (const CoveredHost& host : view.hosts)
    list.push(Value::object({{"host", host.host.text()}, {"covered", host.covered}}));
  return list;
}

void set_policy(const View& view, Value& facts) {
  const bool valid = view.valid();
  facts.set("policy", view.policy ? Value(valid ? "valid" : "invalid") : Value());
  facts.set("mode", valid ? Value(view.policy->mode) : Value());
  facts.set("max_age", valid ? Value(view.policy->max_age_seconds) : Value());
  Value mx = Value::list();
  if (valid)
    for (const Pattern& pattern : view.policy->mx) mx.push(pattern.text);
  facts.set("mx", valid ? mx : Value());
}

Value facts_of(const View& view) {
  Value facts = Value::object();
  facts.set("record", text_or_null(view.record.text));
  facts.set("result", result_value(view));
  facts.set("id", text_or_null(view.record.id));
  facts.set("fetch", view.record_known ? text_or_null(view.fetch.outcome) : Value("not-tried"));
  facts.set("policy_host", text_or_null(view.fetch.host));
  set_policy(view, facts);
  facts.set("reason", reason_value(view));
  facts.set("covered", text_or_null(view.covered));
  facts.set("hosts", view.valid() ? hosts_value(view) : Value());
  facts.set("body_digest", text_or_null(view.body_digest));
  facts.set("fetched_at", view.fetch.fetched_at ? Value(to_text(*view.fetch.fetched_at)) : Value());
  facts.set("applies", view.applies ? Value(*view.applies) : Value());
  return facts;
}

Judgement judge(const Domain& domain, Facts& facts) {
  const View view = look(domain, facts);
  Judgement out;
  if (view.pending) return out;
  out.level = level_of(view);
  out.facts = facts_of(view);
  add_findings(domain, view, facts.now(), out.findings);
  return out;
}

}  // namespace
}  // namespace mailfleet::mta_sts

namespace mailfleet {

// A policy host that cannot be reached is unknown at once and a loss when it lasts.
const Check mta_sts_check{.id = "mta_sts",
                          .title = "Promises encrypted delivery (MTA-STS)",
                          .ladder = mta_sts::ladder,
                          .judge = mta_sts::judge,
                          .compare = mta_sts::compare,
                          .compare_unseen = true};

}  // namespace mailfleet
