#include "world/lab_wire.h"

#include <openssl/err.h>

#include <array>
#include <boost/asio/write.hpp>
#include <stdexcept>

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;

constexpr size_t read_size = 4096;

// RFC 6066 §3: a list with one host name.
std::string name_in_hello(SSL* ssl) {
  const unsigned char* octets = nullptr;
  size_t size = 0;
  constexpr size_t before_name = 5;
  if (SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &octets, &size) != 1 ||
      size <= before_name)
    return {};
  return {reinterpret_cast<const char*>(octets) + before_name, size - before_name};
}

}  // namespace

LabWire::LabWire(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  socket_.non_blocking(true);
}

int LabWire::on_client_hello(SSL* ssl, int*, void*) {
  auto* wire = static_cast<LabWire*>(SSL_get_app_data(ssl));
  wire->server_name_ = name_in_hello(ssl);
  SSL_CTX* context = wire->chooser_ ? wire->chooser_(wire->server_name_) : nullptr;
  if (!context) return SSL_CLIENT_HELLO_ERROR;
  SSL_set_SSL_CTX(ssl, context);
  SSL_clear_options(ssl,
                    SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
  SSL_set_options(ssl, SSL_CTX_get_options(context));
  return SSL_CLIENT_HELLO_SUCCESS;
}

SSL_CTX* LabWire::front_context() {
  static const SslContextHandle context = [] {
    SslContextHandle made(SSL_CTX_new(TLS_server_method()));
    if (!made) throw std::runtime_error("OpenSSL gives no TLS context");
    SSL_CTX_set_security_level(made.get(), 0);
    SSL_CTX_set_cipher_list(made.get(), "DEFAULT:@SECLEVEL=0");
    SSL_CTX_set_min_proto_version(made.get(), TLS1_VERSION);
    SSL_CTX_set_session_cache_mode(made.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(made.get(), 0);
    SSL_CTX_set_client_hello_cb(made.get(), &LabWire::on_client_hello, nullptr);
    return made;
  }();
  return context.get();
}

template <class Again, class Fail>
void LabWire::wait_or_fail(int result, Again again, Fail fail) {
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  const auto direction =
      error == SSL_ERROR_WANT_WRITE ? asio::socket_base::wait_write : asio::socket_base::wait_read;
  if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return fail();
  socket_.async_wait(direction, [again, fail](Error failed) { failed ? fail() : again(); });
}

void LabWire::shake(Chooser chooser, Done done) {
  chooser_ = std::move(chooser);
  ssl_.reset(SSL_new(front_context()));
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_fd(ssl_.get(), socket_.native_handle());
  SSL_set_accept_state(ssl_.get());
  step_shake(done);
}

void LabWire::step_shake(const Done& done) {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    secure_ = true;
    return done(true);
  }
  wait_or_fail(
      result, [this, done] { step_shake(done); }, [done] { done(false); });
}

void LabWire::read(Read done) {
  if (secure_) return step_read(done);
  socket_.async_wait(asio::socket_base::wait_read, [this, done](Error failed) {
    std::array<char, read_size> buffer;
    Error error = failed;
    const size_t size = failed ? 0 : socket_.read_some(asio::buffer(buffer), error);
    if (error == asio::error::would_block) return read(done);
    done(!error && size > 0, {buffer.data(), size});
  });
}

void LabWire::step_read(const Read& done) {
  std::array<char, read_size> buffer;
  ERR_clear_error();
  const int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
  if (size > 0) return done(true, {buffer.data(), static_cast<size_t>(size)});
  wait_or_fail(
      size, [this, done] { step_read(done); }, [done] { done(false, {}); });
}

void LabWire::write(std::string bytes, Done done) {
  outgoing_ = std::move(bytes);
  sent_ = 0;
  if (secure_) return step_write(done);
  asio::async_write(socket_, asio::buffer(outgoing_),
                    [done](Error error, size_t) { done(!error); });
}

void LabWire::step_write(const Done& done) {
  if (outgoing_.empty()) return done(true);
  ERR_clear_error();
  const int size = SSL_write(ssl_.get(), outgoing_.data(), static_cast<int>(outgoing_.size()));
  if (size > 0) return done(true);  // without partial writes, all of it
  wait_or_fail(
      size, [this, done] { step_write(done); }, [done] { done(false); });
}

void LabWire::close() {
  Error ignored;
  if (secure_) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  socket_.close(ignored);
}

void LabWire::reset() {
  Error ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

}  // namespace mailfleet
