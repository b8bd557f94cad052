#include "checks/dmarc/discovery.h"

#include <algorithm>

namespace mailfleet::dmarc {
namespace {

const Found& at(const Walk& walk, const Name& name) {
  static const Found unknown;
  const auto found = walk.find(name);
  return found == walk.end() ? unknown : found->second;
}

// The names of the walk that starts at `start`, where a name that `walk` does not hold is one below
// the domain that has no record of its own.
struct Step {
  Name name;
  const Record* record = nullptr;
};

// The records met on the way up, nearest first. Unknown when an answer is missing before the walk
// stops (RFC 9989 §4.10: at psd=n and psd=y).
Known<std::vector<Step>> records_met(const std::vector<Name>& names, const Walk& walk) {
  Known<std::vector<Step>> out{.known = true, .value = std::vector<Step>()};
  for (const Name& name : names) {
    const Found& found = at(walk, name);
    if (!found.known) return {};
    if (!found.record) continue;
    out.value->push_back({name, &*found.record});
    if (found.record->psd != Psd::u) break;
  }
  return out;
}

// RFC 9989 §4.10.2. `start` is empty when the walk started below the names, at one without record.
Name choose_organization(const Name& start, bool below, const std::vector<Step>& met) {
  for (const Step& step : met) {
    if (step.record->psd == Psd::n) return step.name;
    if (step.record->psd != Psd::y) continue;
    if (below || step.name != start) {
      const auto one_below = start.suffix(step.name.label_count() + 1);
      return one_below ? *one_below : start;
    }
  }
  return met.empty() ? start : met.back().name;
}

Policy one_lower(Policy policy) {
  return policy == Policy::reject ? Policy::quarantine : Policy::none;
}

// RFC 9989 §4.7: np falls back to sp, sp to p.
std::optional<Policy> stated(const Record& record, Audience audience, bool rfc9989) {
  // RFC 9989 §4.10.1, RFC 7489 §6.6.3 step 6: a record that is broken but asks for reports counts
  // as p=none, any other broken one not at all.
  if (rfc9989 ? record.broken() : record.broken_rfc7489())
    return record.reports() ? std::optional(Policy::none) : std::nullopt;
  std::optional<Policy> policy = record.p;
  if (audience != Audience::own && record.sp) policy = record.sp;
  if (audience == Audience::nonexistent && rfc9989 && record.np) policy = record.np;
  return policy;
}

std::optional<Policy> effective(const Record& record, Audience audience) {
  const auto policy = stated(record, audience, true);
  // RFC 9989 §4.7 "t": one level below what is stated.
  return policy && record.testing ? one_lower(*policy) : policy;
}

Applied apply(const Name& name, const Record& record, Audience audience) {
  return {.from = name, .policy = effective(record, audience)};
}

// The policy of `audience` that comes from above: of the organizational domain, else of the public
// suffix the walk stopped at. `below`: the asked name is one without record under `domain`.
Known<Applied> from_above(const Name& domain, const std::vector<Name>& names, const Walk& walk,
                          Audience audience, bool below) {
  const auto met = records_met(names, walk);
  if (!met.known) return {};
  if (met.value->empty()) return {.known = true, .value = Applied{}};
  const Name organization = choose_organization(domain, below, *met.value);
  for (const Step& step : *met.value)
    if (step.name == organization) return {true, apply(step.name, *step.record, audience)};
  const Step& top = met.value->back();
  if (top.record->psd == Psd::y) return {true, apply(top.name, *top.record, audience)};
  return {.known = true, .value = Applied{}};
}

}  // namespace

Found look_at(const Name& name, Facts& facts) {
  const DnsObservation& seen = facts.dns(name.under("_dmarc"), DnsType::txt);
  Found out{.pending = seen.pending(), .known = seen.known(), .aliases = seen.aliases};
  if (!out.known) return out;
  for (const std::string& txt : seen.txt) {
    if (!is_dmarc(txt)) {
      out.other_txt.push_back(txt);
      continue;
    }
    // RFC 9989 §4.10 step 2: several records are all discarded.
    out.record = ++out.records == 1 ? parse(txt) : std::nullopt;
  }
  return out;
}

std::vector<Name> walk_names(const Name& start) {
  std::vector<Name> out{start};
  std::optional<Name> next =
      start.label_count() > walk_labels ? start.suffix(walk_labels) : start.parent();
  for (; next; next = next->parent()) out.push_back(*next);
  return out;
}

Walk look_along(const Name& start, Facts& facts) {
  Walk walk;
  for (const Name& name : walk_names(start)) walk.emplace(name, look_at(name, facts));
  return walk;
}

bool pending(const Walk& walk) {
  return std::ranges::any_of(walk, [](const auto& entry) { return entry.second.pending; });
}

Known<Name> organizational_domain(const Name& start, const Walk& walk) {
  const auto met = records_met(walk_names(start), walk);
  if (!met.known) return {};
  return {.known = true, .value = choose_organization(start, false, *met.value)};
}

Known<Applied> applied(const Name& domain, const Walk& walk, Audience audience,
                       const std::optional<bool>& exists) {
  std::vector<Name> names = walk_names(domain);
  if (audience != Audience::own) {
    // A name just below: when it has eight labels or more the walk jumps over a long `domain`.
    if (domain.label_count() > walk_labels) names.erase(names.begin());
    // One below a domain: what the walk finds from there. The organization may be that name itself,
    // which has no record, so any name below serves for the choice.
    return from_above(domain, names, walk, audience, true);
  }
  const Found& own = at(walk, domain);
  if (!own.known) return {};
  if (own.record) return {true, apply(domain, *own.record, Audience::own)};
  const auto existing = from_above(domain, names, walk, Audience::subdomains, false);
  const auto nonexistent = from_above(domain, names, walk, Audience::nonexistent, false);
  if (existing.known && existing.value == nonexistent.value) return existing;
  if (!exists) return {};
  return *exists ? existing : nonexistent;
}

Known<Applied> applied_rfc7489(const Name& domain, const std::optional<Name>& registrable,
                               const Walk& walk, Audience audience) {
  const auto of = [&](const Name& name, Audience who) -> Known<Applied> {
    const Found& found = at(walk, name);
    if (!found.known) return {};
    // RFC 7489 §6.6.3 step 5: several records, or none, end the discovery.
    if (!found.record) return {.known = true, .value = Applied{}};
    return {true, Applied{.from = name, .policy = stated(*found.record, who, false)}};
  };
  if (audience == Audience::own) {
    const Found& own = at(walk, domain);
    if (!own.known) return {};
    if (own.records > 0) return of(domain, Audience::own);
    if (registrable == domain) return {.known = true, .value = Applied{}};
  }
  // Names below a public suffix are organizations of their own.
  if (!registrable) return {.known = true, .value = Applied{}};
  return of(*registrable, Audience::subdomains);
}

}  // namespace mailfleet::dmarc
