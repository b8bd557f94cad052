// The MTA-STS policies that senders would still hold, by row of the domain (RFC 8461 section 5.1).
// All functions run on the store's thread, inside its transaction.
#pragma once

#include <cstdint>
#include <optional>

#include "checks/base/domain.h"

namespace mailfleet {

class Database;

std::optional<RememberedPolicy> read_policy(Database& database, int64_t domain);
// Writes nothing when `policy` is as it was `before`.
void save_policy(Database& database, int64_t domain, const std::optional<RememberedPolicy>& policy,
                 const std::optional<RememberedPolicy>& before);

}  // namespace mailfleet
