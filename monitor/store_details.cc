#include "monitor/store_details.h"

#include <algorithm>

#include "monitor/store/history.h"
#include "monitor/store/ledger.h"
#include "monitor/store/report_rows.h"

namespace mailfleet {
namespace {

constexpr Seconds reports_shown = std::chrono::days(30);

HistoryRow history_row(const ChangeRow& row) {
  return {.at = row.at,
          .check = row.check,
          .was = row.was,
          .now = row.now,
          .kind = row.kind,
          .summary = row.summary};
}

void run_here(std::function<void()> work) { work(); }

}  // namespace

std::vector<HistoryRow> history_of(const DomainMemory& memory,
                                   const std::vector<ChangeRow>& changes,
                                   std::span<const Check* const> checks, size_t limit) {
  std::vector<HistoryRow> out;
  for (const ChangeRow& row : changes) out.push_back(history_row(row));
  if (out.size() >= limit) return out;  // there may be older ones
  for (const Check* check : checks) {
    const Standing* standing = memory.posture.find(check->id);
    if (!standing || !standing->level) continue;
    const auto oldest =
        std::ranges::find(changes.rbegin(), changes.rend(), check->id, &ChangeRow::check);
    if (oldest != changes.rend() && oldest->was.empty()) continue;  // first seen later, and stored
    if (out.size() == limit) break;
    out.push_back({.at = memory.first_at,
                   .check = std::string(check->id),
                   .now = oldest == changes.rend() ? std::string(check->level_name(standing->level))
                                                   : oldest->was,
                   .kind = "first-sight"});
  }
  return out;
}

void StoreDetails::domain(const Name& name, size_t history_limit,
                          std::function<void(std::optional<DomainDetails>)> answer) {
  store_.ask<std::optional<DomainDetails>>(
      [name, history_limit, checks = checks_,
       now = now_()](Database& database) -> std::optional<DomainDetails> {
        auto memory = read_memory(database, name, checks);
        if (!memory) return {};
        DomainDetails out;
        out.history = history_of(*memory, read_changes(database, name, 0, history_limit), checks,
                                 history_limit);
        out.reports = read_report_sums(database, name, now - reports_shown);
        out.posture = std::move(memory->posture);
        out.trust = view_of(memory->trust, eligibility_of(out.posture));
        return out;
      },
      run_here,
      [answer = std::move(answer)](std::optional<std::optional<DomainDetails>> details) {
        answer(details ? std::move(*details) : std::nullopt);
      });
}

SenderVerdict verdict_of(const SenderQuestion& question, const StoredEvidence& stored) {
  Facts facts(stored.evidence, stored.at);
  const Judgement judgement = judge_sender(question, facts);
  if (!facts.missing().empty()) return {};
  const Value& told = judgement.facts["check_host"];
  return {.result = std::string(told["result"].as_string().value_or("")),
          .mechanism = std::string(told["mechanism"].as_string().value_or(""))};
}

void StoreDetails::sender(const Name& name, const Address& ip, const std::string& mail_from,
                          std::function<void(std::optional<SenderVerdict>)> answer) {
  store_.ask<std::optional<SenderVerdict>>(
      [question = SenderQuestion{.domain = name, .ip = ip, .mail_from = mail_from}](
          Database& database) -> std::optional<SenderVerdict> {
        const auto stored = read_evidence(database, question.domain, std::nullopt);
        if (!stored) return {};
        return verdict_of(question, *stored);
      },
      run_here,
      [answer = std::move(answer)](std::optional<std::optional<SenderVerdict>> verdict) {
        answer(verdict ? std::move(*verdict) : std::nullopt);
      });
}

void StoreDetails::edition(uint64_t serial, EditionPart part,
                           std::function<void(std::optional<std::string>)> answer) {
  store_.ask<std::optional<std::string>>(
      [serial, part](Database& database) { return read_edition_part(database, serial, part); },
      run_here,
      [answer = std::move(answer)](std::optional<std::optional<std::string>> text) {
        answer(text ? std::move(*text) : std::nullopt);
      });
}

void StoreDetails::changes(
    std::optional<Name> domain, int64_t before_id, size_t limit,
    std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)> answer) {
  store_.ask<std::vector<ChangeRow>>(
      [domain = std::move(domain), before_id, limit](Database& database) {
        return read_changes(database, domain, before_id, limit);
      },
      run_here,
      [answer = std::move(answer)](std::optional<std::vector<ChangeRow>> found) {
        std::vector<std::pair<int64_t, HistoryRow>> rows;
        std::vector<Name> names;
        for (const ChangeRow& row : found.value_or(std::vector<ChangeRow>{})) {
          rows.emplace_back(row.id, history_row(row));
          names.push_back(row.domain);
        }
        answer(std::move(rows), std::move(names));
      });
}

}  // namespace mailfleet
