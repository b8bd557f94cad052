// What a probe sees of a mail server of a world. See world_prober.h.
#pragma once

#include "world/world.h"
#include "world/world_servers.h"

namespace mailfleet {

SmtpObservation see_smtp(const World& world, WorldServers& servers, const SmtpQuestion& question);

}  // namespace mailfleet
