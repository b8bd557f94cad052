#include "bench/limit/http.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "bench/measure.h"

namespace mailfleet::bench {
namespace {

constexpr int wake_ms = 50;
constexpr size_t read_octets = 65536;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return out;
}

}  // namespace

BareServer::BareServer(std::string answer) : answer_(std::move(answer)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  sockaddr_in at = loopback(0);
  socklen_t size = sizeof at;
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&at), size) != 0 ||
      listen(listener_, 128) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) != 0)
    throw std::runtime_error("bare server: cannot listen");
  port_ = ntohs(at.sin_port);
  thread_ = std::thread([this] { run(); });
}

BareServer::~BareServer() {
  ending_ = true;
  thread_.join();
  close(listener_);
}

void BareServer::run() {
  const int epoll = epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener_}};
  epoll_ctl(epoll, EPOLL_CTL_ADD, listener_, &event);
  std::array<epoll_event, 16> events{};
  std::array<char, read_octets> buffer{};
  while (!ending_) {
    const int count = epoll_wait(epoll, events.data(), events.size(), wake_ms);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<size_t>(i)].data.fd;
      if (fd == listener_) {
        const int client = accept4(listener_, nullptr, nullptr, 0);
        event = {.events = EPOLLIN, .data = {.fd = client}};
        epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
        continue;
      }
      if (recv(fd, buffer.data(), buffer.size(), 0) <= 0 ||
          send(fd, answer_.data(), answer_.size(), MSG_NOSIGNAL) < 0)
        close(fd);
    }
  }
  close(epoll);
}

KeepAliveClient::KeepAliveClient(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
  const sockaddr_in to = loopback(port);
  const int one = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)
    throw std::runtime_error("client: cannot connect");
}

KeepAliveClient::~KeepAliveClient() { close(fd_); }

void KeepAliveClient::send_all(const std::string& request) {
  incoming_.clear();
  if (send(fd_, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    throw std::runtime_error("client: cannot send");
}

void KeepAliveClient::read_some() {
  static thread_local std::array<char, read_octets> buffer{};
  const ssize_t size = recv(fd_, buffer.data(), buffer.size(), 0);
  if (size <= 0) throw std::runtime_error("client: the server closed");
  incoming_.append(buffer.data(), static_cast<size_t>(size));
}

bool KeepAliveClient::whole() const {
  const size_t head = incoming_.find("\r\n\r\n");
  if (head == std::string::npos) return false;
  if (incoming_.starts_with("HTTP/1.1 304")) return true;
  constexpr std::string_view field = "Content-Length: ";
  const size_t at = incoming_.find(field);
  if (at == std::string::npos || at > head) throw std::runtime_error("client: no length");
  const size_t length = std::strtoull(incoming_.c_str() + at + field.size(), nullptr, 10);
  return incoming_.size() >= head + 4 + length;
}

std::string KeepAliveClient::ask(const std::string& request) {
  send_all(request);
  while (!whole()) read_some();
  return incoming_;
}

double KeepAliveClient::first_byte(const std::string& request) {
  const double start = wall_seconds();
  send_all(request);
  read_some();
  const double out = wall_seconds() - start;
  while (!whole()) read_some();
  return out;
}

std::string get_request(const std::string& path, const std::string& fields) {
  return "GET " + path + " HTTP/1.1\r\nHost: bench\r\n" + fields + "\r\n";
}

}  // namespace mailfleet::bench
