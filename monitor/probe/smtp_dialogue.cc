#include "monitor/probe/smtp_dialogue.h"

#include <algorithm>

#include "checks/base/text.h"
#include "monitor/probe/limits.h"

namespace mailfleet {
namespace {

std::string_view keyword(std::string_view line) {
  return line.substr(0, line.find_first_of(" \t"));
}

bool is_masked(std::string_view word) {
  constexpr size_t shortest_mask = 4;
  const std::string folded = ascii_lower(word);
  const size_t run = std::min(folded.find_first_not_of('x'), folded.size());
  return run >= shortest_mask && folded.size() <= run + 1;
}

// Everything after the greeting line of an EHLO answer.
std::vector<std::string> extensions(const SmtpReply& reply) {
  const size_t count = std::min(reply.lines.size(), limits::ehlo_lines_kept + 1);
  return {reply.lines.begin() + (count ? 1 : 0),
          reply.lines.begin() + static_cast<std::ptrdiff_t>(count)};
}

bool wants_rest(int code) { return code == 421 || code == 450 || code == 454 || code == 554; }

}  // namespace

bool offers_starttls(const std::vector<std::string>& ehlo_lines) {
  return std::ranges::any_of(ehlo_lines, [](const std::string& line) {
    return equal_ignoring_case(keyword(line), "STARTTLS");
  });
}

bool has_masked_keyword(const std::vector<std::string>& ehlo_lines) {
  return std::ranges::any_of(ehlo_lines,
                             [](const std::string& line) { return is_masked(keyword(line)); });
}

SmtpDialogue::Next SmtpDialogue::on_bytes(std::string_view bytes) {
  switch (reader_.feed(bytes)) {
    case SmtpReplyReader::State::more:
      return {.act = Act::read};
    case SmtpReplyReader::State::ready:
      return on_reply(reader_.take());
    case SmtpReplyReader::State::malformed:
      return on_unreadable("not an SMTP reply: " + reader_.offending());
    case SmtpReplyReader::State::too_long:
      return on_unreadable("a reply without end");
  }
  return {.act = Act::close};
}

SmtpDialogue::Next SmtpDialogue::on_reply(const SmtpReply& reply) {
  if (phase_ == Phase::quit) return {.act = Act::close};
  asked_to_go_away_ |= wants_rest(reply.code);
  switch (phase_) {
    case Phase::greeting:
      seen_.banner = reply.text();
      if (reply.kind() == 2) return say(Phase::ehlo, "EHLO " + our_name_);
      return conclude(reply.kind() == 4 ? SmtpReason::banner_4xx : SmtpReason::banner_5xx,
                      reply.text());
    case Phase::ehlo:
    case Phase::helo:
      return on_ehlo_reply(reply);
    case Phase::starttls:
      if (reply.kind() == 4) return conclude(SmtpReason::starttls_454, reply.text());
      if (reply.kind() == 5) return conclude(SmtpReason::starttls_5xx, reply.text());
      // Neither a yes nor a no: it may not even be about our question.
      if (reply.kind() != 2) return conclude(SmtpReason::closed, reply.text());
      // RFC 3207 §4.2: nothing may follow before TLS; what does would be taken as said inside.
      if (reader_.has_leftover()) return on_early_bytes();
      phase_ = Phase::handshake;
      return {.act = Act::handshake};
    default:
      return on_inner_reply(reply);
  }
}

SmtpDialogue::Next SmtpDialogue::on_ehlo_reply(const SmtpReply& reply) {
  // RFC 5321 §3.2: a server that knows no EHLO is greeted with HELO, and has no extensions. 554 is
  // a refusal of us, not of the command.
  if (phase_ == Phase::ehlo && reply.kind() == 5 && reply.code != 554)
    return say(Phase::helo, "HELO " + our_name_);
  if (reply.kind() != 2) return conclude(SmtpReason::ehlo_failed, reply.text());
  if (phase_ == Phase::ehlo) seen_.ehlo = extensions(reply);
  if (offers_starttls(seen_.ehlo)) {
    seen_.offered = true;
    return say(Phase::starttls, "STARTTLS");
  }
  if (has_masked_keyword(seen_.ehlo)) return conclude(SmtpReason::masked);
  seen_.offered = false;
  return conclude(SmtpReason::not_offered);
}

SmtpDialogue::Next SmtpDialogue::on_inner_reply(const SmtpReply& reply) {
  // Whatever it says, it was read inside TLS: the session stands.
  seen_.tls = std::move(unproven_);
  unproven_.reset();
  if (phase_ == Phase::ehlo_tls && reply.kind() == 5 && reply.code != 554)
    return say(Phase::helo_tls, "HELO " + our_name_);
  if (reply.kind() != 2) return conclude(SmtpReason::ehlo_failed, reply.text());
  if (phase_ == Phase::ehlo_tls) seen_.ehlo_tls = extensions(reply);
  return conclude(SmtpReason::none);
}

SmtpDialogue::Next SmtpDialogue::on_unreadable(std::string why) {
  switch (phase_) {
    case Phase::quit:
      return {.act = Act::close};
    case Phase::greeting:
      return conclude(SmtpReason::banner_5xx, std::move(why));
    case Phase::ehlo:
    case Phase::helo:
      return conclude(SmtpReason::ehlo_failed, std::move(why));
    case Phase::ehlo_tls:
    case Phase::helo_tls:
      seen_.tls = std::move(unproven_);
      unproven_.reset();
      return conclude(SmtpReason::ehlo_failed, std::move(why));
    default:
      return conclude(SmtpReason::closed, std::move(why));  // neither yes nor no to STARTTLS
  }
}

SmtpDialogue::Next SmtpDialogue::on_early_bytes() {
  return abandon(SmtpReason::injection, "spoke in clear after its reply to STARTTLS");
}

SmtpDialogue::Next SmtpDialogue::on_tls(TlsSession session) {
  reader_ = {};
  if (purpose_ == Purpose::handshake_only) {
    seen_.tls = std::move(session);
    return conclude(SmtpReason::none);
  }
  // TLS 1.3: our side is done before the server has looked at our Finished. Only an answer inside
  // proves that it stands.
  unproven_ = std::move(session);
  return say(Phase::ehlo_tls, "EHLO " + our_name_);
}

SmtpDialogue::Next SmtpDialogue::on_handshake_failed(SmtpReason reason, std::string why,
                                                     std::optional<TlsSession> seen) {
  seen_.tls = std::move(seen);
  return abandon(reason, std::move(why));
}

SmtpDialogue::Next SmtpDialogue::on_closed(std::string why, bool by_alert) {
  if (phase_ == Phase::quit) return {.act = Act::close};
  return abandon(by_alert ? SmtpReason::handshake_failed : SmtpReason::closed, std::move(why));
}

SmtpDialogue::Next SmtpDialogue::on_time_out(std::string why) {
  if (phase_ == Phase::quit) return {.act = Act::close};
  return abandon(phase_ == Phase::handshake ? SmtpReason::handshake_timeout : SmtpReason::timeout,
                 std::move(why));
}

SmtpDialogue::Next SmtpDialogue::conclude(SmtpReason reason, std::string why) {
  seen_.reason = reason;
  seen_.why = std::move(why);
  return say(Phase::quit, "QUIT");
}

// No line of SMTP can be said any more.
SmtpDialogue::Next SmtpDialogue::abandon(SmtpReason reason, std::string why) {
  seen_.reason = reason;
  seen_.why = std::move(why);
  phase_ = Phase::quit;
  return {.act = Act::close};
}

SmtpDialogue::Next SmtpDialogue::say(Phase phase, std::string line) {
  phase_ = phase;
  return {.act = Act::write, .bytes = std::move(line) + "\r\n"};
}

}  // namespace mailfleet
