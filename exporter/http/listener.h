// Accepts connections on some addresses and keeps their number within limits. When a limit is
// reached the client that has waited longest without a whole request makes room, so that hundreds
// of slow or silent clients cannot shut out an honest one. Lives on the web thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "exporter/http/connection.h"

namespace mailfleet {

constexpr size_t max_web_connections = 1024;            // 25 KB each; well below the file limit
constexpr size_t max_web_connections_per_client = 256;  // a whole office behind one address
constexpr std::chrono::milliseconds accept_pause{100};  // when the process is out of files

class Listener {
 public:
  Listener(boost::asio::io_context& context, ConnectionHost host);

  // "127.0.0.1:9970", "[::1]:0". Throws std::runtime_error that says what could not be listened on.
  // The port that it got.
  uint16_t listen(const std::string& endpoint);
  // No new connections; requests in hand are finished. `stopped` is called once none is left.
  void stop(std::function<void()> stopped);
  size_t connections() const { return connections_.size(); }
  size_t evicted() const { return evicted_; }

 private:
  void accept(boost::asio::ip::tcp::acceptor& acceptor);
  void admit(boost::asio::ip::tcp::socket socket);
  bool make_room(const std::string& client);
  void gone(Connection* connection);

  boost::asio::io_context& context_;
  ConnectionHost host_;
  std::list<boost::asio::ip::tcp::acceptor> acceptors_{};
  std::list<std::shared_ptr<Connection>> connections_{};  // the oldest first
  std::map<std::string, size_t> per_client_{};
  size_t evicted_ = 0;
  bool stopping_ = false;
  std::function<void()> stopped_{};
};

// What counts as one client: an IPv4 address, or an IPv6 /64 (a household has that many).
std::string client_key(const boost::asio::ip::address& address);

}  // namespace mailfleet
