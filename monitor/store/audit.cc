#include "monitor/store/audit.h"

#include "monitor/store/database.h"

namespace mailfleet {

void add_audit(Database& database, const AuditEntry& entry) {
  SQLite::Statement& add = database.prepared(
      "INSERT INTO audit (at, actor, action, subject, detail) VALUES (?, ?, ?, ?, ?)");
  add.bind(1, int64_t{entry.at.time_since_epoch().count()});
  add.bind(2, entry.actor);
  add.bind(3, entry.action);
  add.bind(4, entry.subject);
  add.bind(5, entry.detail);
  add.exec();
}

}  // namespace mailfleet
