#include "checks/spf/spf.h"

#include <algorithm>
#include <array>

#include "checks/base/tags.h"
#include "checks/base/text.h"
#include "checks/spf/audit.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 6> ladder{"open",    "absent",   "broken",
                                                 "neutral", "softfail", "fail"};
enum Level { open, absent, broken, neutral, softfail, fail };

// Does DMARC ask receivers to act on failures? Empty when we could not see. The dmarc check judges
// it whole; this tells only whether a softer SPF record matters.
struct Enforcement {
  bool pending = false;
  std::optional<bool> enforced{};
};

std::string_view policy_in(const DnsObservation& seen, std::string_view first,
                           std::string_view second) {
  std::vector<const std::string*> records;
  for (const std::string& each : seen.txt) {
    const TagList tags = parse_tags(each);
    if (!tags.tags.empty() && tags.tags.front().key == "v" && tags.tags.front().value == "DMARC1")
      records.push_back(&each);
  }
  if (records.size() != 1) return "absent";
  const TagList tags = parse_tags(*records.front());
  for (const std::string_view key : {first, second})
    if (const std::string* value = tags.find(key)) {
      for (const std::string_view word : {"reject", "quarantine"})
        if (equal_ignoring_case(*value, word)) return word;
      return "none";
    }
  return "none";
}

Enforcement dmarc_enforcement(const Domain& domain, Facts& facts) {
  const DnsObservation& own = facts.dns(domain.name.under("_dmarc"), DnsType::txt);
  if (!own.known()) return {.pending = own.pending()};
  const std::string_view policy = policy_in(own, "p", "p");
  if (policy != "absent") return {.enforced = policy != "none"};
  const SuffixObservation& suffix = facts.suffix(domain.name);
  if (suffix.pending()) return {.pending = true};
  if (suffix.outcome != Outcome::answered) return {};
  if (!suffix.registrable || *suffix.registrable == domain.name) return {.enforced = false};
  const DnsObservation& above = facts.dns(suffix.registrable->under("_dmarc"), DnsType::txt);
  if (!above.known()) return {.pending = above.pending()};
  const std::string_view inherited = policy_in(above, "sp", "p");
  return {.enforced = inherited == "reject" || inherited == "quarantine"};
}

std::optional<int> level_of(const spf::Audit& seen) {
  if (seen.result == "none") return absent;
  if (seen.result == "permerror") return broken;
  if (seen.result == "temperror") return {};
  if (seen.passes_everyone) return open;
  if (seen.all == '-') return fail;
  if (seen.all == '~') return softfail;
  if (!seen.all && seen.all_unseen) return {};
  return neutral;
}

Value or_null(const std::string& text) { return text.empty() ? Value() : Value(text); }

Value trace_facts(const spf::Audit& seen) {
  Value out = Value::list();
  for (const spf::TraceLine& each : seen.trace)
    out.push(Value::object({{"domain", each.domain},
                            {"term", each.term},
                            {"lookups", each.lookups},
                            {"resolved", or_null(each.resolved)},
                            {"note", or_null(each.note)}}));
  return out;
}

// A policy in error, or none at all, does not say that nobody sends.
Value non_sending(const spf::Audit& seen) {
  if (seen.result == "none" || seen.result == "permerror") return false;
  return seen.lets_nobody_send;
}

Value facts_of(const spf::Audit& seen, const Enforcement& dmarc) {
  const bool no_record_seen = seen.result == "temperror" && !seen.record;
  Value out = Value::object();
  out.set("record", seen.record);
  out.set("result", seen.result);
  out.set("reason", or_null(seen.reason));
  out.set("all", seen.all ? Value(std::string(1, *seen.all)) : Value());
  out.set("lookups", seen.unseen ? Value() : Value(seen.lookups));
  out.set("voids", seen.unseen || seen.voids_unseen ? Value() : Value(seen.voids));
  // What was not seen may let everyone pass.
  const bool may_pass = seen.unseen && !seen.passes_everyone;
  out.set("passes_everyone", no_record_seen || may_pass ? Value() : Value(seen.passes_everyone));
  out.set("open_by", or_null(seen.open_by));
  out.set("non_sending", no_record_seen ? Value() : non_sending(seen));
  out.set("broken_at", or_null(seen.broken_at));
  out.set("dmarc_enforced", dmarc.enforced);
  out.set("trace", no_record_seen ? Value() : trace_facts(seen));
  return out;
}

Judgement judge_spf(const Domain& domain, Facts& facts) {
  spf::Audit seen = spf::audit(domain.name, facts);
  const Enforcement dmarc = dmarc_enforcement(domain, facts);
  if (seen.pending || dmarc.pending) return {};
  Judgement out{.level = level_of(seen),
                .findings = std::move(seen.findings),
                .facts = facts_of(seen, dmarc)};
  const std::string& subject = domain.name.text();
  if (seen.result == "none")
    out.findings.push_back({"spf-missing", Severity::fail, subject, "no record"});
  else if (domain.parked && seen.record && seen.lets_nobody_send == false)
    out.findings.push_back({"spf-parked-sends", Severity::advice, subject, *seen.record});
  return out;
}

}  // namespace

const Check spf_check{"spf", "Who may send in the domain's name", ladder, judge_spf, compare_spf};

}  // namespace mailfleet
