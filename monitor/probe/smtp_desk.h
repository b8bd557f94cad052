// Shares SMTP sessions over the fleet: a thousand domains at one operator are one session per MX
// host and address in a period, and all of them get its result. Keeps to the rate of each address,
// rests where a server asks for it, joins who asks the same, and makes the further connections of a
// deep scan under the same rate. Network thread.
//
// Waiting here is our own affair: a question that has to wait too long is answered `failed`,
// our_load, and never as somebody's time-out.
#pragma once

#include <functional>
#include <memory>

#include "checks/base/evidence.h"
#include "monitor/probe/probe_parts.h"
#include "monitor/prober.h"

namespace mailfleet {

class SmtpDesk {
 public:
  explicit SmtpDesk(ProbePartsPtr parts);
  ~SmtpDesk();  // open questions are never answered

  // Once, perhaps before returning (from memory), at the latest shortly after `deadline`.
  void ask(const SmtpQuestion& question, AskMode mode, Deadline deadline,
           std::function<void(SmtpObservation)> answer);

 private:
  class Work;
  std::shared_ptr<Work> work_;
};

// A session that tells something about the server, not about the way there or us.
bool is_conclusive(const SmtpObservation& seen);

}  // namespace mailfleet
