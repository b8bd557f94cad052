#include "monitor/probe/smtp_probe.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>

#include "monitor/probe/smtp_dialogue.h"
#include "monitor/probe/wire.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
using Act = SmtpDialogue::Act;
using Phase = SmtpDialogue::Phase;

class Visit : public std::enable_shared_from_this<Visit> {
 public:
  Visit(ProbePartsPtr parts, SmtpVisit visit, std::function<void(SmtpVisited)> done)
      : parts_(std::move(parts)),
        visit_(std::move(visit)),
        done_(std::move(done)),
        wire_(parts_->io),
        timer_(parts_->io),
        talk_(parts_->settings.ehlo_name, visit_.attempt ? SmtpDialogue::Purpose::handshake_only
                                                         : SmtpDialogue::Purpose::whole) {}

  void start() {
    out_.began = Clock::now();
    end_ = out_.began + parts_->settings.smtp_deadline;
    limit_phase(parts_->settings.connect_timeout);
    wire_.connect(
        visit_.target, parts_->settings.reach,
        [self = shared_from_this()](const ConnectResult& result) { self->on_connected(result); });
  }

 private:
  // ---- the one deadline, and the shorter ones of some phases

  void limit_phase(std::chrono::milliseconds patience) {
    phase_end_ = Clock::now() + patience;
    arm();
  }

  void unlimit_phase() {
    phase_end_ = Clock::time_point::max();
    arm();
  }

