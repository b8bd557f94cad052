#include "monitor/cli/backup.h"

#include <iostream>

#include "checks/base/value.h"
#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/monitor.h"
#include "monitor/store/backup.h"

namespace mailfleet {
namespace {

Value as_value(const BackupOptions& options, const Backup& made) {
  Value tables = Value::object({});
  for (const auto& [name, table] : made.tables)
    tables.set(name, Value::object({{"rows", table.rows}, {"sha256", table.sha256}}));
  return Value::object({{"file", options.file},
                        {"bytes", static_cast<int64_t>(made.bytes)},
                        {"schema", made.schema},
                        {"tables", tables}});
}

}  // namespace

int run_backup(const BackupOptions& options) {
  const Config config = load_config(options.config);
  const Backup made = back_up(store_file(config), options.file);
  if (options.json) {
    std::cout << to_json_pretty(as_value(options, made)) << '\n';
    return looked;
  }
  int64_t rows = 0;
  for (const auto& [name, table] : made.tables) rows += table.rows;
  std::cout << options.file << ": " << made.tables.at("domain").rows << " domains, " << rows
            << " rows in " << made.tables.size() << " tables, " << made.bytes << " octets, schema "
            << made.schema << "; every row compared, no fault found\n";
  return looked;
}

}  // namespace mailfleet
