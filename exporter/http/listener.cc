#include "exporter/http/listener.h"

#include <algorithm>
#include <boost/asio/ip/v6_only.hpp>
#include <charconv>
#include <stdexcept>
#include <utility>

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

[[noreturn]] void refuse(const std::string& endpoint, const std::string& why) {
  throw std::runtime_error("cannot listen on " + endpoint + ": " + why);
}

tcp::endpoint parse_endpoint(const std::string& text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) refuse(text, "ADDRESS:PORT expected");
  std::string address = text.substr(0, colon);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data() + colon + 1, end, port);
  if (fault != std::errc() || rest != end) refuse(text, "the port must be a number to 65535");
  error_code error;
  const auto parsed = asio::ip::make_address(address == "localhost" ? "127.0.0.1" : address, error);
  if (error) refuse(text, "an IP address expected before the port");
  return {parsed, port};
}

bool waits(const Connection& connection) {
  using Phase = Connection::Phase;
  return connection.phase() == Phase::idle || connection.phase() == Phase::reading ||
         connection.phase() == Phase::lingering;
}

}  // namespace

std::string client_key(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  auto octets = v6.to_bytes();
  std::fill(octets.begin() + 8, octets.end(), uint8_t{0});
  return asio::ip::address_v6(octets).to_string() + "/64";
}

Listener::Listener(asio::io_context& context, ConnectionHost host)
    : context_(context), host_(std::move(host)) {}

uint16_t Listener::listen(const std::string& text) {
  const tcp::endpoint endpoint = parse_endpoint(text);
  tcp::acceptor acceptor(context_);
  error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) refuse(text, error.message());
  const uint16_t port = acceptor.local_endpoint().port();
  acceptors_.push_back(std::move(acceptor));
  accept(acceptors_.back());
  return port;
}

void Listener::accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([this, &acceptor](const error_code& error, tcp::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (!error) {
      admit(std::move(socket));
      return accept(acceptor);
    }
    // Out of files, most likely: whoever waits makes room, and we try again soon.
    make_room("");
    const auto pause = std::make_shared<asio::steady_timer>(context_, accept_pause);
    pause->async_wait([this, &acceptor, pause](const error_code&) {
      if (!stopping_) accept(acceptor);
    });
  });
}

void Listener::admit(tcp::socket socket) {
  error_code error;
  const tcp::endpoint peer = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  std::string client = client_key(peer.address());
  if (connections_.size() >= max_web_connections && !make_room("")) return;
  const auto held = per_client_.find(client);
  if (held != per_client_.end() && held->second >= max_web_connections_per_client &&
      !make_room(client))
    return;
  ++per_client_[client];
  connections_.push_back(std::make_shared<Connection>(std::move(socket), std::move(client), host_,
                                                      [this](Connection* each) { gone(each); }));
  connections_.back()->start();
}

// Closes the longest-standing connection (of that client, if one is named) that has no request in
// hand; those between two requests first. False when all are busy.
bool Listener::make_room(const std::string& client) {
  std::shared_ptr<Connection> victim;
  for (const auto& each : connections_) {
    if ((!client.empty() && each->client() != client) || !waits(*each)) continue;
    if (!victim) victim = each;
    if (each->phase() != Connection::Phase::idle) continue;
    victim = each;
    break;
  }
  if (!victim) return false;
  ++evicted_;
  victim->close();
  return true;
}

void Listener::gone(Connection* connection) {
  const auto found = per_client_.find(connection->client());
  if (found != per_client_.end() && --found->second == 0) per_client_.erase(found);
  std::erase_if(connections_, [&](const auto& each) { return each.get() == connection; });
  if (stopping_ && connections_.empty() && stopped_) std::exchange(stopped_, nullptr)();
}

void Listener::stop(std::function<void()> stopped) {
  stopping_ = true;
  error_code ignored;
  for (auto& acceptor : acceptors_) acceptor.close(ignored);
  const auto all = connections_;
  for (const auto& each : all) each->finish();
  if (connections_.empty())
    stopped();
  else
    stopped_ = std::move(stopped);
}

}  // namespace mailfleet
