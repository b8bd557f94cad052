#include "checks/dmarc/view.h"

#include <algorithm>

#include "checks/base/text.h"

namespace mailfleet::dmarc {
namespace {

bool is_spf(std::string_view txt) {
  return starts_with_ignoring_case(txt, "v=spf1") && (txt.size() == 6 || txt[6] == ' ');
}

// "v=spf1 -all" and nothing else says that no mail is sent.
bool says_no_mail(std::string_view spf) { return equal_ignoring_case(trim(spf.substr(6)), "-all"); }

void look_at_domain(const Domain& domain, Facts& facts, View& view) {
  const DnsObservation& txt = facts.dns(domain.name, DnsType::txt);
  const DnsObservation& keys = facts.dns(domain.name.under("_domainkey"), DnsType::txt);
  view.pending |= txt.pending() || keys.pending();
  view.no_dkim_possible = keys.nxdomain();
  if (!txt.known()) return;
  view.sends = true;
  for (const std::string& each : txt.txt) {
    if (is_dmarc(each)) view.misplaced.push_back(each);
    if (is_spf(each)) view.sends = !says_no_mail(each);
  }
}

// RFC 9989 §4.10.1: a name without any record type is still a name; only NXDOMAIN is none.
std::optional<bool> exists(const Domain& domain, Facts& facts, View& view) {
  const DnsObservation& seen = facts.dns(domain.name, DnsType::mx);
  view.pending |= seen.pending();
  if (!seen.known()) return {};
  return !seen.nxdomain();
}

Audiences by_rfc9989(const Domain& domain, const View& view, const std::optional<bool>& exists) {
  const auto of = [&](Audience who) { return applied(domain.name, view.walk, who, exists); };
  return {of(Audience::own), of(Audience::subdomains), of(Audience::nonexistent)};
}

Audiences by_rfc7489(const Domain& domain, const Registrable& registrable, const View& view) {
  const auto of = [&](Audience who) {
    return applied_rfc7489(domain.name, registrable.listed, view.walk, who);
  };
  if (registrable.known)
    return {of(Audience::own), of(Audience::subdomains), of(Audience::nonexistent)};
  // Without the list only the domain's own record is certain.
  return {.own = view.own.records > 0 ? of(Audience::own) : Known<Applied>{}};
}

// Does the organizational domain by the walk belong to more than this organisation?
bool shared(const Domain& domain, const Name& organization, Facts& facts, View& view) {
  if (!domain.name.is_under(organization)) return false;
  if (is_shared_by_name(organization)) return true;
  const SuffixObservation& seen = facts.suffix(organization);
  view.pending |= seen.pending();
  return seen.outcome == Outcome::answered && seen.is_suffix;
}

}  // namespace

View look(const Domain& domain, Facts& facts) {
  View view{.walk = look_along(domain.name, facts)};
  const Registrable registrable = registrable_of(domain.name, facts);
  const std::optional<bool> there = exists(domain, facts, view);
  look_at_domain(domain, facts, view);
  view.pending |= pending(view.walk) || registrable.pending;
  if (view.pending) return view;

  view.own = view.walk.at(domain.name);
  view.rfc9989 = by_rfc9989(domain, view, there);
  view.rfc7489 = by_rfc7489(domain, registrable, view);
  view.organization = organizational_domain(domain.name, view.walk);
  if (view.organization.value)
    view.organization_is_suffix = shared(domain, *view.organization.value, facts, view);
  if (view.rfc9989.own.known) view.policy_domain = view.rfc9989.own.value->from;
  if (!view.policy_domain) return view;
  view.record = &*view.walk.at(*view.policy_domain).record;
  view.rua = destinations(view.record->rua, *view.policy_domain, view.organization.value, facts);
  view.pending |= std::ranges::any_of(view.rua, &Destination::pending);
  return view;
}

}  // namespace mailfleet::dmarc
