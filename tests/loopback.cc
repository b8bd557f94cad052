#include "tests/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

namespace mailfleet {
namespace {

struct Pki {
  MadeCertificate root = make_root("Loopback Root");
  SslContextHandle good = context_for({.issuer = &root});
  SslContextHandle misnamed = context_for({.names = {"other.example.org"}, .issuer = &root});
  SslContextHandle self_signed = context_for({.key = "ec-p256/self"});
  std::string file{};

  Pki() {
    file = (std::filesystem::temp_directory_path() /
            ("mailfleet-roots-" + std::to_string(getpid()) + ".pem"))
               .string();
    std::ofstream(file) << root.pem();
  }
  ~Pki() { std::filesystem::remove(file); }
  Pki(const Pki&) = delete;
  Pki& operator=(const Pki&) = delete;

  static SslContextHandle context_for(const CertificateRecipe& recipe) {
    const MadeCertificate leaf = make_certificate(recipe);
    SslContextHandle context(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_use_certificate(context.get(), leaf.certificate.get());
    SSL_CTX_use_PrivateKey(context.get(), leaf.key);
    return context;
  }
};

Pki& pki() {
  static Pki made;
  return made;
}

}  // namespace

SSL_CTX* good_server() { return pki().good.get(); }
SSL_CTX* misnamed_server() { return pki().misnamed.get(); }
SSL_CTX* self_signed_server() { return pki().self_signed.get(); }
std::string trusted_roots_file() { return pki().file; }
Time test_now() { return *parse_time("2026-11-21T12:00:00Z"); }

const Address& loopback_address() {
  static const Address address = *Address::parse("127.0.0.1");
  return address;
}

ProbeSettings loopback_settings(uint16_t port) {
  using namespace std::chrono_literals;
  ProbeSettings out;
  out.reach = {.smtp_port = port, .https_port = port, .allow = {*Network::parse("127.0.0.0/8")}};
  out.ehlo_name = "monitor.example";
  out.ca_file = trusted_roots_file();
  out.per_address_per_minute = 600;
  out.smtp_deadline = out.https_deadline = out.banner_timeout = 30s;
  out.quit_patience = 200ms;
  out.loop_lag = 60s;
  return out;
}

void ordinary_mail_host(Peer& peer, SSL_CTX* context) {
  if (!peer.say("220 mx1.example.com ESMTP\r\n") || !peer.hear().starts_with("EHLO ")) return;
  peer.say("250-mx1.example.com\r\n250-SIZE 1000\r\n250 STARTTLS\r\n");
  if (peer.hear() != "STARTTLS" || !peer.say("220 go\r\n") || !peer.start_tls(context)) return;
  if (peer.hear().starts_with("EHLO ")) peer.say("250-mx1.example.com\r\n250 SIZE 1000\r\n");
  if (peer.hear() == "QUIT") peer.say("221 bye\r\n");
}

Peer::~Peer() { close(socket_); }

bool Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = static_cast<int>(bytes.size());
    const ssize_t sent = tls_ ? SSL_write(tls_.get(), bytes.data(), size)
                              : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

int Peer::read_some(char* into, int size) {
  return tls_ ? SSL_read(tls_.get(), into, size)
              : static_cast<int>(recv(socket_, into, static_cast<size_t>(size), 0));
}

std::string Peer::hear_until(std::string_view end) {
  for (;;) {
    if (const size_t found = buffer_.find(end); found != std::string::npos) {
      std::string out = buffer_.substr(0, found);
      buffer_.erase(0, found + end.size());
      return out;
    }
    char bytes[1024];
    const int count = read_some(bytes, sizeof bytes);
    if (count <= 0) return {};
    buffer_.append(bytes, static_cast<size_t>(count));
  }
}

std::string Peer::hear() { return hear_until("\r\n"); }

void Peer::wait_for_end() {
  char bytes[1024];
  while (read_some(bytes, sizeof bytes) > 0) {
  }
}

bool Peer::start_tls(SSL_CTX* context) {
  tls_.reset(SSL_new(context));
  SSL_set_fd(tls_.get(), socket_);
  return SSL_accept(tls_.get()) == 1;
}

void Peer::drip(std::string_view bytes, int repeat) {
  for (int i = 0; i < repeat; ++i)
    for (const char c : bytes) {
      pollfd watched{.fd = socket_, .events = POLLRDHUP, .revents = 0};
      if (poll(&watched, 1, 5) > 0 || !say(std::string_view(&c, 1))) return;
    }
}

void Peer::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

LoopbackServer::LoopbackServer(Script script) : script_(std::move(script)) {
  std::signal(SIGPIPE, SIG_IGN);
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  bind(listener_, reinterpret_cast<sockaddr*>(&at), size);
  listen(listener_, 16);
  getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size);
  port_ = ntohs(at.sin_port);
  thread_ = std::thread([this] { serve(); });
}

LoopbackServer::~LoopbackServer() {
  ending_ = true;
  shutdown(listener_, SHUT_RDWR);  // wakes accept()
  thread_.join();
  close(listener_);
}

void LoopbackServer::serve() {
  while (!ending_) {
    const int accepted = accept(listener_, nullptr, nullptr);
    if (accepted < 0) return;
    ++connections_;
    Peer peer(accepted);
    script_(peer);
  }
}

}  // namespace mailfleet
