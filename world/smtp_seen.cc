#include "world/smtp_seen.h"

#include "monitor/probe/limits.h"
#include "monitor/probe/smtp_dialogue.h"
#include "monitor/probe/tls_scan.h"
#include "world/smtp_script.h"

namespace mailfleet {
namespace {

using Act = SmtpDialogue::Act;
using Next = SmtpDialogue::Next;

// The monitor's own dialogue with the server's script, one turn after the other.
class Session {
 public:
  Session(const WorldSmtp& server, const std::string& owner, const Name& host,
          WorldServers& servers)
      : server_(server), owner_(owner), host_(host), servers_(servers), script_(server, owner) {}

  SmtpObservation run() {
    ServerMove move = script_.on_connect();
    while (true) {
      Next next = hear(move);
      if (next.act == Act::handshake) next = shake();
      if (next.act == Act::write && ended_) next = talk_.on_closed("the connection was closed");
      if (next.act == Act::read) next = talk_.on_time_out("no answer in time");
      if (next.act == Act::close) return talk_.take();
      move = script_.on_line(std::string_view(next.bytes).substr(0, next.bytes.size() - 2));
    }
  }

  std::optional<int> dh_bits() const { return dh_bits_; }

 private:
  Next hear(const ServerMove& move) {
    const bool silent = move.act == ServerAct::hang || move.act == ServerAct::drip;
    if (silent || move.wait >= limits::banner_timeout)
      return talk_.on_time_out("no answer in time");
    Next next{.act = Act::read};
    if (move.act == ServerAct::flood)
      for (size_t i = 0; next.act == Act::read && i < limits::smtp_reply_bytes; ++i)
        next = talk_.on_bytes(move.bytes);
    else if (!move.bytes.empty())
      next = talk_.on_bytes(move.bytes);
    ended_ = move.act == ServerAct::close || move.act == ServerAct::reset;
    if (ended_ && (next.act == Act::read || next.act == Act::handshake))
      return talk_.on_closed("the connection was closed");
    return next;
  }

  Next shake() {
    const Handshake how = handshake_of(server_.misbehaviour);
    if (how == Handshake::hang) return talk_.on_time_out("no end of the handshake in time");
    if (how == Handshake::close || how == Handshake::reset)
      return talk_.on_handshake_failed(SmtpReason::closed, "the connection was closed");
    TlsSeen tls = servers_.shake(server_.certificate, server_.tls, owner_, host_);
    if (!tls.session)
      return talk_.on_handshake_failed(tls.failure.kind == TlsFailure::Kind::closed
                                           ? SmtpReason::closed
                                           : SmtpReason::handshake_failed,
                                       tls.failure.why, session_of(tls.failure));
    dh_bits_ = tls.dh_bits;
    script_.on_tls();
    ended_ = how == Handshake::farewell;
    return talk_.on_tls(std::move(*tls.session));
  }

  const WorldSmtp& server_;
  const std::string& owner_;
  const Name& host_;
  WorldServers& servers_;
  SmtpScript script_;
  SmtpDialogue talk_{"probe.invalid"};
  std::optional<int> dh_bits_{};
  bool ended_ = false;  // the server has hung up after its last words
};

void answer_attempt(TlsScan& scan, const TlsAttempt& attempt, const WorldSmtp& server,
                    const std::string& owner, const Name& host, WorldServers& servers) {
  if (!attempt.hello.empty())
    return scan.add(
        read_hello_reply(servers.greet(server.certificate, server.tls, owner, attempt.hello)));
  const TlsSeen seen = servers.shake(server.certificate, server.tls, owner, host, attempt.offer);
  if (seen.session) return scan.add(TlsAnswer::accepted, *seen.session, seen.dh_bits);
  scan.add(seen.failure.refused_offer ? TlsAnswer::refused : TlsAnswer::inconclusive);
}

SmtpObservation ended(SmtpReason reason, std::string why) {
  return {.outcome = Outcome::answered, .reason = reason, .why = std::move(why)};
}

}  // namespace

SmtpObservation see_smtp(const World& world, WorldServers& servers, const SmtpQuestion& question) {
  const auto listed = find_smtp(world, question.host, question.address);
  if (!listed.server || arrival(listed.server->misbehaviour) == Arrival::refused)
    return ended(SmtpReason::refused, "connection refused");
  if (arrival(listed.server->misbehaviour) == Arrival::unanswered)
    return ended(SmtpReason::timeout, "no connection in time");
  const WorldSmtp server = spelled_out(*listed.server);
  const std::string owner = listed.host.value_or(question.host).text();
  Session session(server, owner, question.host, servers);
  SmtpObservation seen = session.run();
  if (question.depth == SmtpDepth::basic || seen.reason != SmtpReason::none || !seen.tls)
    return seen;
  TlsScan scan(question.host, *seen.tls, session.dh_bits());
  while (const auto attempt = scan.next())
    answer_attempt(scan, *attempt, server, owner, question.host, servers);
  seen.support = scan.support();
  return seen;
}

}  // namespace mailfleet
