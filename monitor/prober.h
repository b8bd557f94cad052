// Whoever can answer a question. The real one (monitor/probe) talks to the network; a world file
// answers from a table. The one seam between judging and asking.
#pragma once

#include <chrono>
#include <functional>

#include "checks/base/evidence.h"

namespace mailfleet {

// How much one scan may ask of a prober.
constexpr int max_passes = 16;         // deeper than any standard asks for
constexpr size_t max_questions = 256;  // per domain and scan; an honest domain needs some 30

// One absolute moment by which an answer must have come; passed down, never extended.
using Deadline = std::chrono::steady_clock::time_point;

// normal: shared and cached answers will do. fresh: `mailfleet check` and re-checks: asked anew,
// first resolver path. confirm: asked anew on the second, uncached resolver path, with a session of
// its own (under the same rate per address).
enum class AskMode : uint8_t { normal, fresh, confirm };

class Prober {
 public:
  using Answer = std::function<void(Observation)>;

  virtual ~Prober() = default;
  // Calls `answer` exactly once, on the caller's thread, at the latest shortly after `deadline`;
  // perhaps before ask() returns. Never throws for what the network does: that is an Observation.
  virtual void ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) = 0;
};

}  // namespace mailfleet
