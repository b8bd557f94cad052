// The real Prober: sends each question to whoever can answer it. DNS to the resolver, SMTP and
// HTTPS to the desks that share results over the fleet, suffixes to a file. Network thread; the
// resolver has one of its own.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "monitor/probe/counters.h"
#include "monitor/probe/settings.h"
#include "monitor/prober.h"

namespace mailfleet {

class NetworkProber : public Prober {
 public:
  // Throws std::runtime_error with one line for the operator: no trust anchor, an unreadable file,
  // a forwarder that is no address. `io` must be run by one thread and outlive the prober; `now`
  // is the wall clock. Makes the process ignore SIGPIPE, which OpenSSL's writes may raise.
  NetworkProber(boost::asio::io_context& io, ProbeSettings settings,
                std::function<Time()> now = {});
  ~NetworkProber() override;  // questions that are still open are never answered

  void ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) override;

  const ProbeCounters& counters() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mailfleet
