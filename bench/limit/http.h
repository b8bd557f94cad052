// The least that answering HTTP costs: one thread, epoll, one canned answer to whatever comes; and
// the client that asks both it and the product.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace mailfleet::bench {

class BareServer {
 public:
  explicit BareServer(std::string answer);
  ~BareServer();
  BareServer(const BareServer&) = delete;
  BareServer& operator=(const BareServer&) = delete;
  uint16_t port() const { return port_; }

 private:
  void run();
  std::string answer_;
  int listener_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

class KeepAliveClient {
 public:
  explicit KeepAliveClient(uint16_t port);
  ~KeepAliveClient();
  KeepAliveClient(const KeepAliveClient&) = delete;
  KeepAliveClient& operator=(const KeepAliveClient&) = delete;

  // The whole answer, head and body. Throws std::runtime_error when there is none.
  std::string ask(const std::string& request);
  // Seconds from the request to the first octet of the answer, which is then read to its end.
  double first_byte(const std::string& request);

 private:
  void send_all(const std::string& request);
  void read_some();
  bool whole() const;

  int fd_ = -1;
  std::string incoming_{};
};

std::string get_request(const std::string& path, const std::string& fields = {});

}  // namespace mailfleet::bench
