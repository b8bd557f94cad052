// Whether the places named in rua= have agreed to take a domain's reports (RFC 9990, RFC 7489
// §7.1): outside the own organisation <policy domain>._report._dmarc.<host> must say v=DMARC1.
#pragma once

#include <optional>
#include <vector>

#include "checks/dmarc/discovery.h"
#include "checks/dmarc/record.h"

namespace mailfleet::dmarc {

// Receivers need to honour two; nobody needs more than this many looked up.
constexpr size_t max_report_hosts = 8;

struct Destination {
  ReportUri uri{};
  bool pending = false;
  bool external = false;             // another organisation's
  std::optional<bool> authorised{};  // empty: could not be known
};

// `organization`: of the policy domain by the tree walk, when known.
std::vector<Destination> destinations(const std::vector<ReportUri>& uris, const Name& policy_domain,
                                      const std::optional<Name>& organization, Facts& facts);

}  // namespace mailfleet::dmarc
