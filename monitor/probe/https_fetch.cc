#include "monitor/probe/https_fetch.h"

#include <boost/asio/steady_timer.hpp>
#include <memory>

#include "monitor/probe/http_response.h"
#include "monitor/probe/wire.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;

std::string request_for(const HttpsQuestion& question) {
  return "GET " + question.path + " HTTP/1.1\r\nHost: " + question.host.text() +
         "\r\nUser-Agent: mailfleet\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
}

class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  Fetch(ProbePartsPtr parts, const HttpsQuestion& question, const Target& target,
        std::function<void(HttpsFetched)> done)
      : parts_(std::move(parts)),
        question_(question),
        target_(target),
        done_(std::move(done)),
        wire_(parts_->io),
        timer_(parts_->io) {}

  void start() {
    out_.began = Clock::now();
    end_ = out_.began + parts_->settings.https_deadline;
    arm(std::min(end_, out_.began + parts_->settings.connect_timeout));
    wire_.connect(
        target_, parts_->settings.reach,
        [self = shared_from_this()](const ConnectResult& result) { self->on_connected(result); });
  }

 private:
  void arm(Clock::time_point when) {
    timer_.expires_at(when);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->late_ = true;  // read first by whatever the closing wakes
      self->wire_.close();
    });
  }

  void on_connected(const ConnectResult& result) {
    switch (result.connection) {
      case Connection::made:
        return wait_for_place();
      case Connection::denied:
      case Connection::no_route:
        seen_.outcome = Outcome::failed;
        return finish(HttpsReason::our_load, result.why);
      case Connection::refused:
      case Connection::special:  // nobody can reach it over the Internet
        return finish(HttpsReason::refused, result.why);
      default:
        return finish(HttpsReason::timeout, late_ ? "no connection in time" : result.why);
    }
  }

  void wait_for_place() {
    const auto remaining = end_ - Clock::now();
    timer_.cancel();
    parts_->handshakes.acquire([self = shared_from_this(), remaining] {
      self->holds_place_ = true;
      self->end_ = Clock::now() + remaining;
      self->arm(self->end_);
      self->begin_tls();
    });
  }

  void begin_tls() {
    if (late_) return finish(HttpsReason::timeout, "no time left for TLS");
    // A sender that asks for a policy is of today.
    SslPtr session = parts_->tls.session(question_.host, {.lowest = TlsVersion::tls1_2});
    if (!session) return finish(HttpsReason::tls_error, "our TLS cannot begin");
    wire_.handshake(std::move(session), [self = shared_from_this()](const WireResult& result) {
      self->on_handshake(result);
    });
  }

  void on_handshake(const WireResult& result) {
    leave_place();
    if (late_) return finish(HttpsReason::timeout, "no end of the handshake in time");
    if (!result.ok()) return finish(HttpsReason::tls_error, result.why);
    seen_.tls = read_session(wire_.session(), parts_->trusted);
    // RFC 8461 §3.3: a policy from a host that cannot prove its name is no policy.
    if (const std::string fault = certificate_fault(); !fault.empty())
      return finish(HttpsReason::certificate, fault);
    wire_.write(request_for(question_), [self = shared_from_this()](const WireResult& written) {
      if (self->late_)
        self->finish(HttpsReason::timeout, "the request was not taken in time");
      else if (written.ok())
        self->read();
      else
        self->finish(HttpsReason::bad_http, written.why);
    });
  }

  std::string certificate_fault() const {
    const CertificateChain& chain = seen_.tls->chain;
    std::string out;
    for (const std::string& fault : chain_faults_at(chain, parts_->now()))
      out += (out.empty() ? "" : ", ") + fault;
    if (!out.empty()) return out;
    if (chain.sent.empty() || !certificate_names(*chain.sent.front(), question_.host))
      return "the certificate does not name " + question_.host.text();
    return {};
  }

  void read() {
    wire_.read([self = shared_from_this()](const WireResult& result, std::string_view bytes) {
      if (self->late_) return self->on_late();
      self->any_bytes_ |= !bytes.empty();
      if (result.ok()) return self->on_state(self->response_.feed(bytes));
      // Only a proper end may stand for the end of a body without a length.
      if (result.kind == WireResult::Kind::closed) return self->on_state(self->response_.end());
      self->finish(HttpsReason::bad_http, result.why);
    });
  }

  void on_late() {
    finish(any_bytes_ ? HttpsReason::slow : HttpsReason::timeout,
           any_bytes_ ? "the answer came too slowly" : "no answer in time");
  }

  void on_state(HttpResponse::State state) {
    switch (state) {
      case HttpResponse::State::more:
        return read();
      case HttpResponse::State::too_large:
        return finish(HttpsReason::too_large, response_.why());
      case HttpResponse::State::bad:
        return finish(HttpsReason::bad_http, response_.why());
      case HttpResponse::State::done:
        break;
    }
    seen_.status = response_.status();
    seen_.content_type = response_.content_type();
    if (seen_.status / 100 == 3) return finish(HttpsReason::redirect, "");
    if (seen_.status != 200) return finish(HttpsReason::status, "");
    seen_.body = response_.take_body();
    seen_.fetched_at = parts_->now();
    finish(HttpsReason::ok, "");
  }

  void leave_place() {
    if (!holds_place_) return;
    holds_place_ = false;
    parts_->handshakes.release();
  }

  void finish(HttpsReason reason, std::string why) {
    leave_place();
    timer_.cancel();
    wire_.close();
    if (seen_.outcome == Outcome::pending) seen_.outcome = Outcome::answered;
    seen_.reason = reason;
    seen_.why = std::move(why);
    out_.observation = std::move(seen_);
    const auto done = std::move(done_);
    done(std::move(out_));
  }

  ProbePartsPtr parts_;
  HttpsQuestion question_;
  Target target_;
  std::function<void(HttpsFetched)> done_;
  Wire wire_;
  boost::asio::steady_timer timer_;
  HttpResponse response_{};
  HttpsObservation seen_{};
  HttpsFetched out_{};
  Clock::time_point end_{};
  bool late_ = false;
  bool any_bytes_ = false;
  bool holds_place_ = false;
};

}  // namespace

void fetch_https(ProbePartsPtr parts, const HttpsQuestion& question, const Target& target,
                 std::function<void(HttpsFetched)> done) {
  std::make_shared<Fetch>(std::move(parts), question, target, std::move(done))->start();
}

}  // namespace mailfleet
