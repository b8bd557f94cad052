#include "world/lab_dns_server.h"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using asio::ip::udp;
using Error = boost::system::error_code;

constexpr size_t udp_limit = 1232;
constexpr size_t tcp_limit = 65535;
const auto loopback = asio::ip::address_v4::loopback();

size_t limit_of(std::string_view packet) {
  const auto query = parse_query(packet);
  return query ? std::min(query->udp_size, udp_limit) : udp_limit;
}

// Calls `act` when the delay is over; at once when there is none.
template <class Act>
void after(asio::io_context& network, Milliseconds delay, Act act) {
  if (delay == Milliseconds(0)) return act();
  auto timer = std::make_shared<asio::steady_timer>(network, delay);
  timer->async_wait([timer, act = std::move(act)](Error error) mutable {
    if (!error) act();
  });
}

class TcpTalk : public std::enable_shared_from_this<TcpTalk> {
 public:
  TcpTalk(tcp::socket socket, asio::io_context& network, LabDnsServer::Answerer answerer)
      : socket_(std::move(socket)), network_(network), answerer_(std::move(answerer)) {}

  void read() {
    asio::async_read(socket_, asio::buffer(length_),
                     [self = shared_from_this()](Error error, size_t) {
                       if (!error) self->read_packet();
                     });
  }

 private:
  void read_packet() {
    packet_.resize(static_cast<size_t>(length_[0]) << 8 | length_[1]);
    asio::async_read(socket_, asio::buffer(packet_),
                     [self = shared_from_this()](Error error, size_t) {
                       if (!error) self->answer();
                     });
  }

  void answer() {
    LabAnswer made = answerer_(packet_, tcp_limit);
    if (made.packet.empty()) return read();
    after(network_, made.delay, [self = shared_from_this(), packet = made.packet] {
      self->reply_.clear();
      append_number(self->reply_, static_cast<uint32_t>(packet.size()), 2);
      self->reply_ += packet;
      asio::async_write(self->socket_, asio::buffer(self->reply_), [self](Error error, size_t) {
        if (!error) self->read();
      });
    });
  }

  tcp::socket socket_;
  asio::io_context& network_;
  LabDnsServer::Answerer answerer_;
  std::array<uint8_t, 2> length_{};
  std::string packet_;
  std::string reply_;
};

}  // namespace

struct LabDnsServer::Parts : std::enable_shared_from_this<LabDnsServer::Parts> {
  Parts(asio::io_context& io, uint16_t port, Answerer answers)
      : network(io), udp_socket(io), acceptor(io), answerer(std::move(answers)) {
    open(port);
    // Thousands of domains may be asked for at once.
    Error ignored;
    udp_socket.set_option(asio::socket_base::receive_buffer_size(4 << 20), ignored);
  }

  // One port for both; one that is free for UDP may be somebody's for TCP, so try a few.
  void open(uint16_t port) {
    constexpr int most_tries = 32;
    for (int tries = 1;; ++tries) {
      udp_socket = udp::socket(network, udp::endpoint(loopback, port));
      const tcp::endpoint same(loopback, udp_socket.local_endpoint().port());
      Error error;
      acceptor.open(same.protocol());
      acceptor.set_option(asio::socket_base::reuse_address(true));
      acceptor.bind(same, error);
      if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
      if (!error) return;
      acceptor.close();
      if (port != 0 || tries == most_tries) throw boost::system::system_error(error);
    }
  }

  void receive() {
    udp_socket.async_receive_from(asio::buffer(buffer), peer,
                                  [self = shared_from_this()](Error error, size_t size) {
                                    if (error == asio::error::operation_aborted) return;
                                    if (!error) self->answer_udp(size);
                                    if (self->udp_socket.is_open()) self->receive();
                                  });
  }

  void answer_udp(size_t size) {
    const std::string_view packet(buffer.data(), size);
    const LabAnswer made = answerer(packet, limit_of(packet));
    if (made.packet.empty()) return;
    after(network, made.delay, [self = shared_from_this(), to = peer, reply = made.packet] {
      Error ignored;  // a client that went away
      self->udp_socket.send_to(asio::buffer(reply), to, 0, ignored);
    });
  }

  void accept() {
    acceptor.async_accept([self = shared_from_this()](Error error, tcp::socket socket) {
      if (error == asio::error::operation_aborted || !self->acceptor.is_open()) return;
      if (!error)
        std::make_shared<TcpTalk>(std::move(socket), self->network, self->answerer)->read();
      self->accept();
    });
  }

  asio::io_context& network;
  udp::socket udp_socket;
  tcp::acceptor acceptor;
  Answerer answerer;
  udp::endpoint peer{};
  std::array<char, 4096> buffer{};
};

LabDnsServer::LabDnsServer(asio::io_context& network, uint16_t port, Answerer answerer)
    : parts_(std::make_shared<Parts>(network, port, std::move(answerer))) {
  parts_->receive();
  parts_->accept();
}

LabDnsServer::~LabDnsServer() {
  Error ignored;
  parts_->udp_socket.close(ignored);
  parts_->acceptor.close(ignored);
}

uint16_t LabDnsServer::port() const { return parts_->udp_socket.local_endpoint().port(); }

}  // namespace mailfleet
