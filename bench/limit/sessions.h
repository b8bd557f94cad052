// The least that a look at a mail server or policy host costs: epoll, OpenSSL on the socket, one
// thread. The client context is made once, every session is full, and OpenSSL itself verifies the
// chain while it shakes hands: a session that does not says nothing of the certificate.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"

namespace mailfleet::bench {

using Hosts = std::vector<std::pair<Name, Address>>;

struct SessionCost {
  double cpu_seconds = 0;
  size_t good = 0;  // ended as they should, with a chain that is trusted
};

// Where the sessions go, and whom they trust (PEM).
struct SessionTargets {
  const Hosts& hosts;
  uint16_t port = 0;
  std::string ca_file{};
};

// Greeting, EHLO, STARTTLS, handshake, EHLO, QUIT.
SessionCost bare_starttls(const SessionTargets& targets, size_t in_flight);
// Handshake, GET of the MTA-STS policy, whole answer.
SessionCost bare_https(const SessionTargets& targets, size_t in_flight);

}  // namespace mailfleet::bench
