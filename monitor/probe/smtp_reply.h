// Reads SMTP replies from bytes as they come (RFC 5321 §4.2): single bytes or a hundred kilobytes,
// CRLF or bare LF, one line or a thousand. Pure; what is kept is bounded, what is counted too.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

struct SmtpReply {
  int code = 0;                      // of the last line
  std::vector<std::string> lines{};  // without the code; each and all within limits.h

  int kind() const { return code / 100; }  // 2 for 250
  std::string text() const;                // "454 TLS not available": the first line, for people
};

class SmtpReplyReader {
 public:
  enum class State : uint8_t { more, ready, malformed, too_long };

  // Takes bytes up to the end of one reply; what follows stays for the next call.
  State feed(std::string_view bytes);
  // Valid after `ready`; begins the next reply.
  SmtpReply take();
  // Sent already after the reply that was taken last.
  bool has_leftover() const { return !buffer_.empty(); }
  // What could not be read, after `malformed` or `too_long`.
  const std::string& offending() const { return offending_; }

 private:
  State on_line(std::string_view line);

  std::string buffer_{};
  SmtpReply reply_{};
  size_t bytes_ = 0;
  size_t line_count_ = 0;
  std::string offending_{};
};

}  // namespace mailfleet
