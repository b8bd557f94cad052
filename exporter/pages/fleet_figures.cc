#include "exporter/pages/fleet_figures.h"

#include <algorithm>

namespace mailfleet {
namespace {

bool needs_mail_servers(std::string_view check) {
  return check == "starttls" || check == "certificate" || check == "dane" || check == "ptr";
}

void add_unknown(const DomainSummary& domain, std::span<const Check* const> checks, size_t mx,
                 std::vector<UnknownReasons>& out) {
  const auto known = [&](size_t check) {
    return check < domain.levels.size() && domain.levels[check] >= 0;
  };
  for (size_t i = 0; i < checks.size(); ++i) {
    if (known(i)) continue;
    if (domain.state == DomainState::pending)
      ++out[i].pending;
    else if (domain.state == DomainState::unknown)
      ++out[i].silent;
    else if (mx < checks.size() && !known(mx) && needs_mail_servers(checks[i]->id))
      ++out[i].mx;
    else
      ++out[i].other;
  }
}

}  // namespace

FleetFigures figures_of(const Snapshot& snapshot, std::span<const Check* const> checks) {
  FleetFigures out{.tally = empty_tally(checks),
                   .unknown = std::vector<UnknownReasons>(checks.size())};
  const auto mx = static_cast<size_t>(std::ranges::find(checks, "mx", &Check::id) - checks.begin());
  for (const DomainPtr& domain : snapshot.domains) {
    out.tally.add(*domain);
    auto sector = out.sectors.find(domain->owner.sector);
    if (sector == out.sectors.end())
      sector = out.sectors.emplace(domain->owner.sector, std::array<size_t, 5>{}).first;
    ++sector->second[static_cast<size_t>(domain->state)];
    add_unknown(*domain, checks, mx, out.unknown);
  }
  return out;
}

const FleetFigures& FleetFiguresCache::of(const SnapshotPtr& snapshot,
                                          std::span<const Check* const> checks) {
  if (snapshot != snapshot_) {
    figures_ = figures_of(*snapshot, checks);
    snapshot_ = snapshot;
  }
  return figures_;
}

}  // namespace mailfleet
