// The only connect() of the program. It asks reach.h first, dials exactly the address it was given
// and says how that went. It has no deadline of its own: the caller closes the socket when time is
// up. Network thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "checks/base/address.h"
#include "monitor/probe/reach.h"

namespace mailfleet {

using Socket = boost::asio::ip::tcp::socket;

// refused: the peer answered with a reset. timeout: nobody answered, or a router said so. no_route:
// this machine has no way there (no IPv6), or no socket left. special, denied: not even tried.
// cut: the caller closed the socket.
enum class Connection : uint8_t { made, refused, timeout, no_route, special, denied, cut };

struct ConnectResult {
  Connection connection = Connection::made;
  std::string why{};
};

struct Target {
  Address address{};
  uint16_t port = 0;
  std::optional<Address> source{};  // of the same family
};

// `socket` must outlive the call back, which comes from the event loop, never from within.
void connect_to(Socket& socket, const Target& target, const Reach& reach,
                std::function<void(ConnectResult)> done);

// Whether this machine knows a way to the address. Sends nothing.
bool has_route(const Address& address);

}  // namespace mailfleet
