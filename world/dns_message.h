// DNS messages as a server reads and writes them (RFC 1035 §4, RFC 6891). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/name.h"

namespace mailfleet {

constexpr uint16_t rcode_ok = 0;
constexpr uint16_t rcode_format_error = 1;
constexpr uint16_t rcode_servfail = 2;
constexpr uint16_t rcode_nxdomain = 3;
constexpr uint16_t rcode_refused = 5;

struct DnsQuery {
  uint16_t id = 0;
  bool recursion_desired = false;
  bool checking_disabled = false;
  std::string question{};      // the question section as sent, to be echoed
  std::optional<Name> name{};  // empty: the root
  uint16_t type = 0;
  bool edns = false;
  bool dnssec_ok = false;
  size_t udp_size = 512;
};

// Empty for what is no standard query of one question; such packets are dropped.
std::optional<DnsQuery> parse_query(std::string_view packet);

struct WireRecord {
  std::string owner{};  // wire form
  uint16_t type = 0;
  uint32_t ttl_seconds = 0;
  std::string rdata{};
};

struct DnsReply {
  uint16_t rcode = rcode_ok;
  std::vector<WireRecord> answer{};
  std::vector<WireRecord> authority{};
};

// At most `limit` octets: what does not fit is left out and the TC bit set (RFC 2181 §9).
std::string write_reply(const DnsQuery& query, const DnsReply& reply, size_t limit);

void append_number(std::string& out, uint32_t number, int octets);

}  // namespace mailfleet
