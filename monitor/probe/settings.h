// What an operator may set about asking: the [resolver] and [probe] tables of config.toml and the
// intervals of [monitor] that tell how long an answer serves. Plain data; the defaults are those of
// config.toml.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "checks/base/address.h"
#include "monitor/probe/limits.h"
#include "monitor/probe/reach.h"

namespace mailfleet {

struct ResolverSettings {
  // "192.0.2.53:53", "[2001:db8::53]:53"; none: we recurse from the root ourselves.
  std::vector<std::string> forward{};
  // The path of confirmations; none: a second, uncached query on the first path.
  std::vector<std::string> second_forward{};
  std::string root_hints_file = "/usr/share/dns/root.hints";
  std::string trust_anchor_file = "/usr/share/dns/root.key";  // DS or DNSKEY lines
  std::chrono::seconds cache_max_ttl{3600};
  int cache_mb = 96;  // a third for messages, two for their records
  std::chrono::milliseconds timeout = limits::dns_timeout;  // of one question, queueing aside
};

struct ProbeSettings {
  ResolverSettings resolver{};
  Reach reach{};            // ports, allow_addresses, deny_addresses
  std::string ehlo_name{};  // empty: this machine's name
  std::string ca_file{};    // replaces the system's store
  // Where connections start from, by family; a confirmation takes the second one when there is one.
  std::vector<Address> source_addresses{};
  std::vector<std::string> no_scan{};  // host names, domains (all below too), addresses, blocks

  int per_address_per_minute = limits::per_address_per_minute;
  std::chrono::milliseconds rate_window =
      std::chrono::minutes(1);  // the "minute" of the line above
  std::chrono::milliseconds connect_timeout = limits::connect_timeout;
  std::chrono::milliseconds banner_timeout = limits::banner_timeout;
  std::chrono::milliseconds smtp_deadline = limits::smtp_deadline;
  std::chrono::milliseconds quit_patience = limits::quit_patience;
  std::chrono::milliseconds https_deadline = limits::https_deadline;
  std::chrono::milliseconds queue_patience = limits::queue_patience;
  std::chrono::milliseconds loop_lag = limits::loop_lag;

  std::chrono::milliseconds endpoint_period = std::chrono::hours(1);   // one SMTP session in it
  std::chrono::milliseconds deep_interval = std::chrono::hours(24);    // TLS versions and suites
  std::chrono::milliseconds policy_interval = std::chrono::hours(24);  // an unchanged MTA-STS id
  std::chrono::milliseconds https_retry = limits::https_retry;
  std::chrono::milliseconds back_off_longest = limits::back_off_longest;

  size_t waiting_sockets = limits::waiting_sockets;  // capped from RLIMIT_NOFILE
};

}  // namespace mailfleet
