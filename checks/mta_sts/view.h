// All that is known of one domain's MTA-STS in one look.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/check.h"
#include "checks/base/route.h"
#include "checks/mta_sts/fetch.h"
#include "checks/mta_sts/policy.h"
#include "checks/mta_sts/record.h"

namespace mailfleet::mta_sts {

// What a sender that verifies would find at one mail host.
enum class Health : uint8_t { unknown, good, no_tls, untrusted, wrong_name };

struct CoveredHost {
  Name host;
  bool covered = false;
  Health health = Health::unknown;  // the worst of its addresses
  std::string seen{};
};

struct View {
  bool pending = false;
  bool record_known = false;
  RecordReading record{};
  Fetch fetch{.outcome = "not-tried"};
  std::optional<Policy> policy{};  // of a body that was fetched
  std::string body_digest{};       // SHA-256, hex
  std::optional<MxKind> kind{};
  std::vector<CoveredHost> hosts{};      // with a valid policy that names hosts
  std::optional<bool> receives{};        // does the domain take mail at all?
  std::string covered{};                 // all, some, none; empty when it cannot be said
  std::optional<std::string> applies{};  // mode of the policy that senders hold

  bool valid() const { return policy && policy->valid; }
};

View look(const Domain& domain, Facts& facts);
void add_findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out);

}  // namespace mailfleet::mta_sts
