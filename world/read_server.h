// The [smtp."…"] and [https."…"] tables of a world file. See read_world.h.
#pragma once

#include "world/strict_table.h"

namespace mailfleet {

void read_server(StrictTable& table, WorldSmtp& into);
void read_server(StrictTable& table, WorldHttps& into);

}  // namespace mailfleet
