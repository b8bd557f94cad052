// Reads one HTTP/1.1 response from bytes as they come (RFC 9112): a thin coat over Beast's parser
// with our limits, that stops as soon as nothing more can matter. Pure.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace mailfleet {

class HttpResponse {
 public:
  // more: feed on. done: complete, or enough (no body is read unless the status is 200).
  // too_large: the body. bad: not HTTP, or a header without end.
  enum class State : uint8_t { more, done, too_large, bad };

  HttpResponse();
  ~HttpResponse();

  State feed(std::string_view bytes);
  State end();  // the connection was closed
  int status() const;
  std::string content_type() const;
  std::string take_body();
  const std::string& why() const { return why_; }  // after `bad`

 private:
  struct Parser;
  State parse();
  State after_header();
  State failed(const std::string& what, bool too_large);

  std::unique_ptr<Parser> parser_;
  std::string buffer_{};
  std::string why_{};
  int interim_ = 0;
};

}  // namespace mailfleet
