// Answers the scan's questions from a world in memory: no sockets, no waiting, no clock but the
// world's. What it says is what the monitor's own probes would see of the same world.
#pragma once

#include <functional>
#include <memory>

#include "monitor/prober.h"
#include "world/world.h"

namespace mailfleet {

// `now`: the moment at which the world is looked at; world.now, or the caller's clock. Keeps a copy
// of the world as it is at its start; [[event]] tables do not happen. Answers before ask() returns.
// Throws std::runtime_error when a certificate of the world cannot be made.
std::unique_ptr<Prober> make_world_prober(const World& world, Time now);
// At world.now, which must be there.
std::unique_ptr<Prober> make_world_prober(const World& world);

// A world in which time passes: [[event]] tables happen, dates are counted from `start`.
struct WorldClock {
  std::function<Time()> now{};              // what the prober takes for the time
  std::function<Milliseconds()> elapsed{};  // since the start
};
std::unique_ptr<Prober> make_world_prober(const World& world, Time start, WorldClock clock);

}  // namespace mailfleet
