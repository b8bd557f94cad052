#include <optional>

#include "checks/spf/spf.h"

namespace mailfleet {
namespace {

std::string word(const Value& value) { return std::string(value.as_string().value_or("")); }

Move moved(const char* kind, AlertLevel alert, Confirmation confirm,
           TrustEffect trust = TrustEffect::keep) {
  return {.kind = kind, .alert = alert, .confirm = confirm, .trust = trust};
}

bool is_open(const Value& facts) {
  return facts["passes_everyone"].as_bool().value_or(false) || word(facts["all"]) == "+";
}

// How much the last word of a policy asks for; neutral is also what a missing `all` means (§4.7).
int strength(const Value& facts) {
  const std::string all = word(facts["all"]);
  if (all == "-") return 3;
  if (all == "~") return 2;
  return all == "+" ? 0 : 1;
}

// Errors that follow from names which are not there, and not from what a record says.
bool is_absence(const std::string& reason) {
  return reason == "include-none" || reason == "redirect-none" || reason == "void-limit";
}

std::string summary(const Value& facts) {
  const std::string record = word(facts["record"]);
  const std::string reason = word(facts["reason"]);
  if (!reason.empty()) return "permerror, " + reason;
  return record.empty() ? word(facts["result"]) : record;
}

// The record of somebody else that broke this one, so that all who include it are told as one.
std::string shared_cause(const Domain& domain, const Value& facts) {
  const auto at = Name::from_dns(word(facts["broken_at"]));
  if (!at || at->is_at_or_under(domain.name)) return {};
  return "include:" + at->text();
}

// The included record that lets everybody in, likewise.
std::string opened_by(const Domain& domain, const Value& facts) {
  std::string term = word(facts["open_by"]);
  if (term.starts_with('+')) term.erase(0, 1);
  constexpr std::string_view include = "include:";
  if (!term.starts_with(include)) return {};
  const auto at = Name::from_dns(term.substr(include.size()));
  if (!at || at->is_at_or_under(domain.name)) return {};
  return "include:" + at->text();
}

std::optional<Move> weaker_all(const Value& before, const Value& after) {
  if (strength(after) >= strength(before)) {
    if (strength(after) > strength(before))
      return moved("improvement", AlertLevel::none, Confirmation::c1);
    return {};
  }
  // A softer fail matters only where DMARC does not decide instead.
  const bool soft = strength(after) == 2 && after["dmarc_enforced"].as_bool() != false;
  return moved("spf-weakened", soft ? AlertLevel::info : AlertLevel::ticket, Confirmation::c1);
}

std::optional<Move> lost(const Domain& domain, const Value& before, const Value& after) {
  const std::string was = word(before["result"]);
  const std::string now = word(after["result"]);
  if (now == "none" && was != "none")
    return moved("spf-removed", AlertLevel::ticket, Confirmation::c2);
  if (now == "permerror" && was == "valid") {
    const Confirmation confirm =
        is_absence(word(after["reason"])) ? Confirmation::c2 : Confirmation::c1;
    Move out = moved("spf-broken", AlertLevel::ticket, confirm);
    out.cause = shared_cause(domain, after);
    return out;
  }
  if (now == "valid" && was != "valid")
    return moved("improvement", AlertLevel::none, Confirmation::c1);
  return {};
}

std::optional<Move> policy_move(const Domain& domain, const Value& before, const Value& after) {
  if (is_open(after) && !is_open(before) && word(after["result"]) == "valid") {
    Move out = moved("spf-open", AlertLevel::page, Confirmation::c1, TrustEffect::attr_off);
    out.cause = opened_by(domain, after);
    return out;
  }
  if (before["non_sending"].as_bool() == true && after["non_sending"].as_bool() == false &&
      word(after["result"]) == "valid")
    return moved("parked-domain-changed", AlertLevel::ticket, Confirmation::c1);
  if (auto move = lost(domain, before, after)) return move;
  if (word(after["result"]) == "valid")
    if (auto move = weaker_all(before, after)) return move;
  if (word(before["record"]) == word(after["record"]) &&
      word(before["reason"]) == word(after["reason"]))
    return {};
  return moved("neutral", AlertLevel::none, Confirmation::c1);
}

std::optional<Move> limit_move(const Value& before, const Value& after) {
  constexpr int64_t near = 9;
  constexpr int64_t limit = 10;
  const auto was = before["lookups"].as_int();
  const auto now = after["lookups"].as_int();
  if (!was || !now || *was >= near || *now < near || *now > limit) return {};
  Move out = moved("spf-near-limit", AlertLevel::info, Confirmation::c1);
  out.was = std::to_string(*was) + " look-ups";
  out.now = std::to_string(*now) + " look-ups";
  return out;
}

}  // namespace

std::vector<Move> compare_spf(const Domain& domain, const Judgement& before,
                              const Judgement& after) {
  for (const Judgement* each : {&before, &after})
    if (word(each->facts["result"]) == "temperror" || each->facts["result"].is_null())
      return {moved("unknown", AlertLevel::none, Confirmation::c4)};
  std::vector<Move> out;
  if (auto move = policy_move(domain, before.facts, after.facts)) {
    move->was = summary(before.facts);
    move->now = summary(after.facts);
    out.push_back(std::move(*move));
  }
  if (auto move = limit_move(before.facts, after.facts)) out.push_back(std::move(*move));
  return out;
}

}  // namespace mailfleet
