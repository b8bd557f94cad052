#include "bench/limit/sessions.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>

#include "bench/measure.h"

namespace mailfleet::bench {
namespace {

constexpr int patience_ms = 10000;
constexpr int read_octets = 4096;

// What to say, and what must have come before it is said.
struct Step {
  std::string awaited{};  // a line that starts so; empty: nothing
  std::string said{};
  bool handshake = false;  // after it
};
using Script = std::vector<Step> (*)(const Name& host);

std::vector<Step> starttls_script(const Name&) {
  return {{"220 ", "EHLO bench.example\r\n"}, {"250 ", "STARTTLS\r\n"}, {"220 ", "", true},
          {"", "EHLO bench.example\r\n"},     {"250 ", "QUIT\r\n"},     {"221 ", ""}};
}

std::vector<Step> https_script(const Name& host) {
  return {{"", "", true},
          {"", "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + host.text() +
                   "\r\nConnection: close\r\n\r\n"},
          {"max_age", ""}};
}

struct Session {
  int fd = -1;
  SSL* ssl = nullptr;
  std::vector<Step> steps{};
  size_t at = 0;
  bool shaking = false;
  bool secure = false;
  std::string incoming{};
  const Name* host = nullptr;
};

class Runner {
 public:
  Runner(const SessionTargets& targets, Script script)
      : hosts_(targets.hosts),
        port_(targets.port),
        script_(script),
        epoll_(epoll_create1(0)),
        context_(SSL_CTX_new(TLS_client_method())) {
    // Verifies all the same, and goes on whatever comes of it.
    SSL_CTX_set_verify(context_, SSL_VERIFY_NONE, nullptr);
    if (SSL_CTX_load_verify_file(context_, targets.ca_file.c_str()) != 1)
      throw std::runtime_error("bare sessions: no trusted certificates");
    SSL_CTX_set_options(context_, SSL_OP_NO_TICKET);
  }
  ~Runner() {
    SSL_CTX_free(context_);
    close(epoll_);
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  size_t run(size_t in_flight) {
    std::array<epoll_event, 64> events{};
    while (ended_ < hosts_.size()) {
      while (next_ < hosts_.size() && next_ - ended_ < in_flight) start(hosts_[next_++]);
      const int count = epoll_wait(epoll_, events.data(), events.size(), patience_ms);
      if (count <= 0) throw std::runtime_error("bare sessions: the lab is silent");
      for (int i = 0; i < count; ++i) {
        auto* session = static_cast<Session*>(events[static_cast<size_t>(i)].data.ptr);
        if (!go_on(*session)) end(session);
      }
    }
    return good_;
  }

 private:
  void start(const std::pair<Name, Address>& target) {
    auto session = std::make_unique<Session>();
    session->host = &target.first;
    session->steps = script_(target.first);
    session->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port_);
    std::copy_n(target.second.octets().begin(), 4, reinterpret_cast<uint8_t*>(&to.sin_addr));
    if (connect(session->fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0 &&
        errno != EINPROGRESS)
      throw std::runtime_error("bare sessions: cannot connect");
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET, .data = {.ptr = session.get()}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, session->fd, &event);
    session.release();
  }

  void end(Session* session) {
    if (session->at >= session->steps.size() && SSL_get_verify_result(session->ssl) == X509_V_OK)
      ++good_;
    SSL_free(session->ssl);
    close(session->fd);
    delete session;
    ++ended_;
  }

  // False when the session is over.
  bool go_on(Session& session) {
    while (session.at < session.steps.size()) {
      if (session.shaking && !shake(session)) return alive_;
      Step& step = session.steps[session.at];
      if (!step.awaited.empty() && !came(session, step.awaited)) return alive_;
      if (step.handshake) begin_handshake(session);
      if (!step.said.empty() && !say(session, step.said)) return alive_;
      session.incoming.clear();
      ++session.at;
    }
    return false;
  }

  bool come_again(Session& session, int result) {
    const int error = SSL_get_error(session.ssl, result);
    alive_ = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
    return false;
  }

  void begin_handshake(Session& session) {
    session.ssl = SSL_new(context_);
    SSL_set_fd(session.ssl, session.fd);
    SSL_set_tlsext_host_name(session.ssl, session.host->text().c_str());
    SSL_set_connect_state(session.ssl);
    session.shaking = true;
  }

  bool shake(Session& session) {
    ERR_clear_error();
    const int result = SSL_connect(session.ssl);
    if (result != 1) return come_again(session, result);
    session.shaking = false;
    session.secure = true;
    return true;
  }

  bool came(Session& session, const std::string& awaited) {
    std::array<char, read_octets> buffer{};
    while (true) {
      if (const size_t found = session.incoming.find(awaited);
          found != std::string::npos && session.incoming.find('\n', found) != std::string::npos)
        return true;
      ssize_t size = 0;
      if (session.secure) {
        const int result = SSL_read(session.ssl, buffer.data(), buffer.size());
        if (result <= 0) return come_again(session, result);
        size = result;
      } else {
        size = recv(session.fd, buffer.data(), buffer.size(), 0);
        alive_ = size > 0 || (size < 0 && (errno == EAGAIN || errno == ENOTCONN));
        if (size <= 0) return false;
      }
      session.incoming.append(buffer.data(), static_cast<size_t>(size));
    }
  }

  bool say(Session& session, const std::string& words) {
    const int size = static_cast<int>(words.size());
    if (session.secure) {
      const int result = SSL_write(session.ssl, words.data(), size);
      return result == size || come_again(session, result);
    }
    alive_ = send(session.fd, words.data(), words.size(), MSG_NOSIGNAL) == size;
    return alive_;
  }

  const Hosts& hosts_;
  uint16_t port_;
  Script script_;
  int epoll_;
  SSL_CTX* context_;
  size_t next_ = 0;
  size_t ended_ = 0;
  size_t good_ = 0;
  bool alive_ = true;
};

SessionCost run(const SessionTargets& targets, size_t in_flight, Script script) {
  SessionCost out;
  Runner runner(targets, script);
  out.cpu_seconds = cpu_of([&] { out.good = runner.run(in_flight); });
  return out;
}

}  // namespace

SessionCost bare_starttls(const SessionTargets& targets, size_t in_flight) {
  return run(targets, in_flight, starttls_script);
}

SessionCost bare_https(const SessionTargets& targets, size_t in_flight) {
  return run(targets, in_flight, https_script);
}

}  // namespace mailfleet::bench
