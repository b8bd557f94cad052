#include "monitor/store/policies.h"

#include "monitor/store/columns.h"
#include "monitor/store/database.h"
#include "monitor/store/value_json.h"

namespace mailfleet {

using SQLite::Statement;

void save_policy(Database& database, int64_t domain, const std::optional<RememberedPolicy>& policy,
                 const std::optional<RememberedPolicy>& before) {
  if (policy == before) return;
  if (!policy) {
    Statement& drop = database.prepared("DELETE FROM remembered_policy WHERE domain_id = ?");
    drop.bind(1, domain);
    drop.exec();
    return;
  }
  Value mx = Value::list();
  for (const std::string& pattern : policy->mx) mx.push(pattern);
  Statement& put = database.prepared(
      "INSERT OR REPLACE INTO remembered_policy "
      "(domain_id, mode, policy_id, mx_json, fetched_at, max_age, body_digest) "
      "VALUES (?, ?, ?, ?, ?, ?, ?)");
  put.bind(1, domain);
  put.bind(2, policy->mode);
  put.bind(3, policy->id);
  put.bind(4, to_json(mx));
  put.bind(5, seconds(policy->fetched_at));
  put.bind(6, int64_t{policy->max_age.count()});
  put.bind(7, policy->body_digest);
  put.exec();
}

std::optional<RememberedPolicy> read_policy(Database& database, int64_t domain) {
  Statement& find = database.prepared(
      "SELECT mode, policy_id, mx_json, fetched_at, max_age, body_digest FROM remembered_policy "
      "WHERE domain_id = ?");
  find.bind(1, domain);
  if (!find.executeStep()) return {};
  RememberedPolicy out{.mode = find.getColumn(0).getString(),
                       .id = find.getColumn(1).getString(),
                       .fetched_at = time_in(find.getColumn(3)),
                       .max_age = Seconds(find.getColumn(4).getInt64()),
                       .body_digest = find.getColumn(5).getString()};
  const auto mx = parse_value(find.getColumn(2).getString());
  for (const Value& pattern : mx ? mx->items() : Value::List{})
    out.mx.emplace_back(pattern.as_string().value_or(""));
  return out;
}

}  // namespace mailfleet
