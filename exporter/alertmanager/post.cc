#include "exporter/alertmanager/post.h"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>

namespace mailfleet {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

class Posting : public std::enable_shared_from_this<Posting> {
 public:
  Posting(asio::io_context& context, const PostTarget& target, std::string request,
          std::function<void(unsigned, std::string)> answer)
      : resolver_(context),
        socket_(context),
        timer_(context),
        target_(target),
        request_(std::move(request)),
        answer_(std::move(answer)) {
    parser_.body_limit(max_post_answer_octets);
  }

  void start(std::chrono::milliseconds patience) {
    timer_.expires_after(patience);
    timer_.async_wait([self = shared_from_this(), patience](const error_code& error) {
      if (!error) self->finish(0, "no answer within " + std::to_string(patience.count()) + " ms");
    });
    resolver_.async_resolve(target_.host, target_.port,
                            [self = shared_from_this()](const error_code& error,
                                                        const tcp::resolver::results_type& found) {
                              if (error)
                                return self->finish(0, "cannot be resolved: " + error.message());
                              self->connect(found);
                            });
  }

 private:
  void connect(const tcp::resolver::results_type& found) {
    asio::async_connect(socket_, found,
                        [self = shared_from_this()](const error_code& error, const tcp::endpoint&) {
                          if (error)
                            return self->finish(0, "cannot be reached: " + error.message());
                          self->write();
                        });
  }

  void write() {
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](const error_code& error, size_t) {
                        if (error) return self->finish(0, "broke off: " + error.message());
                        self->read();
                      });
  }

  void read() {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](const error_code& error, size_t length) {
                              self->on_read(error, length);
                            });
  }

  void on_read(const error_code& error, size_t length) {
    error_code parsed;
    // The parser must have had something before it may be told of an end.
    if (error == asio::error::eof && !parser_.got_some())
      return finish(0, "closed without an answer");
    if (error == asio::error::eof)
      parser_.put_eof(parsed);
    else if (error)
      return finish(0, "broke off: " + error.message());
    pending_.append(chunk_.data(), length);
    while (!pending_.empty() && !parser_.is_done() && !parsed) {
      const size_t used = parser_.put(asio::buffer(pending_), parsed);
      pending_.erase(0, used);
      if (parsed == http::error::need_more) {
        parsed = {};
        break;
      }
    }
    if (parsed) return finish(0, "answered nonsense: " + parsed.message());
    if (!parser_.is_done()) return error ? finish(0, "closed without an answer") : read();
    const auto& response = parser_.get();
    finish(response.result_int(), response.body().substr(0, 300));
  }

  void finish(unsigned status, std::string why) {
    if (!answer_) return;
    timer_.cancel();
    resolver_.cancel();
    error_code ignored;
    socket_.close(ignored);
    const auto answer = std::move(answer_);
    answer_ = nullptr;
    answer(status, std::move(why));
  }

  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  const PostTarget target_;
  const std::string request_;
  std::function<void(unsigned, std::string)> answer_;
  http::response_parser<http::string_body> parser_{};
  std::array<char, 4096> chunk_{};
  std::string pending_{};
};

}  // namespace

std::optional<PostTarget> PostTarget::parse(std::string_view url) {
  constexpr std::string_view scheme = "http://";
  if (!url.starts_with(scheme)) return {};
  url.remove_prefix(scheme.size());
  PostTarget out;
  const size_t slash = url.find('/');
  const std::string_view authority = url.substr(0, slash);
  if (slash != std::string_view::npos) out.path = url.substr(slash);
  if (!out.path.ends_with('/')) out.path += '/';
  out.host_header = authority;
  std::string_view port;
  if (authority.starts_with('[')) {
    const size_t end = authority.find(']');
    if (end == std::string_view::npos) return {};
    out.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const size_t colon = authority.find(':');
    out.host = authority.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view() : authority.substr(colon);
  }
  if (!port.empty()) out.port = port.substr(1);
  const auto plain = [](std::string_view text, std::string_view extra) {
    for (const char c : text)
      if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
            extra.find(c) != std::string_view::npos))
        return false;
    return !text.empty();
  };
  if (!plain(out.host, ".-:_") || !plain(out.port, "") || !plain(out.path, "/.-_~%")) return {};
  return out;
}

void post_json(asio::io_context& context, const PostTarget& target, const std::string& path,
               std::string body, std::chrono::milliseconds patience,
               std::function<void(unsigned, std::string)> answer) {
  const std::string request =
      "POST " + target.path.substr(0, target.path.size() - 1) + path +
      " HTTP/1.1\r\nHost: " + target.host_header +
      "\r\nUser-Agent: mailfleet\r\nContent-Type: application/json\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
  std::make_shared<Posting>(context, target, request, std::move(answer))->start(patience);
}

}  // namespace mailfleet
