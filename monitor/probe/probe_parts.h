// What every connection of the prober shares: the loop, the settings, our side of TLS, and the two
// pools that keep our own load from being mistaken for somebody's fault. Network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "checks/base/time.h"
#include "monitor/probe/counters.h"
#include "monitor/probe/lag_watch.h"
#include "monitor/probe/settings.h"
#include "monitor/probe/tls.h"

namespace mailfleet {

// A number of places; whoever finds none waits in line.
class Slots {
 public:
  explicit Slots(size_t count) : free_(count) {}

  // Calls `enter` at once or when a place becomes free; each entry is ended by one release().
  void acquire(std::function<void()> enter) {
    waiting_.push_back(std::move(enter));
    admit();
  }
  void release() {
    ++free_;
    admit();
  }
  size_t waiting() const { return waiting_.size(); }
  void clear() { waiting_.clear(); }

 private:
  void admit() {
    while (free_ > 0 && !waiting_.empty()) {
      --free_;
      const std::function<void()> enter = std::move(waiting_.front());
      waiting_.pop_front();
      enter();
    }
  }

  size_t free_;
  std::deque<std::function<void()>> waiting_{};
};

// Shared by the prober and by every connection under way, so that these may outlive it.
struct ProbeParts {
  // Throws std::runtime_error when the trusted authorities cannot be read.
  ProbeParts(boost::asio::io_context& loop, ProbeSettings given, std::function<Time()> wall_clock);

  boost::asio::io_context& io;
  const ProbeSettings settings;
  const std::function<Time()> now;
  TlsClient tls{};
  TrustStore trusted;
  ProbeCounters counters{};
  LagWatch lag;
  Slots sockets;
  Slots handshakes;
};
using ProbePartsPtr = std::shared_ptr<ProbeParts>;

}  // namespace mailfleet
