// The [smtp."…"] and [https."…"] tables of a world file. See read_world.h.
#pragma once

#include "world/strict_table.h"

namespace mailfleet {

void read_server(StrictTable& table, WorldSmtp& into);
void read_server(StrictTable& table, WorldHttps& into);

// "-10d", "+90d", or a fixed "2026-11-21T12:00:00Z". Nothing happens without the key.
void read_moment(StrictTable& table, const std::string& key, WorldMoment& into);

}  // namespace mailfleet
