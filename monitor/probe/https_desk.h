// Shares policy fetches over the fleet and over time: an unchanged MTA-STS id is fetched again once
// a policy interval, a failure not within five minutes (RFC 8461 §3.3). Joins who asks the same.
// Network thread.
#pragma once

#include <functional>
#include <memory>

#include "checks/base/evidence.h"
#include "monitor/probe/probe_parts.h"
#include "monitor/prober.h"

namespace mailfleet {

class HttpsDesk {
 public:
  explicit HttpsDesk(ProbePartsPtr parts);
  ~HttpsDesk();  // open questions are never answered

  // Once, perhaps before returning (from memory), at the latest shortly after `deadline`.
  void ask(const HttpsQuestion& question, AskMode mode, Deadline deadline,
           std::function<void(HttpsObservation)> answer);

 private:
  class Work;
  std::shared_ptr<Work> work_;
};

}  // namespace mailfleet
