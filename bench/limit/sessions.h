// The least that a look at a mail server or policy host costs: epoll, OpenSSL on the socket, one
// thread, no judgement. Client contexts are made once; every session is full.
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
  size_t good = 0;  // ended as they should
};

// Greeting, EHLO, STARTTLS, handshake, EHLO, QUIT.
SessionCost bare_starttls(const Hosts& hosts, uint16_t port, size_t in_flight);
// Handshake, GET of the MTA-STS policy, whole answer.
SessionCost bare_https(const Hosts& hosts, uint16_t port, size_t in_flight);

}  // namespace mailfleet::bench
