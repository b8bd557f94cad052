#include "monitor/store/glances.h"

#include "monitor/store/columns.h"
#include "monitor/store/database.h"
#include "monitor/store/glance_json.h"
#include "monitor/store/looks.h"
#include "monitor/store/policies.h"
#include "monitor/store/posture_json.h"
#include "monitor/store/value_json.h"
#include "monitor/watch/trust_value.h"
#include "monitor/watch/value_parts.h"

namespace mailfleet {
namespace {

using SQLite::Statement;

bool take_text(DomainGlance& out, const std::string& text, Time at,
               std::span<const Check* const> checks) {
  const auto value = parse_value(text);
  if (!value) return false;
  auto glance = glance_from_value((*value)["glance"], at, checks);
  if (!glance) return false;
  out.glance = std::move(*glance);
  out.unsettled = (*value)["unsettled"].as_bool().value_or(false);
  out.evidence_sha256 = text_in((*value)["evidence_sha256"]);
  return true;
}

void take_whole(DomainGlance& out, Database& database, std::span<const Check* const> checks) {
  const auto memory = read_memory(database, out.name, checks);
  if (!memory) return;
  out.glance = glance_of(out.name, memory->posture);
  out.unsettled = is_unsettled(memory->watch);
  out.evidence_sha256 = evidence_digest_of(memory->posture);
}

}  // namespace

std::string glance_text(const Name& domain, const Posture& posture, const DomainWatch& watch,
                        std::span<const Check* const> checks) {
  return to_json(Value::object({{"glance", glance_to_value(glance_of(domain, posture), checks)},
                                {"unsettled", is_unsettled(watch)},
                                {"evidence_sha256", evidence_digest_of(posture)}}));
}

std::vector<DomainGlance> read_glances(Database& database, int64_t after, size_t limit,
                                       std::span<const Check* const> checks) {
  Statement& find = database.prepared(
      "SELECT id, name, look_at, glance, trust_packed FROM domain WHERE id > ? ORDER BY id LIMIT "
      "?");
  find.bind(1, after);
  find.bind(2, static_cast<int64_t>(limit));
  std::vector<DomainGlance> out;
  out.reserve(limit);
  while (find.executeStep()) {
    const auto name = Name::parse(find.getColumn(1).getString());
    if (!name) throw std::runtime_error("a stored domain has no name");
    DomainGlance& domain = out.emplace_back(*name);
    domain.id = find.getColumn(0).getInt64();
    domain.trust = trust_entry_of(value_in(find.getColumn(4)));
    const SQLite::Column text = find.getColumn(3);
    if (text.isNull() || !take_text(domain, text.getString(), time_in(find.getColumn(2)), checks))
      take_whole(domain, database, checks);
    if (is_published(domain.trust.state)) domain.remembered = read_policy(database, domain.id);
  }
  return out;
}

void begin_glances(Database& database, std::string_view version) {
  Statement& find = database.prepared("SELECT version FROM glanced_by");
  const bool same = find.executeStep() && find.getColumn(0).getString() == version;
  find.reset();
  if (same) return;
  database.execute("UPDATE domain SET glance = NULL");
  database.execute("DELETE FROM glanced_by");
  Statement& note = database.prepared("INSERT INTO glanced_by (version) VALUES (?)");
  note.bind(1, std::string(version));
  note.exec();
}

}  // namespace mailfleet
