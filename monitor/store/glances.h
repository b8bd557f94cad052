// What is known of the whole fleet at the start: read from one short text a domain, since taking
// apart everything that is remembered of 100,000 domains takes long.
// All functions run on the store's thread, inside its transaction.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/base/domain.h"
#include "monitor/watch/glance.h"
#include "monitor/watch/regression.h"
#include "monitor/watch/trust_entry.h"

namespace mailfleet {

class Database;

struct DomainGlance {
  explicit DomainGlance(Name domain_name) : name(std::move(domain_name)) {}
  Name name;
  int64_t id = 0;  // of its row
  Glance glance{};
  bool unsettled = false;  // a suspicion or a recovery waits for a confirming look
  TrustEntry trust{};
  std::string evidence_sha256{};                 // evidence_digest_of its posture
  std::optional<RememberedPolicy> remembered{};  // only of those that editions tell of
};

// The text that is stored with a look.
std::string glance_text(const Name& domain, const Posture& posture, const DomainWatch& watch,
                        std::span<const Check* const> checks);

// Rows in order, `limit` after the row `after`. What has no readable glance is read whole.
std::vector<DomainGlance> read_glances(Database& database, int64_t after, size_t limit,
                                       std::span<const Check* const> checks);

// Drops what another version of the program wrote: it may have judged otherwise.
void begin_glances(Database& database, std::string_view version);

}  // namespace mailfleet
