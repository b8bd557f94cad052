// What people did over the admin listener: one row each.
#pragma once

#include <string>

#include "checks/base/time.h"

namespace mailfleet {

class Database;

struct AuditEntry {
  Time at{};
  std::string actor{};    // who they said they were, or their address
  std::string action{};   // reload, recheck, acknowledge, agreement, maintenance, …
  std::string subject{};  // a domain, or empty
  std::string detail{};   // what they sent, JSON
};

void add_audit(Database& database, const AuditEntry& entry);

}  // namespace mailfleet
