// For the probes' own tests: a server on a loopback port of the kernel's choice, each connection
// served by a script on a thread, and the probing side with short patience. Blocking sockets, no
// sleeping: a silent server waits until the client gives up.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

#include "monitor/probe/probe_parts.h"
#include "tests/certificates.h"

namespace mailfleet {

// One connection as the server sees it.
class Peer {
 public:
  explicit Peer(int socket) : socket_(socket) {}
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  bool say(std::string_view bytes);  // false when the client is gone
  std::string hear();                // a line without its end; empty when the client is gone
  std::string hear_until(std::string_view end);
  void wait_for_end();  // reads until the client closes
  bool start_tls(SSL_CTX* context);
  void drip(std::string_view bytes, int repeat);  // octet by octet, a few milliseconds apart
  void reset();                                   // RST instead of FIN
  SSL* tls() { return tls_.get(); }

 private:
  int read_some(char* into, int size);

  int socket_;
  SslHandle tls_{};
  std::string buffer_{};
};

class LoopbackServer {
 public:
  using Script = std::function<void(Peer&)>;
  explicit LoopbackServer(Script script);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void serve();

  Script script_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_{};
};

// A certificate for mx1.example.com below a root that the probing side trusts.
SSL_CTX* good_server();
// The same for another name, and one signed by itself.
SSL_CTX* misnamed_server();
SSL_CTX* self_signed_server();
std::string trusted_roots_file();
Time test_now();

// Everything allowed on loopback, patience for a slow machine; to be shortened by the test.
ProbeSettings loopback_settings(uint16_t port);
const Address& loopback_address();

// What an ordinary mail host does.
void ordinary_mail_host(Peer& peer, SSL_CTX* context);

}  // namespace mailfleet
