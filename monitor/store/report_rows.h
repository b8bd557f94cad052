// Reports of other mail systems, as imported: each once, and their sums of a domain.
// All functions run on the connection's thread, inside its transaction.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/time.h"
#include "exporter/details.h"

namespace mailfleet {

class Database;

// What one report says of one domain. Four of its members say which it is: kind, organisation,
// id, domain.
struct ReportRow {
  explicit ReportRow(Name name) : domain(std::move(name)) {}
  std::string kind{};  // "dmarc", "tls-rpt"
  std::string organisation{};
  std::string id{};
  Name domain;
  Time begins{};
  Time ends{};
  Time imported_at{};
  int64_t records = 0;
  int64_t good = 0;
  int64_t bad = 0;
  std::vector<std::pair<std::string, int64_t>> results{};
  std::vector<Address> failing_sources{};
};

// When this report was imported before; empty when it is new.
std::optional<Time> imported_before(Database& database, const ReportRow& row);
void save_report(Database& database, const ReportRow& row);
// Of reports whose period ended at `since` or later; empty when there is none.
std::optional<ReportSums> read_report_sums(Database& database, const Name& domain, Time since);

}  // namespace mailfleet
