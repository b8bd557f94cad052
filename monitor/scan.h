// One look at one domain: run the checks, ask what they miss, run them again, until nothing is
// missing. Decides nothing; knows no network. All on the caller's thread.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "checks/base/check.h"
#include "monitor/prober.h"

namespace mailfleet {

struct ScanResult {
  Time at{};  // the `now` that the checks were given
  Evidence evidence{};
  std::vector<Judgement> judgements{};  // in the order of `checks`
  int passes = 0;
  size_t questions = 0;
  bool complete = true;   // false: a limit stopped it, or a check had a bug
  std::string trouble{};  // what stopped it, for the log
};

// Calls `done` exactly once, perhaps before returning. `checks` and `prober` must outlive that
// call. A check that throws (our bug) leaves its judgement unknown; the others stand.
void run_scan(Domain domain, std::span<const Check* const> checks, Prober& prober, AskMode mode,
              Time now, Deadline deadline, std::function<void(ScanResult)> done);

// Judges evidence that is already there (replay); what is missing stays unknown.
std::vector<Judgement> judge_all(const Domain& domain, std::span<const Check* const> checks,
                                 const Evidence& evidence, Time now);

}  // namespace mailfleet
