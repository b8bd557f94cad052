#include "monitor/probe/connect.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/post.hpp>

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

asio::ip::address to_asio(const Address& address) {
  if (address.is_v4()) {
    asio::ip::address_v4::bytes_type bytes{};
    std::copy_n(address.octets().begin(), bytes.size(), bytes.begin());
    return asio::ip::address_v4(bytes);
  }
  asio::ip::address_v6::bytes_type bytes{};
  std::copy_n(address.octets().begin(), bytes.size(), bytes.begin());
  return asio::ip::address_v6(bytes);
}

ConnectResult explained(const error_code& error) {
  namespace e = asio::error;
  if (!error) return {};
  if (error == e::operation_aborted || error == e::bad_descriptor)
    return {.connection = Connection::cut, .why = "closed by us"};
  const std::string why = error.message();
  if (error == e::connection_refused || error == e::connection_reset)
    return {.connection = Connection::refused, .why = why};
  if (error == e::timed_out || error == e::host_unreachable)
    return {.connection = Connection::timeout, .why = why};
  return {.connection = Connection::no_route, .why = why};
}

error_code open_socket(Socket& socket, const Target& target) {
  error_code error;
  const auto protocol = target.address.is_v4() ? asio::ip::tcp::v4() : asio::ip::tcp::v6();
  if (socket.open(protocol, error); error) return error;
  if (socket.non_blocking(true, error); error) return error;
  if (target.source && target.source->is_v4() == target.address.is_v4())
    socket.bind(asio::ip::tcp::endpoint(to_asio(*target.source), 0), error);
  return error;
}

}  // namespace

void connect_to(Socket& socket, const Target& target, const Reach& reach,
                std::function<void(ConnectResult)> done) {
  const auto later = [&socket, &done](ConnectResult result) {
    asio::post(socket.get_executor(),
               [result = std::move(result), done = std::move(done)] { done(result); });
  };
  const ReachVerdict verdict = judge_reach(target.address, target.port, reach);
  if (verdict.refusal != Refusal::none)
    return later({.connection = verdict.refusal == Refusal::special ? Connection::special
                                                                    : Connection::denied,
                  .why = std::string(verdict.why)});
  if (const error_code error = open_socket(socket, target)) {
    ConnectResult result = explained(error);
    result.connection = Connection::no_route;
    return later(std::move(result));
  }
  socket.async_connect(
      asio::ip::tcp::endpoint(to_asio(target.address), target.port),
      [done = std::move(done)](const error_code& error) { done(explained(error)); });
}

// A datagram socket that is "connected" has looked up its route and its own address, no more.
bool has_route(const Address& address) {
  asio::io_context context;
  asio::ip::udp::socket socket(context);
  error_code error;
  const asio::ip::udp::endpoint there(to_asio(address), 25);
  if (socket.open(there.protocol(), error); error) return false;
  socket.connect(there, error);
  return !error;
}

}  // namespace mailfleet
