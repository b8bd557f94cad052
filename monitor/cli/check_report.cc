#include "monitor/cli/check_report.h"

#include <algorithm>
#include <vector>

#include "checks/base/text.h"
#include "checks/registry.h"
#include "exporter/pages/seen.h"
#include "exporter/pages/texts.h"
#include "monitor/cli/terminal.h"
#include "monitor/idn.h"

namespace mailfleet {
namespace {

constexpr size_t text_width = 76;
constexpr size_t label_columns = 15;
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

class Report {
 public:
  Report(const CheckReport& report, const AdviceBook& advice, Language language, bool colours)
      : report_(report),
        advice_(advice),
        language_(language),
        texts_(texts(language)),
        colours_(colours) {}

  std::string text() const {
    std::vector<std::vector<TableCell>> rows;
    std::vector<const Finding*> findings;
    for (const Standing& standing : report_.posture.standings) {
      rows.push_back(row_of(standing));
      for (const Finding& finding : findings_of(standing)) findings.push_back(&finding);
    }
    std::ranges::stable_sort(
        findings, [](const Finding* a, const Finding* b) { return a->severity > b->severity; });
    std::string out = heading() + table_text(rows, colours_) + trust_line() + summary(findings);
    for (const Finding* finding : findings) out += finding_text(*finding);
    return out;
  }

 private:
  std::string heading() const {
    std::string out = inked(report_.name.text(), Ink::bold, colours_);
    const std::string for_people = to_u_labels(report_.name);
    if (for_people != report_.name.text()) out += " (" + for_people + ")";
    const std::string organisation = organisation_name();
    if (!organisation.empty()) out += "  " + organisation;
    return out + "  " + inked(to_text(report_.posture.at), Ink::faint, colours_) + "\n";
  }

  std::string organisation_name() const {
    if (!report_.entry) return "";
    const bool welsh = language_ == Language::welsh && !report_.entry->organisation_cy.empty();
    return welsh ? report_.entry->organisation_cy : report_.entry->organisation;
  }

  std::vector<TableCell> row_of(const Standing& standing) const {
    const Check* check = find_check(standing.check);
    const std::string title =
        "  " + texts_.word("check", standing.check, check ? check->title : standing.check);
    if (!standing.level) {
      const std::string why = standing.unseen ? why_unseen(standing.unseen->facts) : "";
      const std::string unseen = texts_.say("report.unseen") + (why.empty() ? "" : ": " + why);
      return {{title}, {texts_.say("level.unknown"), Ink::faint}, {unseen, Ink::faint}};
    }
    const std::string_view level = check ? check->level_name(standing.level) : "";
    return {{title}, {texts_.word("level", level, level), ink_of(worst(findings_of(standing)))}};
  }

  std::string trust_line() const {
    const auto& eligible = report_.trust.eligibility;
    std::string out = "  " + texts_.say("report.encrypted") + " ";
    if (!eligible.tier)
      out += texts_.say("report.encrypted_unknown");
    else if (*eligible.tier == Tier::none)
      out += texts_.say("report.encrypted_no");
    else
      out += texts_.say("report.encrypted_yes", {{"tier", to_text(*eligible.tier)}});
    for (const std::string& reason : eligible.reasons)
      out += "\n      " + texts_.word("reason", reason, reason);
    return out + "\n";
  }

  std::string summary(const std::vector<const Finding*>& findings) const {
    const auto count = [&](Severity severity) {
      return std::to_string(std::ranges::count(findings, severity, &Finding::severity));
    };
    return "\n  " +
           texts_.say("report.summary", {{"fail", count(Severity::fail)},
                                         {"advice", count(Severity::advice)},
                                         {"info", count(Severity::info)}}) +
           "\n";
  }

  static std::string labelled(std::string_view label, std::string_view text) {
    if (text.empty()) return "";
    std::string head = "      " + std::string(label);
    while (columns_of(head) < label_columns) head += ' ';
    return head + wrapped(text, text_width, std::string(label_columns, ' ')) + "\n";
  }

  std::string finding_text(const Finding& finding) const {
    const Advice* known = advice_.find(finding.code);
    const std::string& domain = report_.name.text();
    const std::string subject = for_display(finding.subject, max_seen_characters);
    const std::string seen =
        seen_in(language_, finding.code, for_display(finding.seen, max_seen_characters));
    const auto fill = [&](const std::string& text) {
      return filled(text, {{"domain", domain}, {"subject", subject}, {"seen", seen}});
    };
    const std::string severity = texts_.say("severity." + std::string(to_text(finding.severity)));
    std::string out = "\n  " + inked(severity, ink_of(finding.severity), colours_) + ": ";
    if (known) out += fill(known->title_in(language_)) + "  ";
    out += inked("[" + finding.code + "]", known ? Ink::faint : Ink::plain, colours_);
    if (finding.subject != domain && !finding.subject.empty()) out += "  " + subject;
    out += "\n" + labelled(texts_.say("report.seen"), seen);
    if (!known || finding.severity == Severity::info) return out;
    return out + labelled(texts_.say("report.why"), fill(known->why_in(language_))) +
           labelled(texts_.say("report.do"), fill(known->action_in(language_))) +
           unbroken(fill(known->record));
  }

  // A record is there to be copied.
  static std::string unbroken(const std::string& record) {
    return record.empty() ? "" : std::string(label_columns, ' ') + record + "\n";
  }

  const CheckReport& report_;
  const AdviceBook& advice_;
  Language language_;
  const Texts& texts_;
  bool colours_;
};

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

std::string check_report(const CheckReport& report, const AdviceBook& advice, Language language,
                         bool colours) {
  return Report(report, advice, language, colours).text();
}

}  // namespace mailfleet
