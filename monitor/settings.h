// What the configuration means to the hands: plain settings, key by key.
#pragma once

#include "checks/base/domain.h"
#include "monitor/config.h"
#include "monitor/fleet/entry.h"
#include "monitor/probe/settings.h"

namespace mailfleet {

ProbeSettings probe_settings(const Config& config);

// The domain as the checks want it; `entry` may be null, `reference` must outlive it.
Domain domain_of(const Name& name, const FleetEntry* entry, const Reference& reference);

}  // namespace mailfleet
