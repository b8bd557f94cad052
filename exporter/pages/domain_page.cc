#include "exporter/pages/domain_page.h"

#include <algorithm>
#include <array>

#include "checks/base/text.h"
#include "exporter/pages/fleet_page.h"
#include "exporter/pages/html.h"
#include "exporter/pages/reports_section.h"
#include "exporter/pages/seen.h"

namespace mailfleet {
namespace {

constexpr size_t max_seen_characters = 500;
constexpr size_t max_findings_shown = 100;  // of one check; the API has them all

data ladder_data(const Check& check, const std::optional<int>& level, const Texts& words) {
  data out{data::type::list};
  for (size_t i = 0; i < check.ladder.size(); ++i) {
    data row{data::type::object};
    row.set("name", level_name(check, static_cast<int>(i), words));
    row.set("current", truth(level == static_cast<int>(i)));
    out.push_back(row);
  }
  return out;
}

data finding_data(const Finding& finding, const DomainView& view, const Texts& words) {
  const Advice* advice = view.advice ? view.advice->find(finding.code) : nullptr;
  const std::string subject = for_display(finding.subject, max_seen_characters);
  const std::string seen =
      seen_in(words.language(), finding.code, for_display(finding.seen, max_seen_characters));
  const auto fill = [&](const std::string& text) {
    return filled(text,
                  {{"domain", view.domain.name.text()}, {"subject", subject}, {"seen", seen}});
  };
  const Language language = words.language();
  data out{data::type::object};
  out.set("severity", std::string(to_text(finding.severity)));
  out.set("severity_name", words.say("severity." + std::string(to_text(finding.severity))));
  out.set("title", advice ? fill(advice->title_in(language)) : finding.code);
  out.set("why", given(advice ? fill(advice->why_in(language)) : ""));
  out.set("action", given(advice ? fill(advice->action_in(language)) : ""));
  out.set("record", given(advice ? fill(advice->record) : ""));
  out.set("source", given(advice ? advice->source : ""));
  out.set("subject", given(subject));
  out.set("seen", given(seen));
  out.set("code", finding.code);
  return out;
}

data findings_data(const Standing& standing, const DomainView& view, const Texts& words) {
  const bool carried = standing.level.has_value() || !standing.unseen;
  std::vector<Finding> findings = carried ? standing.findings : standing.unseen->findings;
  std::ranges::stable_sort(findings, std::ranges::greater(), &Finding::severity);
  data out{data::type::list};
  for (size_t i = 0; i < std::min(findings.size(), max_findings_shown); ++i)
    out.push_back(finding_data(findings[i], view, words));
  return out;
}

std::string unseen_sentence(const Standing& standing, const Texts& words) {
  if (!standing.unseen) return "";
  std::string why = for_display(unseen_reason(standing.unseen->facts), 60);
  if (why.empty()) why = words.say("domain.unseen_plain");
  return words.say(standing.level ? "domain.unseen" : "domain.unseen_never", {{"why", why}});
}

data check_data(const Check& check, const Standing& standing, const DomainView& view,
                const Texts& words) {
  data out{data::type::object};
  out.set("id", std::string(check.id));
  out.set("name", check_name(check, words));
  out.set("ladder", ladder_data(check, standing.level, words));
  const bool known = standing.level && standing.seen;
  out.set("sentence",
          known ? words.say("domain.level", {{"level", level_name(check, *standing.level, words)},
                                             {"ago", ago(words, *standing.seen, view.now)}})
                : words.say("domain.level_unknown"));
  out.set("unseen", given(unseen_sentence(standing, words)));
  out.set("findings", findings_data(standing, view, words));
  out.set("facts", facts_html(standing.unseen ? standing.unseen->facts : standing.facts, words));
  return out;
}

data checks_data(const DomainView& view, const Texts& words) {
  data out{data::type::list};
  for (const Check* check : view.checks) {
    const Standing* standing = view.details ? view.details->posture.find(check->id) : nullptr;
    if (standing) out.push_back(check_data(*check, *standing, view, words));
  }
  return out;
}

data history_data(const DomainView& view, const Texts& words) {
  data out{data::type::list};
  for (const HistoryRow& row : view.details ? view.details->history : std::vector<HistoryRow>{}) {
    const auto check = std::ranges::find(view.checks, row.check, &Check::id);
    const std::string was = words.word("level", row.was, for_display(row.was, 100));
    const std::string now = words.word("level", row.now, for_display(row.now, 100));
    data line{data::type::object};
    line.set("at", when(words, row.at));
    line.set("check", check == view.checks.end() ? row.check : check_name(**check, words));
    line.set("change", row.was.empty() ? words.say("domain.first_sight", {{"now", now}})
                                       : words.say("domain.moved", {{"was", was}, {"now", now}}));
    line.set("summary", for_display(row.summary, max_seen_characters));
    line.set("kind", given(row.kind.empty() ? "" : words.word("kind", row.kind, row.kind)));
    out.push_back(line);
  }
  return out;
}

data reason_list(const std::vector<std::string>& codes, const Texts& words) {
  data out{data::type::list};
  for (const std::string& code : codes) out.push_back(data(reason_text(code, words)));
  return out;
}

// The time spent at each level, of the checks that ever moved; the first sight of the others says
// nothing that the page has not said.
std::vector<TimelineRow> timeline_rows(const DomainView& view, const Texts& words) {
  std::vector<TimelineRow> out;
  for (const Check* check : view.checks) {
    TimelineRow row{.name = check_name(*check, words)};
    for (auto each = view.details->history.rbegin(); each != view.details->history.rend(); ++each) {
      if (each->check != check->id) continue;
      const auto level = std::ranges::find(check->ladder, each->now);
      if (level == check->ladder.end()) continue;  // facts moved, the level did not
      row.spans.push_back({each->at, tone_of(static_cast<int>(level - check->ladder.begin()),
                                             check->ladder.size())});
    }
    if (row.spans.size() > 1) out.push_back(std::move(row));
  }
  return out;
}

std::string timeline(const DomainView& view, const Texts& words) {
  if (!view.details || view.details->history.empty()) return "";
  const std::vector<TimelineRow> rows = timeline_rows(view, words);
  if (rows.empty()) return "";
  Time from = view.now;
  std::string names;
  for (const TimelineRow& row : rows) {
    from = std::min(from, row.spans.front().from);
    names +=
        (names.empty() ? "" : ", ") + row.name + " (" + std::to_string(row.spans.size() - 1) + ")";
  }
  return timeline_svg(rows, from, view.now, when(words, from), when(words, view.now),
                      words.say("domain.timeline_text", {{"changes", names}}));
}

// pass, fail or unknown: softfail, neutral and the like are no pass; what was not seen is unknown.
std::string sender_class(const std::optional<SenderVerdict>& verdict) {
  if (!verdict || verdict->result.empty() || verdict->result == "temperror") return "unknown";
  return verdict->result == "pass" ? "pass" : "fail";
}

data sender_data(const DomainView& view, const Texts& words) {
  data out{data::type::object};
  const SenderAnswer& asked = *view.sender;
  out.set("ip", for_display(asked.ip, 60));
  out.set("from", for_display(asked.from, 320));
  out.set("fault", given(asked.fault.empty() ? "" : words.say(asked.fault)));
  const bool answered = asked.fault.empty() && !asked.ip.empty();
  out.set("answered", truth(answered));
  if (!answered) return out;
  const std::string kind = sender_class(asked.verdict);
  const std::string result = asked.verdict && !asked.verdict->result.empty()
                                 ? asked.verdict->result
                                 : words.say("domain.sender_missing");
  const std::string mechanism = asked.verdict ? for_display(asked.verdict->mechanism, 200) : "";
  out.set("kind", kind);
  out.set("headline", words.say("domain.sender_" + kind));
  out.set("text",
          words.say("domain.sender_" + kind + "_text", {{"ip", for_display(asked.ip, 60)},
                                                        {"from", for_display(asked.from, 320)},
                                                        {"mechanism", mechanism},
                                                        {"result", result}}));
  return out;
}

std::string trust_sentence(const TrustView& trust, const Texts& words) {
  const std::string text = trust_text(trust, words);
  const bool dated = trust.since && trust.state != TrustState::none;
  return dated ? words.say("trust.since", {{"text", text}, {"time", when(words, *trust.since)}})
               : text;
}

// The first member on the way down whose name promises a reason and whose text is no good news.
std::string reason_in(const Value& value, int depth) {
  static constexpr std::array<std::string_view, 4> keys{"reason", "fetch", "status", "result"};
  static constexpr std::array<std::string_view, 5> good{"", "ok", "none", "valid", "not-tried"};
  constexpr int max_depth = 4;
  if (depth > max_depth) return "";
  for (const std::string_view key : keys)
    if (const auto text = value[key].as_string();
        text && std::ranges::find(good, *text) == good.end())
      return std::string(*text);
  for (const auto& [key, member] : value.members())
    if (std::string found = reason_in(member, depth + 1); !found.empty()) return found;
  for (const Value& each : value.items())
    if (std::string found = reason_in(each, depth + 1); !found.empty()) return found;
  return "";
}

}  // namespace

std::string unseen_reason(const Value& facts) { return reason_in(facts, 0); }

data domain_data(const DomainView& view, const Texts& words) {
  const DomainSummary& domain = view.domain;
  const std::string state(to_text(domain.state));
  const TrustView& trust = view.details ? view.details->trust : domain.trust;
  data out{data::type::object};
  out.set("domain", shown_name(domain));
  out.set("organisation", for_display(organisation_in(words.language(), domain.owner), 120));
  out.set("state", words.say("state." + state));
  out.set("state_means", words.say("state_means." + state));
  out.set("tag", tag_of(domain.state));
  out.set("looked", domain.last_look ? words.say("domain.looked_text",
                                                 {{"time", when(words, *domain.last_look)},
                                                  {"ago", ago(words, *domain.last_look, view.now)}})
                                     : words.say("fleet.never"));
  out.set("trust", trust_sentence(trust, words));
  const bool listed = trust.state != TrustState::none;
  const data reasons = reason_list(listed ? trust.reasons : std::vector<std::string>{}, words);
  const data next = reason_list(trust.eligibility.reasons, words);
  out.set("has_next", truth(!next.is_empty_list()));
  out.set("next", next);
  out.set("has_reasons", truth(!reasons.is_empty_list()));
  out.set("reasons", reasons);
  out.set("certificate",
          given(domain.certificate_not_after ? when(words, *domain.certificate_not_after) : ""));
  out.set("sector",
          given(domain.owner.sector.empty() ? "" : sector_name(domain.owner.sector, words)));
  const bool waiting = domain.state == DomainState::pending;
  out.set("no_details",
          given(view.details ? "" : words.say(waiting ? "domain.waiting" : "domain.no_details")));
  out.set("checks", checks_data(view, words));
  const data history = history_data(view, words);
  out.set("has_history", truth(!history.is_empty_list()));
  out.set("history", history);
  out.set("timeline", given(timeline(view, words)));
  const bool reported = view.details && view.details->reports;
  out.set("reports", reported ? reports_data(*view.details->reports, words) : truth(false));
  out.set("in_dns", given(domain.u_labels.empty()
                              ? ""
                              : words.say("domain.in_dns", {{"name", domain.name.text()}})));
  out.set("sender", view.sender ? sender_data(view, words) : truth(false));
  out.set("here", url_in(words.language(), "/domains/" + percent_encoded(domain.name.text())));
  out.set("may_recheck", truth(view.may_recheck));
  out.set("recheck_said",
          given(view.recheck.empty() ? "" : words.say("domain.recheck_" + view.recheck)));
  out.set("json", "/api/v1/domains/" + percent_encoded(domain.name.text()));
  return out;
}

}  // namespace mailfleet
