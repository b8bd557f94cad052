#include "monitor/report_import.h"

#include <algorithm>

#include "checks/base/text.h"
#include "monitor/store/database.h"
#include "monitor/store/report_rows.h"

namespace mailfleet {
namespace {

using reports::DomainReport;
using reports::Kind;
using reports::Report;

constexpr Seconds clocks_may_differ = std::chrono::days(1);  // a reporter's day is not ours

ReportRow row_of(const Report& report, const DomainReport& told, Time now) {
  ReportRow out(told.domain);
  out.kind = to_text(report.kind);
  out.organisation = report.organisation;
  out.id = report.id;
  out.begins = report.begins;
  out.ends = report.ends;
  out.imported_at = now;
  out.records = told.records;
  out.good = told.good;
  out.bad = told.bad;
  out.results.assign(told.results.begin(), told.results.end());
  out.failing_sources.assign(told.failing_sources.begin(), told.failing_sources.end());
  return out;
}

std::string fault_of_time(const Report& report, const ImportRules& rules) {
  if (report.ends > rules.now + clocks_may_differ)
    return "the period ends in the future, " + to_text(report.ends);
  if (report.ends < rules.now - rules.keep)
    return "the period ended " + to_text(report.ends) + ", before what is kept ([store] keep)";
  return "";
}

std::string names_of(const std::vector<Name>& names) {
  constexpr size_t most = 10;
  std::string out;
  for (size_t i = 0; i < std::min(names.size(), most); ++i)
    out += (i == 0 ? "" : ", ") + names[i].text();
  return names.size() > most ? out + " and " + std::to_string(names.size() - most) + " more" : out;
}

std::string not_in_fleet(const std::vector<Name>& strangers) {
  return names_of(strangers) +
         (strangers.size() == 1 ? " is not in the fleet" : " are not in the fleet");
}

std::string said_before(const Report& report, Time before) {
  return "report " + report.id + " of " + report.organisation + " was imported " + to_text(before);
}

// Saves what is new of it. Leaves in `report` the domains that were taken, if any were.
void take(Database& database, Report& report, const ImportRules& rules, Imported& into) {
  std::vector<Name> strangers;
  std::optional<Time> before;
  std::vector<DomainReport> taken;
  for (const DomainReport& told : report.domains) {
    const ReportRow row = row_of(report, told, rules.now);
    if (!rules.in_fleet(told.domain)) {
      strangers.push_back(told.domain);
    } else if (const auto known = imported_before(database, row)) {
      before = known;
    } else {
      save_report(database, row);
      taken.push_back(told);
    }
  }
  if (taken.empty()) {
    into.outcome = before ? ImportOutcome::duplicate : ImportOutcome::held;
    into.reason = before ? said_before(report, *before) : not_in_fleet(strangers);
    return;
  }
  into.outcome = ImportOutcome::accepted;
  if (!strangers.empty()) into.reason = "in part: " + not_in_fleet(strangers);
  report.domains = std::move(taken);
}

struct Sum {
  int64_t records = 0;
  int64_t good = 0;
  int64_t bad = 0;
  std::map<std::string, int64_t, std::less<>> results{};
};

Sum sum_of(const Report& report) {
  Sum out;
  for (const DomainReport& told : report.domains) {
    out.records += told.records;
    out.good += told.good;
    out.bad += told.bad;
    for (const auto& [result, count] : told.results) out.results[result] += count;
  }
  return out;
}

void add_counts(const Report& report, Value& into) {
  const Sum sum = sum_of(report);
  Value results = Value::object();
  for (const auto& [result, count] : sum.results) results.set(result, count);
  if (report.kind == Kind::dmarc) {
    into.set("records", sum.records);
    into.set("messages", sum.good + sum.bad);
    into.set("pass", sum.good);
    into.set("fail", sum.bad);
    into.set("disposition", std::move(results));
  } else {
    into.set("success", sum.good);
    into.set("failure", sum.bad);
    into.set("failures", std::move(results));
  }
}

std::string plural(int64_t count, std::string_view word) {
  return std::to_string(count) + " " + std::string(word) + (count == 1 ? "" : "s");
}

std::string counts_line(const Report& report) {
  const Sum sum = sum_of(report);
  std::vector<Name> names;
  for (const DomainReport& told : report.domains) names.push_back(told.domain);
  const std::string about = names_of(names) + ": ";
  if (report.kind == Kind::dmarc)
    return about + plural(sum.good + sum.bad, "message") + ", " + std::to_string(sum.good) +
           " pass, " + std::to_string(sum.bad) + " fail";
  return about + plural(sum.good + sum.bad, "TLS session") + ", " + std::to_string(sum.good) +
         " good, " + std::to_string(sum.bad) + " failed";
}

}  // namespace

std::string_view to_text(ImportOutcome outcome) {
  switch (outcome) {
    case ImportOutcome::accepted:
      return "accepted";
    case ImportOutcome::rejected:
      return "rejected";
    case ImportOutcome::duplicate:
      return "duplicate";
    case ImportOutcome::held:
      return "held";
  }
  return "";
}

Imported import_report(Database& database, const std::string& file,
                       const reports::Read<Report>& read, const ImportRules& rules) {
  Imported out{.file = file};
  if (const auto* refusal = std::get_if<reports::Refusal>(&read)) {
    out.reason = refusal->reason;
    return out;
  }
  Report report = std::get<Report>(read);
  out.reason = fault_of_time(report, rules);
  if (!out.reason.empty()) return out;
  take(database, report, rules, out);
  out.report = std::move(report);
  return out;
}

Value import_object(const Imported& imported) {
  Value out =
      Value::object({{"file", imported.file},
                     {"outcome", to_text(imported.outcome)},
                     {"reason", imported.reason.empty() ? Value() : Value(imported.reason)}});
  if (!imported.report) return out;
  const Report& report = *imported.report;
  Value domains = Value::list();
  for (const DomainReport& told : report.domains) domains.push(told.domain.text());
  out.set("kind", to_text(report.kind));
  out.set("organisation", report.organisation);
  out.set("report_id", report.id);
  out.set("begin", to_text(report.begins));
  out.set("end", to_text(report.ends));
  out.set("domains", std::move(domains));
  add_counts(report, out);
  return out;
}

std::string import_line(const Imported& imported) {
  std::string out = for_display(imported.file) + ": " + std::string(to_text(imported.outcome));
  if (imported.report && imported.outcome == ImportOutcome::accepted)
    out += ": " + imported.report->organisation + ", " + to_text(imported.report->begins) + ": " +
           counts_line(*imported.report);
  return imported.reason.empty() ? out : out + ": " + imported.reason;
}

}  // namespace mailfleet
