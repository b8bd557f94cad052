// Reads HTTP/1.1 requests out of the octets of one connection: bytes in, requests out (RFC 9112).
//
// Strict where leniency has been used to smuggle requests: exactly one Host, never Content-Length
// beside Transfer-Encoding, no bare CR or LF, no NUL, no folded fields. Requests may be pipelined.
// No sockets here; the parser is Beast's.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "exporter/http/message.h"

namespace mailfleet {

constexpr size_t max_header_bytes = 8 * 1024;  // request line and fields; browsers send 1 KB
constexpr size_t max_target_bytes = 2 * 1024;  // the longest honest query is a few hundred
constexpr size_t max_body_bytes = 64 * 1024;   // an acknowledgement with its reason
constexpr size_t max_raw_body_bytes = 2 * max_body_bytes;  // with the framing of chunks

class RequestReader {
 public:
  enum class Step { need_more, ready, refused };

  RequestReader();
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;
  RequestReader& operator=(RequestReader&&) noexcept;

  void append(std::string_view octets) { pending_ += octets; }
  // Works on what was appended. After `ready`, take() and call again: another request may wait.
  Step advance();
  Request take();
  unsigned status() const { return status_; }               // after `refused`
  const std::string& why() const { return why_; }           // likewise, in one sentence
  bool idle() const { return pending_.empty() && !body_; }  // nothing of a next request has come
  // The client waits for "100 Continue" before it sends its body; true once a request.
  bool wants_continue();

 private:
  struct Body;
  Step advance_head();
  Step advance_body();
  Step refuse(unsigned status, std::string why);
  Step check_octets();

  std::string pending_{};       // received, not yet understood
  size_t checked_ = 0;          // octets of it that were looked at
  std::unique_ptr<Body> body_;  // the request whose head is complete
  unsigned status_ = 0;
  std::string why_{};
  bool expects_continue_ = false;
};

}  // namespace mailfleet
