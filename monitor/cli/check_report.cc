#include "monitor/cli/check_report.h"

#include <algorithm>
#include <vector>

#include "checks/base/text.h"
#include "checks/registry.h"
#include "exporter/pages/texts.h"
#include "monitor/cli/terminal.h"
#include "monitor/idn.h"

namespace mailfleet {
namespace {

constexpr size_t text_width = 76;
constexpr size_t max_seen_characters = 160;

const std::vector<Finding>& findings_of(const Standing& standing) {
  return standing.unseen && !standing.level ? standing.unseen->findings : standing.findings;
}

Severity worst(const std::vector<Finding>& findings) {
  Severity out = Severity::info;
  for (const Finding& finding : findings) out = std::max(out, finding.severity);
  return out;
}

Ink ink_of(Severity severity) {
  return severity == Severity::fail     ? Ink::red
         : severity == Severity::advice ? Ink::yellow
                                        : Ink::green;
}

std::string heading(const CheckReport& report, bool colours) {
  std::string out = inked(report.name.text(), Ink::bold, colours);
  const std::string for_people = to_u_labels(report.name);
  if (for_people != report.name.text()) out += " (" + for_people + ")";
  if (report.entry && !report.entry->organisation.empty()) out += "  " + report.entry->organisation;
  return out + "  " + inked(to_text(report.posture.at), Ink::faint, colours) + "\n";
}

std::vector<TableCell> row_of(const Standing& standing) {
  const Check* check = find_check(standing.check);
  const std::string title(check ? check->title : standing.check);
  if (!standing.level) {
    const std::string why = standing.unseen ? why_unseen(standing.unseen->facts) : "";
    return {{"  " + title},
            {"unknown", Ink::faint},
            {"could not be seen" + (why.empty() ? "" : ": " + why), Ink::faint}};
  }
  const Severity severity = worst(findings_of(standing));
  return {{"  " + title},
          {std::string(check ? check->level_name(standing.level) : ""), ink_of(severity)}};
}

std::string labelled(std::string_view label, std::string_view text) {
  if (text.empty()) return "";
  const std::string head = "      " + std::string(label);
  return head + wrapped(text, text_width, std::string(head.size(), ' ')) + "\n";
}

std::string finding_text(const Finding& finding, const Name& domain, const AdviceBook& advice,
                         bool colours) {
  const Advice* known = advice.find(finding.code);
  std::string out = "  " + inked(to_text(finding.severity), ink_of(finding.severity), colours) +
                    "  " + (known ? filled(known->title, {{"domain", domain.text()}}) + "  " : "") +
                    inked(finding.code, known ? Ink::faint : Ink::plain, colours);
  if (finding.subject != domain.text() && !finding.subject.empty())
    out += "  " + for_display(finding.subject, max_seen_characters);
  out += "\n" + labelled("seen  ", for_display(finding.seen, max_seen_characters));
  if (!known || finding.severity == Severity::info) return out;
  const std::string subject = for_display(finding.subject, max_seen_characters);
  const std::string seen = for_display(finding.seen, max_seen_characters);
  const auto fill = [&](const std::string& text) {
    return filled(text, {{"domain", domain.text()}, {"subject", subject}, {"seen", seen}});
  };
  return out + labelled("why   ", fill(known->why)) + labelled("do    ", fill(known->action)) +
         labelled("      ", fill(known->record));
}

std::string trust_line(const TrustView& trust) {
  const auto& eligible = trust.eligibility;
  std::string out = "  Mail to it may be relied on to be encrypted: ";
  if (!eligible.tier)
    out += "unknown";
  else if (*eligible.tier == Tier::none)
    out += "no";
  else
    out += "conditions of tier " + std::string(to_text(*eligible.tier)) + " hold now";
  std::string reasons;
  for (const std::string& reason : eligible.reasons)
    reasons += (reasons.empty() ? " (" : ", ") + reason;
  return out + reasons + (reasons.empty() ? "" : ")") + "\n";
}

std::string first_text(const Value& value, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (const auto text = value[key].as_string(); text && !text->empty() && *text != "ok")
      return std::string(*text);
  return "";
}

}  // namespace

std::string why_unseen(const Value& facts) {
  std::string why = first_text(facts, {"reason", "fetch", "result", "status"});
  if (why.empty()) why = first_text(facts["dns"], {"status"});
  for (const Value& endpoint : facts["endpoints"].items())
    if (why.empty()) why = first_text(endpoint, {"reason"});
  return why;
}

std::string check_report(const CheckReport& report, const AdviceBook& advice, bool colours) {
  std::vector<std::vector<TableCell>> rows;
  std::vector<const Finding*> findings;
  for (const Standing& standing : report.posture.standings) {
    rows.push_back(row_of(standing));
    for (const Finding& finding : findings_of(standing)) findings.push_back(&finding);
  }
  std::ranges::stable_sort(
      findings, [](const Finding* a, const Finding* b) { return a->severity > b->severity; });
  std::string out = heading(report, colours) + table_text(rows, colours) + trust_line(report.trust);
  for (const Finding* finding : findings)
    out += finding_text(*finding, report.name, advice, colours);
  return out;
}

}  // namespace mailfleet
