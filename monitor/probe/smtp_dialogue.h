// One SMTP session from the greeting to QUIT, without the network: told what came, it says what to
// do next. EHLO (or HELO), STARTTLS, EHLO again inside TLS, QUIT (RFC 5321, RFC 3207), in strict
// lock-step and never a MAIL FROM. The socket lives in smtp_probe.cc.
//
// It observes and does not judge: whatever a server does, the result is an SmtpObservation. Plain
// 4xx and 5xx replies, silence and closed connections are reported by phase; `offered` is set only
// by an EHLO answer.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/base/evidence.h"
#include "monitor/probe/smtp_reply.h"

namespace mailfleet {

class SmtpDialogue {
 public:
  enum class Act : uint8_t { read, write, handshake, close };
  struct Next {
    Act act = Act::read;
    std::string bytes{};  // to write; reading follows by itself

    bool operator==(const Next&) const = default;
  };
  enum class Phase : uint8_t {
    greeting,
    ehlo,
    helo,
    starttls,
    handshake,
    ehlo_tls,
    helo_tls,
    quit
  };
  // What a session is for: `whole` ends with EHLO inside TLS; `handshake_only` quits as soon as the
  // handshake went one way or the other (the connections of a deep scan).
  enum class Purpose : uint8_t { whole, handshake_only };

  explicit SmtpDialogue(std::string our_name, Purpose purpose = Purpose::whole)
      : our_name_(std::move(our_name)), purpose_(purpose) {}

  Next on_bytes(std::string_view bytes);
  // The server spoke between its reply to STARTTLS and our ClientHello.
  Next on_early_bytes();
  Next on_tls(TlsSession session);
  // `reason`: handshake_failed, handshake_timeout or closed. `seen`: what was learnt all the same.
  Next on_handshake_failed(SmtpReason reason, std::string why, std::optional<TlsSession> seen = {});
  // The connection ended. An alert inside TLS is the server's way to refuse us after TLS 1.3 stood.
  Next on_closed(std::string why, bool by_alert = false);
  Next on_time_out(std::string why);

  Phase phase() const { return phase_; }
  // The server said 421, 450, 454 or 554 somewhere: leave it alone for a while.
  bool asked_to_go_away() const { return asked_to_go_away_; }
  SmtpObservation take() { return std::move(seen_); }

 private:
  Next on_reply(const SmtpReply& reply);
  Next on_ehlo_reply(const SmtpReply& reply);
  Next on_inner_reply(const SmtpReply& reply);
  Next on_unreadable(std::string why);
  Next conclude(SmtpReason reason, std::string why = {});
  Next abandon(SmtpReason reason, std::string why);
  Next say(Phase phase, std::string line);

  std::string our_name_;
  Purpose purpose_;
  Phase phase_ = Phase::greeting;
  SmtpReplyReader reader_{};
  SmtpObservation seen_{.outcome = Outcome::answered, .reachable = true};
  std::optional<TlsSession> unproven_{};
  bool asked_to_go_away_ = false;
};

// RFC 5321 §4.1.1.1: the keyword is the first word of a line after the first, in any case.
bool offers_starttls(const std::vector<std::string>& ehlo_lines);
// A middlebox that overwrites what it does not like: "250-XXXXXXXA".
bool has_masked_keyword(const std::vector<std::string>& ehlo_lines);

}  // namespace mailfleet
