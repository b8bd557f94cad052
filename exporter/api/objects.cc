#include "exporter/api/objects.h"

#include "exporter/domain_json.h"
#include "exporter/http/message.h"
#include "exporter/tally.h"

namespace mailfleet {
namespace {

Value check_counts(const Tally& tally, Checks checks) {
  Value out = Value::object();
  for (size_t i = 0; i < checks.size(); ++i) {
    Value levels = Value::object();
    for (size_t level = 0; level < checks[i]->ladder.size(); ++level)
      levels.set(checks[i]->ladder[level], tally.levels[i][level]);
    levels.set("unknown", tally.unknown[i]);
    out.set(checks[i]->id, std::move(levels));
  }
  return out;
}

Value regression_counts(const Snapshot& snapshot) {
  Value out = Value::object();
  for (const AlertLevel severity : {AlertLevel::page, AlertLevel::ticket, AlertLevel::info}) {
    int64_t count = 0;
    for (const RegressionView& each : snapshot.regressions)
      count += each.severity == severity && each.state == "confirmed";
    out.set(to_text(severity), count);
  }
  return out;
}

Value trust_counts(const Tally& tally) {
  Value out = Value::object();
  for (const Tier tier : all_tiers) {
    Value states = Value::object();
    for (const TrustState state : entry_states)
      states.set(to_text(state),
                 tally.trust[static_cast<size_t>(tier)][static_cast<size_t>(state)]);
    out.set(to_text(tier), std::move(states));
  }
  return out;
}

Value feed_object(const FeedView& feed) {
  if (feed.serial == 0)
    return Value::object({{"serial", Value()}, {"issued", Value()}, {"expires", Value()}});
  return Value::object({{"serial", static_cast<int64_t>(feed.serial)},
                        {"issued", to_text(feed.issued)},
                        {"expires", to_text(feed.expires)}});
}

Value names(const std::vector<Name>& domains) {
  Value out = Value::list();
  for (const Name& name : domains) out.push(name.text());
  return out;
}

Value counts(const std::vector<std::pair<std::string, int64_t>>& list) {
  Value out = Value::object();
  for (const auto& [word, count] : list) out.set(word, count);
  return out;
}

// Null: no report of that kind was imported, which is not a count of nothing.
Value reports_object(const std::optional<ReportSums>& sums) {
  if (!sums) return {};
  Value dmarc;
  if (sums->dmarc.reports > 0)
    dmarc = Value::object({{"reports", sums->dmarc.reports},
                           {"messages", sums->dmarc.good + sums->dmarc.bad},
                           {"pass", sums->dmarc.good},
                           {"fail", sums->dmarc.bad},
                           {"failing_sources", sums->failing_sources},
                           {"disposition", counts(sums->dispositions)}});
  Value tls;
  if (sums->tls.reports > 0)
    tls = Value::object({{"reports", sums->tls.reports},
                         {"success", sums->tls.good},
                         {"failure", sums->tls.bad},
                         {"failures", counts(sums->tls_failures)}});
  return Value::object(
      {{"since", to_text(sums->since)}, {"dmarc", std::move(dmarc)}, {"tls_rpt", std::move(tls)}});
}

}  // namespace

Value text_or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }
Value time_or_null(const std::optional<Time>& time) {
  return time ? Value(to_text(*time)) : Value();
}

Value summary_object(const Snapshot& snapshot, Checks checks) {
  const Tally tally = tally_of(snapshot, checks);
  Value states = Value::object();
  for (const DomainState state : all_domain_states)
    states.set(to_text(state), tally.states[static_cast<size_t>(state)]);
  return Value::object({{"at", snapshot.at == Time{} ? Value() : Value(to_text(snapshot.at))},
                        {"sweeps", static_cast<int64_t>(snapshot.sweeps)},
                        {"domains", tally.domains},
                        {"states", std::move(states)},
                        {"checks", check_counts(tally, checks)},
                        {"regressions", regression_counts(snapshot)},
                        {"trust", trust_counts(tally)},
                        {"feed", feed_object(snapshot.feed)}});
}

Value domain_row(const DomainSummary& domain, Checks checks) {
  Value levels = Value::object();
  for (size_t i = 0; i < checks.size(); ++i) {
    const bool known = i < domain.levels.size() && domain.levels[i] >= 0;
    levels.set(checks[i]->id, known ? Value(checks[i]->level_name(domain.levels[i])) : Value());
  }
  Value hosts = Value::list();
  for (const std::string& host : domain.mx_hosts) hosts.push(host);
  return Value::object({{"domain", domain.name.text()},
                        {"organisation", text_or_null(domain.owner.organisation)},
                        {"organisation_cy", text_or_null(domain.owner.organisation_cy)},
                        {"sector", text_or_null(domain.owner.sector)},
                        {"state", to_text(domain.state)},
                        {"levels", std::move(levels)},
                        {"fails", static_cast<int>(domain.fails)},
                        {"advices", static_cast<int>(domain.advices)},
                        {"at", time_or_null(domain.last_look)},
                        {"certificate_not_after", time_or_null(domain.certificate_not_after)},
                        {"mx_hosts", std::move(hosts)},
                        {"trust", Value::object({{"tier", to_text(domain.trust.tier)},
                                                 {"state", to_text(domain.trust.state)}})}});
}

Value domain_with_owner(const DomainSummary& domain, const std::optional<DomainDetails>& details,
                        Checks checks, Time now) {
  Posture nothing;
  for (const Check* check : checks) nothing.standings.push_back({.check = check->id});
  Value out = domain_object(domain.name, details ? details->posture : nothing,
                            details ? details->trust : domain.trust, now, checks);
  if (!details) out.set("at", time_or_null(domain.last_look));
  out.set("state", to_text(domain.state));
  out.set("organisation", text_or_null(domain.owner.organisation));
  out.set("organisation_cy", text_or_null(domain.owner.organisation_cy));
  out.set("sector", text_or_null(domain.owner.sector));
  out.set("contact", text_or_null(domain.owner.contact));
  out.set("parked", domain.parked);
  out.set("reports", reports_object(details ? details->reports : std::nullopt));
  return out;
}

Value regression_object(const RegressionView& regression, const std::string& page_base) {
  const std::string page =
      regression.domain ? "/domains/" + percent_encoded(regression.domain->text()) : "/regressions";
  return Value::object({{"id", regression.id},
                        {"kind", regression.kind},
                        {"domain", regression.domain ? Value(regression.domain->text()) : Value()},
                        {"cause", text_or_null(regression.cause)},
                        {"domains", names(regression.domains)},
                        {"check", regression.check},
                        {"was", regression.was},
                        {"now", regression.now},
                        {"severity", to_text(regression.severity)},
                        {"state", regression.state},
                        {"since", to_text(regression.since)},
                        {"confirmed_at", time_or_null(regression.confirmed_at)},
                        {"resolved_at", time_or_null(regression.resolved_at)},
                        {"evidence", regression.evidence},
                        {"page", page_base + page}});
}

Value history_object(const HistoryRow& row, const Name& domain) {
  return Value::object({{"at", to_text(row.at)},
                        {"domain", domain.text()},
                        {"check", row.check},
                        {"was", text_or_null(row.was)},
                        {"now", text_or_null(row.now)},
                        {"kind", text_or_null(row.kind)},
                        {"summary", row.summary}});
}

Value list_object(Value items, const std::optional<std::string>& next) {
  return Value::object({{"items", std::move(items)}, {"next", next ? Value(*next) : Value()}});
}

}  // namespace mailfleet