  void arm() {
    timer_.expires_at(std::min(end_, phase_end_));
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      const auto self = weak.lock();
      if (error || !self) return;
      self->late_ = true;  // read first by whatever the closing wakes
      self->wire_.close();
    });
  }

  // ---- the connection

  void on_connected(const ConnectResult& result) {
    if (result.connection == Connection::made) {
      limit_phase(parts_->settings.banner_timeout);
      return follow({.act = Act::read});
    }
    SmtpObservation seen{
        .outcome = Outcome::answered, .reason = SmtpReason::timeout, .why = result.why};
    switch (result.connection) {
      case Connection::refused:
        seen.reason = SmtpReason::refused;
        break;
      case Connection::special:  // nobody can reach it over the Internet
        seen.reason = SmtpReason::no_address;
        break;
      case Connection::denied:
      case Connection::no_route:
        seen.outcome = Outcome::failed;
        seen.reason = SmtpReason::our_load;
        break;
      case Connection::cut:
        seen.why = "no connection in time";
        break;
      default:
        break;
    }
    finish(std::move(seen));
  }

  void follow(SmtpDialogue::Next next) {
    switch (next.act) {
      case Act::read:
        return wire_.read(
            [self = shared_from_this()](const WireResult& result, std::string_view bytes) {
              self->on_read(result, bytes);
            });
      case Act::write:
        return write(std::move(next.bytes));
      case Act::handshake:
        return wait_for_place();
      case Act::close:
        return finish(talk_.take());
    }
  }

  void write(std::string bytes) {
    if (talk_.phase() == Phase::quit) {
      out_.known = Clock::now();
      limit_phase(parts_->settings.quit_patience);
    } else {
      unlimit_phase();
    }
    wire_.write(std::move(bytes), [self = shared_from_this()](const WireResult& result) {
      if (result.ok())
        self->follow({.act = Act::read});
      else
        self->follow(self->ended(result));
    });
  }

  void on_read(const WireResult& result, std::string_view bytes) {
    if (late_ || !result.ok()) return follow(ended(result));
    follow(talk_.on_bytes(bytes));
  }

  SmtpDialogue::Next ended(const WireResult& result) {
    if (late_) return talk_.on_time_out("no answer in time");
    return talk_.on_closed(result.why, result.kind == WireResult::Kind::alert);
  }

  // ---- TLS

  void wait_for_place() {
    const auto remaining = end_ - Clock::now();
    timer_.cancel();
    parts_->handshakes.acquire([self = shared_from_this(), remaining] {
      self->holds_place_ = true;
      self->end_ = Clock::now() + remaining;
      self->unlimit_phase();
      self->begin_tls();
    });
  }

  void begin_tls() {
    if (late_) return follow(talk_.on_time_out("no time left for TLS"));
    // A server says nothing between its 220 and our ClientHello.
    if (wire_.bytes_are_waiting()) return follow(talk_.on_early_bytes());
    if (visit_.attempt && !visit_.attempt->hello.empty()) return send_hello();
    SslPtr session =
        parts_->tls.session(visit_.host, visit_.attempt ? visit_.attempt->offer : TlsOffer{});
    if (!session)
      return follow(talk_.on_handshake_failed(SmtpReason::closed, "our TLS cannot offer this"));
    wire_.handshake(std::move(session), [self = shared_from_this()](const WireResult& result) {
      self->on_handshake(result);
    });
  }

  void on_handshake(const WireResult& result) {
    leave_place();
    if (late_) return follow(talk_.on_time_out("no end of the handshake in time"));
    if (result.ok()) {
      out_.answer = TlsAnswer::accepted;
      out_.dh_bits = dh_bits(wire_.session());
      return follow(talk_.on_tls(visit_.attempt ? read_parameters(wire_.session())
                                                : read_session(wire_.session(), parts_->trusted)));
    }
    if (result.failure.refused_offer) out_.answer = TlsAnswer::refused;
    const bool torn =
        result.kind == WireResult::Kind::reset || result.kind == WireResult::Kind::closed;
    follow(talk_.on_handshake_failed(torn ? SmtpReason::closed : SmtpReason::handshake_failed,
                                     result.why, session_of(result.failure)));
  }

  // ---- a bare ClientHello instead of a handshake

  void send_hello() {
    wire_.write(visit_.attempt->hello, [self = shared_from_this()](const WireResult& result) {
      if (result.ok() && !self->late_)
        self->read_hello();
      else
        self->end_hello();
    });
  }

  void read_hello() {
    wire_.read([self = shared_from_this()](const WireResult& result, std::string_view bytes) {
      if (self->late_ || !result.ok()) return self->end_hello();
      self->hello_ += bytes.substr(0, max_hello_reply_bytes - self->hello_.size());
      self->out_.hello = read_hello_reply(self->hello_);
      if (self->out_.hello.kind == HelloReply::Kind::more &&
          self->hello_.size() < max_hello_reply_bytes)
        return self->read_hello();
      self->end_hello();
    });
  }

  void end_hello() {
    follow(talk_.on_handshake_failed(SmtpReason::closed, "a hello of a deep scan"));
  }

  // ---- the end

  void leave_place() {
    if (!holds_place_) return;
    holds_place_ = false;
    parts_->handshakes.release();
  }

  void finish(SmtpObservation seen) {
    leave_place();
    timer_.cancel();
    wire_.close();
    if (out_.known == Clock::time_point{}) out_.known = Clock::now();
    out_.asked_to_go_away = talk_.asked_to_go_away();
    out_.observation = std::move(seen);
    const auto done = std::move(done_);
    done(std::move(out_));
  }

  ProbePartsPtr parts_;
  SmtpVisit visit_;
  std::function<void(SmtpVisited)> done_;
  Wire wire_;
  boost::asio::steady_timer timer_;
  SmtpDialogue talk_;
  SmtpVisited out_{};
  std::string hello_{};
  Clock::time_point end_{};
  Clock::time_point phase_end_ = Clock::time_point::max();
  bool late_ = false;
  bool holds_place_ = false;
};

}  // namespace

void visit_smtp(ProbePartsPtr parts, SmtpVisit visit, std::function<void(SmtpVisited)> done) {
  std::make_shared<Visit>(std::move(parts), std::move(visit), std::move(done))->start();
}

}  // namespace mailfleet
