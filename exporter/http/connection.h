// One client's connection: reads requests, asks the handler, writes answers, one after the other.
// Every wait has a deadline. Lives on the web thread.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>

#include "checks/base/time.h"
#include "exporter/http/message.h"
#include "exporter/http/request_reader.h"
#include "exporter/http/wire.h"

namespace mailfleet {

// From the first octet (or the connect) to the last of a request, however slowly they drip.
constexpr std::chrono::seconds request_deadline{10};
constexpr std::chrono::seconds keep_alive_idle{30};
constexpr std::chrono::seconds handler_deadline{
    10};                                            // the store answers in milliseconds, or is ill
constexpr std::chrono::seconds write_deadline{60};  // 40 MB of metrics over a slow line
constexpr std::chrono::seconds linger_deadline{2};  // for the client to read why it was refused

struct ConnectionHost {
  std::function<void(const Request&, Reply)> handle{};
  std::function<void(const Request&, const WireAnswer&)> answered{};  // for counting
  std::function<Time()> now{};
};

namespace web {

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // idle: between requests. reading: part of one has come, or none since the connect.
  enum class Phase { idle, reading, handling, writing, lingering, closed };

  Connection(boost::asio::ip::tcp::socket socket, std::string client, const ConnectionHost& host,
             std::function<void(Connection*)> gone);
  void start();
  void close();  // at once
  // No further request after the one in hand; at once when there is none.
  void finish();
  Phase phase() const { return phase_; }
  const std::string& client() const { return client_; }

 private:
  void read();
  void on_read(const boost::system::error_code& error, size_t length);
  void advance();
  void handle(Request request);
  void respond(Response response);
  void on_written(const boost::system::error_code& error);
  void refuse(unsigned status, const std::string& why);
  void linger();
  void continue_body();
  void enter(Phase phase, std::chrono::steady_clock::duration limit);
  void on_deadline();

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  const std::string client_;
  const ConnectionHost& host_;  // outlives every connection
  std::function<void(Connection*)> gone_;
  RequestReader reader_{};
  Request request_{};  // the one in hand
  WireAnswer answer_{};
  std::array<char, 8192> chunk_{};
  Phase phase_ = Phase::reading;
  uint64_t turn_ = 0;     // counts requests, so that a late answer finds nobody
  bool reading_ = false;  // a read is outstanding
  bool last_ = false;     // close after this answer
};

}  // namespace web
using web::Connection;

}  // namespace mailfleet
