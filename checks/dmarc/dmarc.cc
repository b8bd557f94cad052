#include "checks/dmarc/dmarc.h"

#include "checks/dmarc/view.h"

namespace mailfleet::dmarc {
namespace {

// broken: something is published that protects nobody, because it is wrong.
constexpr std::string_view ladder[] = {"absent", "broken", "none", "quarantine", "reject"};
enum Level { absent, broken, none, quarantine, reject };

std::optional<int> level_of(const View& view) {
  if (!view.rfc9989.own.known) return {};
  const auto& policy = view.rfc9989.own.value->policy;
  if (view.record && view.record->broken()) return broken;
  if (!policy) return view.own.records > 1 ? broken : absent;
  return none + static_cast<int>(*policy);
}

std::string_view result_of(const View& view) {
  if (!view.rfc9989.own.known) return "temperror";
  if (view.record) return view.record->broken() ? "invalid" : "valid";
  return view.own.records > 1 ? "multiple" : "none";
}

Value policy_value(const Known<Applied>& applied) {
  if (!applied.known) return {};
  return applied.value->policy ? to_text(*applied.value->policy) : std::string_view("absent");
}

Value audience_values(const Audiences& audiences) {
  return Value::object({{"own", policy_value(audiences.own)},
                        {"subdomains", policy_value(audiences.subdomains)},
                        {"nonexistent", policy_value(audiences.nonexistent)}});
}

Value name_value(const std::optional<Name>& name) { return name ? Value(name->text()) : Value(); }

Value policy_value(const std::optional<Policy>& policy) {
  return policy ? Value(to_text(*policy)) : Value();
}

Value alignment_value(const std::optional<char>& alignment) {
  return alignment ? Value(std::string(1, *alignment)) : Value();
}

// The tags of the record that applies, "as published after the fall-back rules".
void set_tags(const View& view, Value& facts) {
  const Record* record = view.record;
  const bool as_none = record && record->broken();  // RFC 9989 §4.10.1
  const bool kept = record && !as_none;
  const std::optional<Policy> fallen =
      as_none && record->reports() ? std::optional(Policy::none) : std::nullopt;
  facts.set("p", policy_value(kept ? record->p : fallen));
  facts.set("sp", kept ? policy_value(record->sp) : Value());
  facts.set("np", kept ? policy_value(record->np) : Value());
  facts.set("t", record ? Value(record->testing) : Value());
  facts.set("pct", record ? Value(record->pct.value_or(100)) : Value());
  constexpr const char* psd[] = {"u", "n", "y"};
  facts.set("psd", record ? Value(psd[static_cast<size_t>(record->psd)]) : Value());
  facts.set("adkim", record ? alignment_value(record->adkim) : Value());
  facts.set("aspf", record ? alignment_value(record->aspf) : Value());
}

// Null when even the record could not be known.
Value destinations_value(const View& view) {
  if (!view.rfc9989.own.known) return {};
  Value list = Value::list();
  for (const Destination& to : view.rua)
    list.push(Value::object({{"uri", to.uri.uri}, {"authorised", to.authorised}}));
  return list;
}

Value failure_uris_value(const View& view) {
  if (!view.rfc9989.own.known) return {};
  Value list = Value::list();
  if (view.record)
    for (const ReportUri& uri : view.record->ruf) list.push(Value::object({{"uri", uri.uri}}));
  return list;
}

Value facts_of(const View& view) {
  Value facts = Value::object();
  facts.set("record", view.record ? Value(view.record->text) : Value());
  facts.set("result", result_of(view));
  facts.set("policy_domain", name_value(view.policy_domain));
  facts.set("organizational_domain", name_value(view.organization.value));
  set_tags(view, facts);
  facts.set("rua", destinations_value(view));
  facts.set("ruf", failure_uris_value(view));
  facts.set("effective", audience_values(view.rfc9989));
  facts.set("effective_rfc7489", audience_values(view.rfc7489));
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
}  // namespace mailfleet::dmarc

namespace mailfleet {

const Check dmarc_check{"dmarc", "Tells receivers to refuse forged mail", dmarc::ladder,
                        dmarc::judge, dmarc::compare};

}  // namespace mailfleet
