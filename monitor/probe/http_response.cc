#include "monitor/probe/http_response.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "monitor/probe/limits.h"

namespace mailfleet {
namespace {

namespace http = boost::beast::http;

constexpr int max_interim_responses = 4;  // RFC 9110 §15.2: 1xx before the answer

}  // namespace

struct HttpResponse::Parser {
  http::response_parser<http::string_body> beast{};

  Parser() {
    beast.header_limit(limits::https_header_bytes);
    beast.body_limit(limits::https_body_bytes);
    beast.eager(true);
  }
};

HttpResponse::HttpResponse() : parser_(std::make_unique<Parser>()) {}
HttpResponse::~HttpResponse() = default;

HttpResponse::State HttpResponse::feed(std::string_view bytes) {
  buffer_ += bytes;
  const State state = parse();
  // Beast takes whole lines only; a line that does not end would gather here.
  if (state == State::more && buffer_.size() > limits::https_header_bytes)
    return failed("a header of more than 8 KB", false);
  return state;
}

HttpResponse::State HttpResponse::parse() {
  for (;;) {
    http::response_parser<http::string_body>& beast = parser_->beast;
    boost::system::error_code error;
    const size_t used = beast.put(boost::asio::buffer(buffer_), error);
    buffer_.erase(0, used);
    if (error == http::error::need_more) error = {};
    if (error == http::error::body_limit && (!beast.is_header_done() || status() == 200))
      return failed("a body of more than 64 KB", true);
    if (beast.is_header_done() && status() != 200) {
      const State state = after_header();
      if (state != State::more) return state;
      continue;
    }
    if (error) return failed(error.message(), false);
    if (beast.is_done()) return State::done;
    return State::more;
  }
}

// A status other than 200: an interim response is skipped, any other is the answer.
HttpResponse::State HttpResponse::after_header() {
  if (status() / 100 != 1) return State::done;
  if (++interim_ > max_interim_responses) return failed("interim responses without end", false);
  parser_ = std::make_unique<Parser>();
  return State::more;
}

HttpResponse::State HttpResponse::end() {
  if (!parser_->beast.got_some()) return failed("closed without an answer", false);
  boost::system::error_code error;
  parser_->beast.put_eof(error);
  if (error || !parser_->beast.is_done()) return failed("closed before its end", false);
  return State::done;
}

HttpResponse::State HttpResponse::failed(const std::string& what, bool too_large) {
  why_ = what;
  return too_large ? State::too_large : State::bad;
}

int HttpResponse::status() const {
  return parser_->beast.is_header_done() ? static_cast<int>(parser_->beast.get().result_int()) : 0;
}

std::string HttpResponse::content_type() const {
  const auto value = parser_->beast.get()[http::field::content_type];
  return {value.data(), value.size()};
}

std::string HttpResponse::take_body() { return std::move(parser_->beast.get().body()); }

}  // namespace mailfleet
