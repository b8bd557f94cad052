#include "checks/dmarc/reports.h"

#include <algorithm>
#include <set>

#include "checks/dmarc/suffix.h"

namespace mailfleet::dmarc {
namespace {

enum class Answer : uint8_t { pending, unknown, yes, no };

// One organisation by the public suffix list. "Unknown" when the list could not be asked.
Answer same_by_suffix(const Name& a, const Name& b, Facts& facts) {
  if (a == b) return Answer::yes;
  const Registrable of_a = registrable_of(a, facts);
  const Registrable of_b = registrable_of(b, facts);
  if (of_a.pending || of_b.pending) return Answer::pending;
  if (!of_a.known || !of_b.known) return Answer::unknown;
  return of_a.careful && of_a.careful == of_b.careful ? Answer::yes : Answer::no;
}

Answer says_yes(const Name& policy_domain, const Name& host, Facts& facts) {
  const auto name = host.under(policy_domain.text() + "._report._dmarc");
  const DnsObservation& seen = facts.dns(name, DnsType::txt);
  if (seen.pending()) return Answer::pending;
  if (!seen.known()) return Answer::unknown;
  return std::ranges::any_of(seen.txt, is_dmarc) ? Answer::yes : Answer::no;
}

// RFC 9989: organisations are told apart by the tree walk. Asked last, since it costs most.
Answer same_by_walk(const std::optional<Name>& organization, const Name& host, Facts& facts) {
  if (!organization) return Answer::unknown;
  const Walk walk = look_along(host, facts);
  if (pending(walk)) return Answer::pending;
  const auto of_host = organizational_domain(host, walk);
  if (!of_host.known) return Answer::unknown;
  return of_host.value == organization ? Answer::yes : Answer::no;
}

Destination look(const ReportUri& uri, const Name& policy_domain,
                 const std::optional<Name>& organization, Facts& facts) {
  Destination out{.uri = uri};
  Answer answer = same_by_suffix(policy_domain, *uri.host, facts);
  if (answer == Answer::no || answer == Answer::unknown) {
    const bool surely_external = answer == Answer::no;
    answer = says_yes(policy_domain, *uri.host, facts);
    if (answer == Answer::no)
      answer = same_by_walk(organization, *uri.host, facts);
    else
      out.external = true;
    if (answer == Answer::no) {
      out.external = true;
      if (!surely_external) answer = Answer::unknown;
    }
  }
  out.pending = answer == Answer::pending;
  if (answer == Answer::yes) out.authorised = true;
  if (answer == Answer::no) out.authorised = false;
  return out;
}

}  // namespace

std::vector<Destination> destinations(const std::vector<ReportUri>& uris, const Name& policy_domain,
                                      const std::optional<Name>& organization, Facts& facts) {
  std::vector<Destination> out;
  std::set<Name> hosts;
  for (const ReportUri& uri : uris) {
    if (uri.host) hosts.insert(*uri.host);
    if (!uri.host || hosts.size() > max_report_hosts)
      out.push_back({.uri = uri});
    else
      out.push_back(look(uri, policy_domain, organization, facts));
  }
  return out;
}

}  // namespace mailfleet::dmarc
