// Doubt ourselves first: can we still see names that are always there? Asks the configured control
// names once a minute over the monitor's own resolver; when none answers twice in a row, it is us.
// Network thread; asks only, decides by counting.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "checks/base/name.h"
#include "monitor/prober.h"

namespace mailfleet {

constexpr Seconds self_test_period{60};
constexpr int self_test_failures = 2;  // rounds in a row before it is believed
constexpr std::chrono::seconds self_test_deadline{30};

class SelfTest {
 public:
  using Told = std::function<void(bool good)>;  // after each round that settles it

  SelfTest(Prober& prober, std::vector<Name> control_names, Told told)
      : prober_(prober), names_(std::move(control_names)), told_(std::move(told)) {}

  void tick(Time now);  // each second or so

 private:
  struct Round {
    size_t waiting = 0;
    bool any_known = false;
  };
  void ended(const Round& round);

  Prober& prober_;
  std::vector<Name> names_;
  Told told_;
  std::optional<Time> last_{};
  bool running_ = false;
  int failures_ = 0;
  std::shared_ptr<SelfTest*> self_ = std::make_shared<SelfTest*>(this);  // late answers find nobody
};

}  // namespace mailfleet
