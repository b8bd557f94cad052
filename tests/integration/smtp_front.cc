#include "tests/integration/smtp_front.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <string_view>

namespace mailfleet {
namespace {

using Manner = SmtpDoor::Manner;

sockaddr_in endpoint(const std::string& address, uint16_t port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  if (inet_pton(AF_INET, address.c_str(), &at.sin_addr) != 1)
    throw std::runtime_error(address + ": no IPv4 address");
  return at;
}

int listen_at(const std::string& address, uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const sockaddr_in at = endpoint(address, port);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
      listen(listener, 16) == 0)
    return listener;
  close(listener);
  return -1;
}

uint16_t port_of(int listener) {
  sockaddr_in at{};
  socklen_t size = sizeof at;
  getsockname(listener, reinterpret_cast<sockaddr*>(&at), &size);
  return ntohs(at.sin_port);
}

bool say(int client, std::string_view text) {
  return send(client, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
}

// A line, or the end of the connection; the test's own client sends one at a time.
bool hear(int client) {
  char octet = 0;
  while (recv(client, &octet, 1, 0) == 1)
    if (octet == '\n') return true;
  return false;
}

void wait_for_end(int client) {
  char octets[1024];
  while (recv(client, octets, sizeof octets, 0) > 0) {
  }
}

bool pass_on(int from, int to) {
  char octets[16 * 1024];
  const ssize_t size = recv(from, octets, sizeof octets, 0);
  return size > 0 && say(to, std::string_view(octets, static_cast<size_t>(size)));
}

void pump(int client, int server) {
  pollfd both[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  while (poll(both, 2, -1) > 0) {
    if (both[0].revents && !pass_on(client, server)) return;
    if (both[1].revents && !pass_on(server, client)) return;
  }
}

void into_tls(int client, const SmtpDoor& door) {
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in at = endpoint("127.0.0.1", door.server_port);
  if (connect(server, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
    // What s_server will say inside TLS, whatever it is asked.
    constexpr std::string_view answer = "250 inside\r\n";
    if (write(door.server_input, answer.data(), answer.size()) > 0) pump(client, server);
  }
  close(server);
}

void reset(int client) {
  const linger at_once{1, 0};
  setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void greet(int client, const SmtpDoor& door, const std::atomic<bool>& ending) {
  if (door.manner == Manner::silent) return wait_for_end(client);
  if (door.manner == Manner::hang_up) return;
  if (door.manner == Manner::drip) {
    pollfd gone{client, POLLIN, 0};
    while (!ending && say(client, "2") && poll(&gone, 1, 50) == 0) {
    }
    return;
  }
  if (door.manner == Manner::greet_421) say(client, "421 too many connections\r\n");
  if (door.manner == Manner::greet_554) say(client, "554 not for you\r\n");
  if (door.manner == Manner::greet_421 || door.manner == Manner::greet_554)
    return wait_for_end(client);
  if (!say(client, "220 front.test ESMTP\r\n") || !hear(client)) return;
  if (!say(client, "250-front.test\r\n250 STARTTLS\r\n") || !hear(client)) return;
  if (door.manner == Manner::starttls_454) {
    say(client, "454 not now\r\n");
    return wait_for_end(client);
  }
  if (!say(client, "220 go\r\n")) return;
  if (door.manner == Manner::starttls_silent) return wait_for_end(client);
  if (door.manner == Manner::starttls_reset) return reset(client);
  into_tls(client, door);
}

}  // namespace

SmtpFront::SmtpFront(std::map<std::string, SmtpDoor> doors) {
  signal(SIGPIPE, SIG_IGN);  // a server behind a door may have ended
  for (const auto& [address, door] : doors) {
    const int listener = listen_at(address, port_);
    if (listener < 0) throw std::runtime_error(address + ": cannot listen");
    port_ = port_of(listener);
    listeners_.push_back(listener);
  }
  size_t at = 0;
  for (const auto& [address, door] : doors)
    threads_.emplace_back([this, door, listener = listeners_[at++]] { serve(door, listener); });
}

SmtpFront::~SmtpFront() {
  ending_ = true;
  for (const int listener : listeners_) shutdown(listener, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
  for (const int listener : listeners_) close(listener);
}

void SmtpFront::serve(const SmtpDoor& door, int listener) {
  while (!ending_) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    greet(client, door, ending_);
    close(client);
  }
}

}  // namespace mailfleet
