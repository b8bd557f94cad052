// The least that writing rows costs: SQLite's C interface, statements compiled once, the same
// durability, the same number of rows, octets and commits.
#pragma once

#include <string>
#include <vector>

namespace mailfleet::bench {

struct RowsToWrite {
  std::string key{};
  std::vector<std::string> blobs{};  // a row of the same table each
};

// CPU seconds. Throws std::runtime_error when SQLite refuses.
double bare_insert(const std::string& file, const std::vector<RowsToWrite>& rows,
                   size_t per_commit);
// One integer of each row that bare_insert made.
double bare_touch(const std::string& file, const std::vector<RowsToWrite>& rows, size_t per_commit);

}  // namespace mailfleet::bench
