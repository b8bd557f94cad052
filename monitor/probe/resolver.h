// Asks DNS for the scans: keeps few enough queries outstanding that our own queue loses nobody's
// answer, gives each its time, tries a failure once more, and turns packets into observations.
// Network thread; libunbound works on its own (unbound_thread.h).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "checks/base/evidence.h"
#include "monitor/probe/counters.h"
#include "monitor/probe/settings.h"
#include "monitor/prober.h"

namespace mailfleet {

class Resolver {
 public:
  // Throws std::runtime_error with one line for the operator. `io` and `counters` must outlive it.
  Resolver(boost::asio::io_context& io, const ResolverSettings& settings, ProbeCounters& counters);
  ~Resolver();  // questions that are still open are never answered

  // Once, from the event loop, at the latest shortly after `deadline`. Waiting for a place among
  // the outstanding queries does not count against the question's own time.
  void ask(const DnsQuestion& question, AskMode mode, Deadline deadline,
           std::function<void(DnsObservation)> answer);

 private:
  class Desk;
  std::shared_ptr<Desk> desk_;
};

}  // namespace mailfleet
