// The change log, read back, and what is dropped when it has been kept long enough.
// All functions run on the store's thread, inside its transaction.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/name.h"
#include "checks/base/time.h"
#include "checks/base/value.h"

namespace mailfleet {

class Database;

struct ChangeRow {
  explicit ChangeRow(Name name) : domain(std::move(name)) {}
  int64_t id = 0;
  Time at{};
  Name domain;
  std::string check{};
  std::string was{};  // level names
  std::string now{};
  std::string kind{};
  std::string summary{};
};

constexpr size_t max_change_rows = 1000;  // in one answer

// Newest first; of one domain or of all; with ids below `before_id`, 0 for no bound.
std::vector<ChangeRow> read_changes(Database& database, const std::optional<Name>& domain,
                                    int64_t before_id, size_t limit);

// Canonical facts on both sides of a change.
struct ChangeFacts {
  Value was{};
  Value now{};
};
std::optional<ChangeFacts> read_change_facts(Database& database, int64_t change_id);

struct Pruned {
  int changes = 0;
  int evidence = 0;
  int pieces = 0;
  int reports = 0;
};
// Drops changes, kept evidence and reports from before `before`, then pieces that nothing refers
// to. The latest evidence of each domain stays.
Pruned prune(Database& database, Time before);

}  // namespace mailfleet
