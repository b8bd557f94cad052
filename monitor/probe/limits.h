// Every limit of the program, by name, with the reason for its value: `mailfleet limits` prints the
// table, and the code takes its numbers from here. What an operator may set is a setting
// (settings.h) whose default is named here; the rest is fixed because a standard or a measurement
// fixed it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mailfleet {

namespace limits {

struct Limit {
  std::string_view name;
  int64_t value = 0;
  std::string_view unit;
  std::string_view reason;
};

}  // namespace limits
using limits::Limit;

std::span<const Limit> all_limits();

namespace limits {

using std::chrono::milliseconds;
using std::chrono::seconds;

// DNS
constexpr size_t dns_outstanding = 800;
constexpr milliseconds dns_timeout = seconds(12);
constexpr size_t cname_chain = 8;
constexpr size_t dns_records = 1000;
constexpr size_t dns_packet_bytes = 65535;

// Connections
constexpr size_t waiting_sockets = 4000;
constexpr size_t reserved_descriptors = 1200;
constexpr size_t tls_handshakes = 64;
constexpr milliseconds connect_timeout = seconds(10);
constexpr milliseconds loop_lag = milliseconds(250);
constexpr milliseconds queue_patience = std::chrono::minutes(10);
constexpr size_t queued_per_address = 256;

// SMTP
constexpr milliseconds banner_timeout = seconds(35);
constexpr milliseconds smtp_deadline = seconds(60);
constexpr milliseconds quit_patience = seconds(2);
constexpr size_t smtp_reply_bytes = 256 * 1024;
constexpr size_t smtp_reply_lines = 4096;
constexpr size_t smtp_line_kept = 512;
constexpr size_t ehlo_lines_kept = 1024;
constexpr int per_address_per_minute = 2;
constexpr milliseconds back_off_longest = std::chrono::hours(24);
constexpr size_t deep_connections = 24;
constexpr size_t remembered_endpoints = 200'000;

// HTTPS
constexpr milliseconds https_deadline = seconds(60);
constexpr size_t https_body_bytes = 64 * 1024;
constexpr size_t https_header_bytes = 8 * 1024;
constexpr size_t https_concurrent = 256;
constexpr milliseconds https_retry = std::chrono::minutes(5);

}  // namespace limits
}  // namespace mailfleet
