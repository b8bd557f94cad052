#include "exporter/http/connection.h"

#include <boost/asio/write.hpp>

namespace mailfleet {

namespace asio = boost::asio;
using boost::system::error_code;

Connection::Connection(asio::ip::tcp::socket socket, std::string client, const ConnectionHost& host,
                       std::function<void(Connection*)> gone)
    : socket_(std::move(socket)),
      timer_(socket_.get_executor()),
      client_(std::move(client)),
      host_(host),
      gone_(std::move(gone)) {}

void Connection::start() {
  enter(Phase::reading, request_deadline);
  read();
}

// One timer; whoever enters a phase sets it anew, which cancels the wait before.
void Connection::enter(Phase phase, std::chrono::steady_clock::duration limit) {
  phase_ = phase;
  timer_.expires_after(limit);
  timer_.async_wait([self = shared_from_this()](const error_code& error) {
    // An expiry that was already on its way when the timer was set anew is not ours.
    if (!error && self->timer_.expiry() <= std::chrono::steady_clock::now()) self->on_deadline();
  });
}

void Connection::on_deadline() {
  if (phase_ == Phase::handling) return respond(problem(503, "the answer took too long"));
  if (phase_ == Phase::reading && !reader_.idle()) return refuse(408, "the request took too long");
  close();
}

void Connection::read() {
  if (reading_ || phase_ == Phase::closed) return;
  reading_ = true;
  socket_.async_read_some(asio::buffer(chunk_),
                          [self = shared_from_this()](const error_code& error, size_t length) {
                            self->on_read(error, length);
                          });
}

void Connection::on_read(const error_code& error, size_t length) {
  reading_ = false;
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (phase_ == Phase::lingering) return read();  // whatever it says is not listened to any more
  if (phase_ == Phase::idle) enter(Phase::reading, request_deadline);
  reader_.append(std::string_view(chunk_.data(), length));
  advance();
}

void Connection::advance() {
  switch (reader_.advance()) {
    case RequestReader::Step::refused:
      return refuse(reader_.status(), reader_.why());
    case RequestReader::Step::ready:
      return handle(reader_.take());
    case RequestReader::Step::need_more:
      break;
  }
  if (reader_.wants_continue()) return continue_body();
  read();
}

void Connection::continue_body() {
  static constexpr std::string_view line = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(line),
                    [self = shared_from_this()](const error_code& error, size_t) {
                      if (error)
                        self->close();
                      else
                        self->read();
                    });
}

void Connection::handle(Request request) {
  enter(Phase::handling, handler_deadline);
  request_ = std::move(request);
  request_.client = client_;
  const uint64_t turn = ++turn_;
  host_.handle(request_, [weak = weak_from_this(), turn](Response response) {
    const auto self = weak.lock();
    if (self && self->phase_ == Phase::handling && self->turn_ == turn)
      self->respond(std::move(response));
  });
}

void Connection::respond(Response response) {
  if (last_) request_.keep_alive = false;
  answer_ = wire_answer(request_, std::move(response), host_.now());
  last_ = answer_.close;
  host_.answered(request_, answer_);
  enter(Phase::writing, write_deadline);
  const std::array<asio::const_buffer, 2> buffers{asio::buffer(answer_.head),
                                                  asio::buffer(answer_.body)};
  asio::async_write(socket_, buffers, [self = shared_from_this()](const error_code& error, size_t) {
    self->on_written(error);
  });
}

void Connection::on_written(const error_code& error) {
  answer_ = {};
  if (phase_ == Phase::closed) return;
  if (error) return close();
  if (last_) return linger();
  if (reader_.idle()) {
    enter(Phase::idle, keep_alive_idle);
    return read();
  }
  enter(Phase::reading, request_deadline);
  advance();
}

void Connection::refuse(unsigned status, const std::string& why) {
  request_ = Request{.keep_alive = false};
  last_ = true;
  respond(problem(status, why));
}

// Closing with unread octets would make TCP throw our answer away; so the end of ours is sent, and
// theirs is waited for, a little.
void Connection::linger() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  enter(Phase::lingering, linger_deadline);
  read();
}

void Connection::finish() {
  last_ = true;
  if (phase_ == Phase::idle || phase_ == Phase::reading || phase_ == Phase::lingering) close();
}

void Connection::close() {
  if (phase_ == Phase::closed) return;
  phase_ = Phase::closed;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
  gone_(this);
}

}  // namespace mailfleet
