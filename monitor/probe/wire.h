// One connection, first in clear and then perhaps inside TLS on the same socket: connect, read,
// write, handshake, each with a call back. OpenSSL works directly on the socket (SSL_set_fd): half
// the memory of a TLS stream object, and `SSL` need not exist before STARTTLS.
//
// No deadline of its own: the owner calls close(), and whatever is under way calls back with `cut`.
// Call backs come from the event loop and must keep the owner alive. At most one operation at a
// time. Network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "monitor/probe/connect.h"
#include "monitor/probe/tls.h"

namespace mailfleet {

struct WireResult {
  // closed: the peer ended it properly. reset: it was torn down. alert: the peer refused by a TLS
  // alert. broken: what came is no TLS, or not what TLS allows. cut: by our own close().
  enum class Kind : uint8_t { ok, closed, reset, alert, broken, cut };
  Kind kind = Kind::ok;
  std::string why{};
  TlsFailure failure{};  // of a handshake

  bool ok() const { return kind == Kind::ok; }
};

class Wire {
 public:
  using Done = std::function<void(WireResult)>;
  using Read = std::function<void(WireResult, std::string_view bytes)>;

  explicit Wire(boost::asio::io_context& io) : socket_(io) {}

  void connect(const Target& target, const Reach& reach, std::function<void(ConnectResult)> done);
  void read(Read done);
  void write(std::string bytes, Done done);
  // Takes a session that has no socket yet. From its success on, read and write are inside TLS.
  void handshake(SslPtr session, Done done);
  const SSL* session() const { return session_.get(); }

  bool bytes_are_waiting();  // unread octets in the kernel, without taking them
  void close();              // may be repeated

 private:
  void step_handshake(const Done& done);
  void step_read(const Read& done);
  void step_write(const Done& done);
  template <class Work>
  void later(Work work);
  // Waits until the socket is ready for what SSL wants, then calls `again`; or ends with a failure.
  template <class Again, class Fail>
  void wait_or_fail(int result, Again again, Fail fail);
  WireResult failed(int result, bool shaking);

  Socket socket_;
  SslPtr session_{};
  bool secure_ = false;
  bool closed_ = false;
  std::string incoming_{};
  std::string outgoing_{};
};

}  // namespace mailfleet
