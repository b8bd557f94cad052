// The fleet counted as its page shows it: made once a snapshot, however often the page is read.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "checks/registry.h"
#include "exporter/snapshot.h"
#include "exporter/tally.h"

namespace mailfleet {

// Why a check's level is not known, in numbers of domains; the first that fits counts.
struct UnknownReasons {
  size_t pending = 0;  // not looked at yet
  size_t silent = 0;   // nothing of the domain could be seen
  size_t mx = 0;       // its mail servers are not known either
  size_t other = 0;
};

struct FleetFigures {
  Tally tally{};
  std::map<std::string, std::array<size_t, 5>, std::less<>> sectors{};  // by DomainState
  std::vector<UnknownReasons> unknown{};                                // by check
};

FleetFigures figures_of(const Snapshot& snapshot, std::span<const Check* const> checks);

// The figures of the newest snapshot asked for. Web thread.
class FleetFiguresCache {
 public:
  const FleetFigures& of(const SnapshotPtr& snapshot, std::span<const Check* const> checks);

 private:
  SnapshotPtr snapshot_{};  // held, so that its address is not used again
  FleetFigures figures_{};
};

}  // namespace mailfleet
