// What a fetcher sees of a policy host of a world. See world_prober.h.
#pragma once

#include "world/world.h"
#include "world/world_servers.h"

namespace mailfleet {

HttpsObservation see_https(const World& world, WorldServers& servers,
                           const HttpsQuestion& question);

}  // namespace mailfleet
