#include "monitor/cli/replay.h"

#include <iostream>

#include "checks/base/text.h"
#include "checks/registry.h"
#include "exporter/domain_json.h"
#include "monitor/cli/configuration.h"
#include "monitor/cli/exit_status.h"
#include "monitor/fleet_files.h"
#include "monitor/monitor.h"
#include "monitor/operator_error.h"
#include "monitor/reference.h"
#include "monitor/scan.h"
#include "monitor/settings.h"
#include "monitor/store/database.h"
#include "monitor/store/looks.h"

namespace mailfleet {
namespace {

Name name_in(const std::string& text) {
  DomainTools tools = domain_tools();
  tools.is_public_suffix = [](const Name&) { return false; };
  const DomainText domain = understand_domain(text, tools);
  if (!domain.name) throw OperatorError("\"" + text + "\": " + domain.reason);
  return *domain.name;
}

std::optional<Time> time_in(const std::string& text) {
  if (text.empty()) return {};
  const auto time = parse_time(text);
  if (!time)
    throw OperatorError("--at must be a time like 2026-11-21T12:00:00Z or a date, got \"" + text +
                        "\"");
  return time;
}

void print(const Name& name, const Posture& posture, Time seen_at) {
  std::cout << name.text() << ", as of " << to_text(posture.at) << ", from evidence of "
            << to_text(seen_at) << '\n';
  for (const Standing& standing : posture.standings) {
    const Check* check = find_check(standing.check);
    std::cout << "  " << standing.check << ": " << check->level_name(standing.level) << '\n';
    for (const Finding& finding : standing.unseen ? standing.unseen->findings : standing.findings)
      std::cout << "    " << to_text(finding.severity) << ' ' << finding.code << ' '
                << for_display(finding.subject) << "  " << for_display(finding.seen) << '\n';
  }
}

}  // namespace

int run_replay(const ReplayOptions& options) {
  const Name name = name_in(options.domain);
  const std::optional<Time> at = time_in(options.at);
  const Config config = load_config(options.config);
  const Reference reference = load_reference(config.monitor.data_dir);
  const LoadedFleet fleet = load_fleet(config.fleets);
  Database database(store_file(config), Database::Access::read_only);
  const auto memory = read_memory(database, name, all_checks());
  const auto stored = read_evidence(database, name, at);
  if (!memory || !stored) {
    std::cerr << "mailfleet: " << name.text() << ": nothing is stored"
              << (at ? " of " + to_text(*at) + " or before" : std::string()) << '\n';
    return nothing_learnt;
  }
  const Time now = at.value_or(memory->posture.at);
  Domain domain = domain_of(name, fleet.find(name), reference);
  if (memory->remembered && memory->remembered->fetched_at <= now)
    domain.remembered = memory->remembered;
  if (memory->dmarc_since && *memory->dmarc_since <= now) domain.dmarc_since = memory->dmarc_since;
  const Posture posture = after_look(nullptr, all_checks(),
                                     judge_all(domain, all_checks(), stored->evidence, now), now);
  const TrustView trust{.eligibility = eligibility_of(posture)};
  if (options.json)
    std::cout << to_json_pretty(domain_object(name, posture, trust, now)) << '\n';
  else
    print(name, posture, stored->at);
  return state_of(posture) == DomainState::unknown ? nothing_learnt : looked;
}

}  // namespace mailfleet
