// A fleet as it stands in memory after some sweeps, without having looked at anything: for sections
// that measure what happens with what is known. The same number makes the same fleet.
#pragma once

#include <memory>

#include "exporter/feed/edition.h"
#include "exporter/snapshot.h"
#include "monitor/store/looks.h"

namespace mailfleet::bench {

std::shared_ptr<Snapshot> synthetic_snapshot(size_t domains, Time now);
Edition synthetic_edition(size_t entries, Time now);

}  // namespace mailfleet::bench
