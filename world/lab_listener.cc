#include "world/lab_listener.h"

#include <sys/socket.h>

#include <vector>

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Error = boost::system::error_code;

tcp::endpoint endpoint_of(const Address& address, uint16_t port) {
  const auto& octets = address.octets();
  return {asio::ip::address_v4({octets[0], octets[1], octets[2], octets[3]}), port};
}

}  // namespace

struct LabListener::Parts : std::enable_shared_from_this<LabListener::Parts> {
  Parts(asio::io_context& network, Accept accepts)
      : acceptor(network), accept(std::move(accepts)) {}

  void wait() {
    acceptor.async_accept([self = shared_from_this()](Error error, tcp::socket socket) {
      if (!self->acceptor.is_open()) return;
      if (!error) self->accept(std::move(socket));
      self->wait();
    });
  }

  tcp::acceptor acceptor;
  Accept accept;
  std::vector<tcp::socket> fillers{};
};

LabListener::LabListener(asio::io_context& network, const Address& address, uint16_t port,
                         Accept accept)
    : network_(network), endpoint_(endpoint_of(address, port)), accept_(std::move(accept)) {}

LabListener::~LabListener() {
  if (!parts_) return;
  Error ignored;
  parts_->acceptor.close(ignored);
}

void LabListener::become(Arrival arrival) {
  if (arrival == arrival_) return;
  arrival_ = arrival;
  if (parts_) {
    Error ignored;
    parts_->acceptor.close(ignored);
    parts_.reset();
  }
  if (arrival == Arrival::accepted) {
    open(asio::socket_base::max_listen_connections);
    parts_->wait();
  }
  if (arrival == Arrival::unanswered) {
    open(0);
    jam();
  }
}

void LabListener::open(int backlog) {
  parts_ = std::make_shared<Parts>(network_, accept_);
  parts_->acceptor.open(tcp::v4());
  parts_->acceptor.set_option(asio::socket_base::reuse_address(true));
  parts_->acceptor.bind(endpoint_);
  parts_->acceptor.listen(backlog);
}

// Once the queue of a listening socket is full and nobody accepts, the kernel drops what more
// comes: to the caller, nobody is there.
void LabListener::jam() {
  constexpr int fill = 2;
  for (int i = 0; i < fill; ++i) {
    tcp::socket filler(network_, tcp::v4());
    filler.native_non_blocking(true);
    // Not through Asio, which would wait for the end. The answer is "in progress".
    (void)::connect(filler.native_handle(), endpoint_.data(),
                    static_cast<socklen_t>(endpoint_.size()));
    parts_->fillers.push_back(std::move(filler));
  }
}

}  // namespace mailfleet
