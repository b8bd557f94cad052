// The lab's name server on loopback sockets: UDP and TCP on one port (RFC 7766). Runs on the
// caller's io_context, one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "world/lab_dns.h"

namespace mailfleet {

class LabDnsServer {
 public:
  // Answers to a packet within a limit of octets.
  using Answerer = std::function<LabAnswer(std::string_view packet, size_t limit)>;

  // `port` 0 picks a free one. Throws boost::system::system_error when it is taken.
  LabDnsServer(boost::asio::io_context& network, uint16_t port, Answerer answerer);
  ~LabDnsServer();
  uint16_t port() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace mailfleet
