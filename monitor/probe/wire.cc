#include "monitor/probe/wire.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

namespace mailfleet {
namespace {

using boost::system::error_code;

constexpr size_t read_size = 16 * 1024;  // a TLS record

WireResult explained(const error_code& error) {
  using Kind = WireResult::Kind;
  if (!error) return {};
  if (error == boost::asio::error::operation_aborted || error == boost::asio::error::bad_descriptor)
    return {.kind = Kind::cut, .why = "closed by us"};
  if (error == boost::asio::error::eof)
    return {.kind = Kind::closed, .why = "the connection was closed"};
  return {.kind = Kind::reset, .why = error.message()};
}

}  // namespace

void Wire::connect(const Target& target, const Reach& reach,
                   std::function<void(ConnectResult)> done) {
  connect_to(socket_, target, reach, [this, done = std::move(done)](ConnectResult result) {
    if (closed_) result = {.connection = Connection::cut, .why = "closed by us"};
    done(std::move(result));
  });
}

void Wire::read(Read done) {
  if (closed_)
    return later(
        [done = std::move(done)] { done(explained(boost::asio::error::operation_aborted), {}); });
  incoming_.resize(read_size);
  if (secure_) return step_read(done);
  socket_.async_read_some(
      boost::asio::buffer(incoming_),
      [this, done = std::move(done)](const error_code& error, size_t count) {
        done(closed_ ? explained(boost::asio::error::operation_aborted) : explained(error),
             std::string_view(incoming_).substr(0, count));
      });
}

void Wire::write(std::string bytes, Done done) {
  if (closed_)
    return later(
        [done = std::move(done)] { done(explained(boost::asio::error::operation_aborted)); });
  outgoing_ = std::move(bytes);
  if (secure_) return step_write(done);
  boost::asio::async_write(
      socket_, boost::asio::buffer(outgoing_),
      [this, done = std::move(done)](const error_code& error, size_t) {
        done(closed_ ? explained(boost::asio::error::operation_aborted) : explained(error));
      });
}

void Wire::handshake(SslPtr session, Done done) {
  session_ = std::move(session);
  SSL_set_fd(session_.get(), socket_.native_handle());
  step_handshake(done);
}

// Never from within: a peer that feeds us octet by octet must not grow our stack.
template <class Work>
void Wire::later(Work work) {
  boost::asio::post(socket_.get_executor(), std::move(work));
}

template <class Again, class Fail>
void Wire::wait_or_fail(int result, Again again, Fail fail) {
  const int wanted = SSL_get_error(session_.get(), result);
  if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) return fail();
  const auto direction = wanted == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
  socket_.async_wait(direction,
                     [again = std::move(again)](const error_code& error) { again(error); });
}

void Wire::step_handshake(const Done& done) {
  ERR_clear_error();
  const int result = SSL_connect(session_.get());
  if (result == 1) {
    secure_ = true;
    return later([done] { done({}); });
  }
  wait_or_fail(
      result,
      [this, done](const error_code& error) {
        if (closed_ || error) return done(explained(boost::asio::error::operation_aborted));
        step_handshake(done);
      },
      [&] { later([done, end = failed(result, true)] { done(end); }); });
}

void Wire::step_read(const Read& done) {
  ERR_clear_error();
  const int result = SSL_read(session_.get(), incoming_.data(), static_cast<int>(incoming_.size()));
  if (result > 0)
    return later([this, done, count = static_cast<size_t>(result)] {
      done({}, std::string_view(incoming_).substr(0, count));
    });
  wait_or_fail(
      result,
      [this, done](const error_code& error) {
        if (closed_ || error) return done(explained(boost::asio::error::operation_aborted), {});
        step_read(done);
      },
      [&] { later([done, end = failed(result, false)] { done(end, {}); }); });
}

void Wire::step_write(const Done& done) {
  ERR_clear_error();
  const int result =
      SSL_write(session_.get(), outgoing_.data(), static_cast<int>(outgoing_.size()));
  // SSL_write takes all or nothing unless told otherwise.
  if (result > 0) return later([done] { done({}); });
  wait_or_fail(
      result,
      [this, done](const error_code& error) {
        if (closed_ || error) return done(explained(boost::asio::error::operation_aborted));
        step_write(done);
      },
      [&] { later([done, end = failed(result, false)] { done(end); }); });
}

WireResult Wire::failed(int result, bool shaking) {
  using Kind = WireResult::Kind;
  const bool proper = SSL_get_error(session_.get(), result) == SSL_ERROR_ZERO_RETURN;
  TlsFailure failure = read_failure(session_.get(), result);
  ERR_clear_error();
  if (!shaking && proper) return {.kind = Kind::closed, .why = "the connection was closed"};
  WireResult out{.kind = Kind::broken, .why = failure.why, .failure = failure};
  if (failure.kind == TlsFailure::Kind::alert) out.kind = Kind::alert;
  if (failure.kind == TlsFailure::Kind::closed) out.kind = Kind::reset;
  return out;
}

bool Wire::bytes_are_waiting() {
  char octet = 0;
  return recv(socket_.native_handle(), &octet, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Wire::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

}  // namespace mailfleet
