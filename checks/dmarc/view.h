// All that is known of one domain's DMARC in one look: what the findings and the facts are made of.
#pragma once

#include <optional>
#include <vector>

#include "checks/base/check.h"
#include "checks/dmarc/discovery.h"
#include "checks/dmarc/reports.h"
#include "checks/dmarc/suffix.h"

namespace mailfleet::dmarc {

struct Audiences {
  Known<Applied> own{}, subdomains{}, nonexistent{};
};

struct View {
  bool pending = false;
  Walk walk{};
  Found own{};
  Audiences rfc9989{}, rfc7489{};
  Known<Name> organization{};
  bool organization_is_suffix = false;  // a name that many organisations share
  std::optional<Name> policy_domain{};
  const Record* record = nullptr;  // the one at policy_domain; lives in `walk`
  std::vector<Destination> rua{};
  std::vector<std::string> misplaced{};  // DMARC records at the domain itself
  std::optional<bool> sends{};           // false when SPF is just "-all"
  bool no_dkim_possible = false;         // _domainkey does not exist
};

View look(const Domain& domain, Facts& facts);

void add_findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out);

}  // namespace mailfleet::dmarc
