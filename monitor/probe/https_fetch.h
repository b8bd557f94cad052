// One GET over HTTPS for an MTA-STS policy (RFC 8461 §3.3): at exactly the address that is given,
// SNI and Host the policy host, its certificate checked strictly before anything is asked, no
// redirects, no more than 64 KB, all within one absolute deadline. No general HTTP client.
// Network thread.
#pragma once

#include <functional>

#include "checks/base/evidence.h"
#include "monitor/probe/connect.h"
#include "monitor/probe/probe_parts.h"

namespace mailfleet {

struct HttpsFetched {
  HttpsObservation observation{};
  std::chrono::steady_clock::time_point began{};
};

// Calls `done` once, from the event loop. The clock stops while it waits for one of our own places
// for handshakes. It keeps
// `parts` alive.
void fetch_https(ProbePartsPtr parts, const HttpsQuestion& question, const Target& target,
                 std::function<void(HttpsFetched)> done);

}  // namespace mailfleet
