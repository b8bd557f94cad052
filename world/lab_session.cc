#include "world/lab_session.h"

#include <boost/asio/steady_timer.hpp>

#include "world/https_script.h"
#include "world/lab_wire.h"
#include "world/smtp_script.h"

namespace mailfleet {
namespace {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using asio::ip::tcp;

constexpr Milliseconds drip_pace = std::chrono::seconds(1);
constexpr size_t flood_chunk = 32 * 1024;
constexpr size_t max_request = 16 * 1024;

class LabSession : public std::enable_shared_from_this<LabSession> {
 public:
  LabSession(tcp::socket socket, const LabStage& stage, const Address& address)
      : wire_(std::move(socket)),
        timer_(wire_.socket().get_executor()),
        stage_(stage),
        address_(address) {}
  virtual ~LabSession() = default;

  virtual void start() = 0;

 protected:
  virtual void on_bytes(std::string_view bytes) = 0;
  virtual void on_tls() = 0;
  virtual SSL_CTX* context_for(std::string_view server_name) = 0;

  void perform(const ServerMove& move, Handshake handshake = Handshake::usual) {
    if (move.wait == Milliseconds(0)) return act(move, handshake);
    timer_.expires_after(move.wait);
    timer_.async_wait([self = shared_from_this(), move, handshake](Error error) {
      if (!error) self->act(move, handshake);
    });
  }

  virtual void listen() {
    wire_.read([self = shared_from_this()](bool ok, std::string_view bytes) {
      if (ok) self->on_bytes(bytes);
    });
  }

  void shake(Handshake handshake) {
    if (handshake == Handshake::hang) return discard();
    if (handshake == Handshake::close || handshake == Handshake::reset)
      return end_at_hello(handshake);
    wire_.shake([this](std::string_view name) { return context_for(name); },
                [self = shared_from_this(), handshake](bool ok) {
                  if (ok && handshake == Handshake::usual) return self->on_tls();
                  self->wire_.close();
                });
  }

  LabWire wire_;
  asio::steady_timer timer_;
  LabStage stage_;
  Address address_;

 private:
  void act(const ServerMove& move, Handshake handshake) {
    if (move.act == ServerAct::drip) return open_then(move, &LabSession::drip);
    if (move.act == ServerAct::flood) return open_then(move, &LabSession::flood);
    if (move.act == ServerAct::hang) return discard();
    wire_.write(move.bytes, [self = shared_from_this(), act = move.act, handshake](bool ok) {
      if (!ok) return;
      if (act == ServerAct::say) self->listen();
      if (act == ServerAct::start_tls) self->shake(handshake);
      if (act == ServerAct::close) self->wire_.close();
      if (act == ServerAct::reset) self->wire_.reset();
    });
  }

  void open_then(const ServerMove& move, void (LabSession::*next)(const std::string&, size_t)) {
    wire_.write(move.opening, [self = shared_from_this(), bytes = move.bytes, next](bool ok) {
      if (ok) (self.get()->*next)(bytes, 0);
    });
  }

  void drip(const std::string& bytes, size_t at) {
    wire_.write(bytes.substr(at, 1), [self = shared_from_this(), bytes, at](bool ok) {
      if (!ok) return;
      self->timer_.expires_after(drip_pace);
      self->timer_.async_wait([self, bytes, next = (at + 1) % bytes.size()](Error error) {
        if (!error) self->drip(bytes, next);
      });
    });
  }

  void flood(const std::string& bytes, size_t) {
    std::string chunk;
    while (chunk.size() < flood_chunk) chunk += bytes;
    wire_.write(std::move(chunk), [self = shared_from_this(), bytes](bool ok) {
      if (ok) self->flood(bytes, 0);
    });
  }

  // Reads on, says nothing, until the client leaves.
  void discard() {
    wire_.read([self = shared_from_this()](bool ok, std::string_view) {
      if (ok) self->discard();
    });
  }

  void end_at_hello(Handshake handshake) {
    wire_.read([self = shared_from_this(), handshake](bool, std::string_view) {
      if (handshake == Handshake::reset)
        self->wire_.reset();
      else
        self->wire_.close();
    });
  }
};

class SmtpSession : public LabSession {
 public:
  SmtpSession(tcp::socket socket, const LabStage& stage, const Address& address)
      : LabSession(std::move(socket), stage, address),
        listed_(find_smtp(*stage_.world, {}, address)),
        server_(listed_.server ? spelled_out(*listed_.server) : WorldSmtp{}),
        script_(server_, listed_.host ? listed_.host->text() : address.text()) {}

  void start() override {
    if (listed_.server) play(script_.on_connect());
  }

 private:
  void play(const ServerMove& move) { perform(move, handshake_of(server_.misbehaviour)); }

  void on_bytes(std::string_view bytes) override {
    constexpr size_t max_line = 4096;
    buffer_ += bytes;
    const size_t end = buffer_.find('\n');
    if (end == std::string::npos) {
      if (buffer_.size() < max_line) listen();
      return;
    }
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    if (line.ends_with('\r')) line.pop_back();
    play(script_.on_line(line));
  }

  // A client that sends several commands at once is answered one by one.
  void listen() override {
    if (buffer_.find('\n') == std::string::npos) return LabSession::listen();
    on_bytes({});
  }

  void on_tls() override {
    script_.on_tls();
    buffer_.clear();  // RFC 3207 §4.2: what came before counts for nothing
    listen();
  }

  SSL_CTX* context_for(std::string_view server_name) override {
    const std::string owner = listed_.host ? listed_.host->text() : std::string(server_name);
    return stage_.servers->context(server_.certificate, server_.tls, owner).context;
  }

  Listed<WorldSmtp> listed_;
  WorldSmtp server_;
  SmtpScript script_;
  std::string buffer_;
};

class HttpsSession : public LabSession {
 public:
  using LabSession::LabSession;

  void start() override {
    const auto listed = find_https(*stage_.world, {}, address_);
    if (listed.server) shake(handshake_of(listed.server->misbehaviour));
  }

 private:
  Listed<WorldHttps> listed() const {
    return find_https(*stage_.world, Name::parse(wire_.server_name()), address_);
  }

  void on_tls() override { listen(); }

  void on_bytes(std::string_view bytes) override {
    request_ += bytes;
    if (request_.size() > max_request) return wire_.close();
    if (request_.find("\r\n\r\n") == std::string::npos) return listen();
    if (const auto found = listed(); found.server) perform(answer_request(*found.server));
  }

  SSL_CTX* context_for(std::string_view server_name) override {
    const auto found = listed();
    if (!found.server) return nullptr;
    const std::string owner = found.host ? found.host->text() : std::string(server_name);
    return stage_.servers->context(found.server->certificate, found.server->tls, owner).context;
  }

  std::string request_;
};

}  // namespace

void start_smtp_session(tcp::socket socket, const LabStage& stage, const Address& address) {
  std::make_shared<SmtpSession>(std::move(socket), stage, address)->start();
}

void start_https_session(tcp::socket socket, const LabStage& stage, const Address& address) {
  std::make_shared<HttpsSession>(std::move(socket), stage, address)->start();
}

}  // namespace mailfleet
