// A made-up little internet for measuring: domains with a usual posture, mail servers of their own
// or of operators, policy hosts, and shares of those that misbehave. The same plan makes the same
// internet.
#pragma once

#include <string>
#include <vector>

#include "world/world.h"

namespace mailfleet::bench {

// What a scan must find, whatever the load.
enum class Truth : uint8_t { healthy, no_starttls, expired, wrong_name, unknowable };

// Shares are of the domains with mail servers of their own, in percent; the rest is healthy.
struct Plan {
  size_t domains = 1000;
  size_t operators = 20;      // that the other domains share
  size_t operator_hosts = 1;  // mail servers of each, all of them in the MX of its customers
  int own_host_percent = 60;
  int policy_percent = 20;  // with an MTA-STS policy
  int tarpit = 0;           // a greeting that never ends
  int reset = 0;            // in the handshake
  int no_starttls = 0;
  int expired = 0;
  int wrong_name = 0;
  int slow_greeting = 0;  // of all mail servers
  Milliseconds greeting_delay{6000};
  Milliseconds dns_delay{0};
};

struct PlannedDomain {
  Name name;
  std::vector<Name> mx;
  Truth truth = Truth::healthy;
};

struct LittleInternet {
  World world{};
  std::vector<PlannedDomain> domains{};
  std::vector<std::pair<Name, Address>> hosts{};  // mail servers
  std::vector<std::pair<Name, Address>> policy_hosts{};

  std::vector<Name> names() const;
};

LittleInternet make_internet(const Plan& plan);

}  // namespace mailfleet::bench
