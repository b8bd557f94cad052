// libunbound on a thread of its own: names in, wire packets out. Recursion from the root or through
// the site's forwarders, validating either way (RFC 4035). Three contexts share the thread:
// `cached` for everyday questions, `fresh` on the same path without a cache, `confirm` without a
// cache on the second path.
//
// libunbound knows no time-out: the caller keeps the time and cancels. Answers lie in a tray until
// the caller takes them all: under load one wake-up of either thread serves many questions.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checks/base/evidence.h"
#include "monitor/probe/dns_packet.h"
#include "monitor/probe/settings.h"

namespace mailfleet {

enum class ResolverPath : uint8_t { cached, fresh, confirm };

struct WireAnswer {
  uint64_t id = 0;
  bool delivered = false;  // false: libunbound could not even begin
  std::string packet{};
  Validation validation{};
};

class UnboundThread {
 public:
  // Throws std::runtime_error with one line for the operator: no trust anchor, unreadable files, a
  // forwarder that is no address. `ready` is called on the resolver's thread, when the tray is no
  // longer empty.
  UnboundThread(const ResolverSettings& settings, std::function<void()> ready);
  ~UnboundThread();  // stops the thread; nothing is ready afterwards

  // From any thread. `id` is the caller's and unique.
  void ask(uint64_t id, const DnsQuestion& question, ResolverPath path);
  void cancel(uint64_t id);
  std::vector<WireAnswer> take();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

// "127.0.0.1:5335" or "[2001:db8::1]:53" as libunbound writes it, "127.0.0.1@5335"; empty for
// anything else.
std::string unbound_address(const std::string& text);

}  // namespace mailfleet
