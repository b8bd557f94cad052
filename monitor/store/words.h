// What people announced over the admin listener and what must outlive a restart: agreements and
// maintenance windows. All functions run on the store's thread, inside its transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

class Database;

// Who said it, and when.
struct Said {
  Time at{};
  std::string by{};
  std::string reason{};

  bool operator==(const Said&) const = default;
};

// The last word on a domain's agreement that TLS may be required.
struct AgreementRow {
  explicit AgreementRow(Name name) : domain(std::move(name)) {}
  Name domain;
  std::string agreement{};          // empty: withdrawn
  std::optional<Time> tls_ready{};  // from when on; set unless withdrawn
  Said said{};

  bool operator==(const AgreementRow&) const = default;
};

void save_agreement(Database& database, const AgreementRow& row);  // replaces the word before
std::vector<AgreementRow> read_agreements(Database& database);

struct MaintenanceRow {
  int64_t id = 0;
  std::vector<Name> domains{};
  std::vector<Name> mx{};
  Time from{};
  Time until{};
  Said said{};

  bool operator==(const MaintenanceRow&) const = default;
};

int64_t add_maintenance(Database& database, const MaintenanceRow& row);  // its id
// False when there is no such window.
bool end_maintenance(Database& database, int64_t id, Time at);
// Those that end after `now`, oldest first.
std::vector<MaintenanceRow> read_maintenances(Database& database, Time now);

}  // namespace mailfleet
