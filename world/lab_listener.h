// One listening address of the lab, which may also refuse, or leave callers without an answer. The
// state may change while it runs. On the caller's io_context, one thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>

#include "checks/base/address.h"
#include "world/server_move.h"

namespace mailfleet {

class LabListener {
 public:
  using Accept = std::function<void(boost::asio::ip::tcp::socket)>;

  LabListener(boost::asio::io_context& network, const Address& address, uint16_t port,
              Accept accept);
  ~LabListener();
  LabListener(const LabListener&) = delete;
  LabListener& operator=(const LabListener&) = delete;

  // Throws boost::system::system_error when the port is taken.
  void become(Arrival arrival);

 private:
  struct Parts;
  void open(int backlog);
  void jam();

  boost::asio::io_context& network_;
  boost::asio::ip::tcp::endpoint endpoint_;
  Accept accept_;
  Arrival arrival_ = Arrival::refused;
  std::shared_ptr<Parts> parts_{};
};

}  // namespace mailfleet
