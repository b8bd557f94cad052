// One accepted connection of the lab, in clear and then perhaps inside TLS on the same socket. Call
// backs come from the event loop and must keep their owner alive; one read and one write at a time.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "monitor/probe/tls_handles.h"

namespace mailfleet {

class LabWire {
 public:
  using Done = std::function<void(bool ok)>;
  using Read = std::function<void(bool ok, std::string_view bytes)>;
  // The certificate for the name that the client asked for (SNI; empty when it asked for none).
  using Chooser = std::function<SSL_CTX*(std::string_view name)>;

  explicit LabWire(boost::asio::ip::tcp::socket socket);

  void read(Read done);
  void write(std::string bytes, Done done);
  void shake(Chooser chooser, Done done);  // from its success on inside TLS
  void close();                            // politely
  void reset();                            // by RST

  boost::asio::ip::tcp::socket& socket() { return socket_; }
  const std::string& server_name() const { return server_name_; }

 private:
  static int on_client_hello(SSL* ssl, int* alert, void* unused);
  static SSL_CTX* front_context();
  void step_shake(const Done& done);
  void step_read(const Read& done);
  void step_write(const Done& done);
  template <class Again, class Fail>
  void wait_or_fail(int result, Again again, Fail fail);

  boost::asio::ip::tcp::socket socket_;
  SslHandle ssl_{};
  bool secure_ = false;
  Chooser chooser_{};
  std::string server_name_{};
  std::string outgoing_{};
  size_t sent_ = 0;
};

}  // namespace mailfleet
