// What becomes of a report that somebody hands in: counted once for each domain of the fleet, or
// not, and why.
//
// A report about a domain outside the fleet is held: nothing of it is stored, so that strangers
// cannot fill the database; when the domain is in the fleet, it can be imported again.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "checks/base/value.h"
#include "reports/report.h"

namespace mailfleet {

class Database;

enum class ImportOutcome : uint8_t { accepted, rejected, duplicate, held };
std::string_view to_text(ImportOutcome outcome);

struct ImportRules {
  std::function<bool(const Name&)> in_fleet{};
  Time now{};
  Seconds keep{};  // what ended before now - keep would be dropped at once
};

struct Imported {
  std::string file{};  // as it was named
  ImportOutcome outcome = ImportOutcome::rejected;
  std::string reason{};  // empty: accepted as a whole
  // What it counts: of the domains that were taken, else of all; empty when it was rejected.
  std::optional<reports::Report> report{};
};

// Runs on the store's thread, inside its transaction: a report is taken whole or not at all.
// Throws SQLite's exceptions.
Imported import_report(Database& database, const std::string& file,
                       const reports::Read<reports::Report>& read, const ImportRules& rules);

Value import_object(const Imported& imported);      // for `--json`
std::string import_line(const Imported& imported);  // for people, without a line end

}  // namespace mailfleet
