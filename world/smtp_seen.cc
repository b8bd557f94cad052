#include "world/smtp_seen.h"

#include <algorithm>

#include "checks/base/text.h"
#include "world/smtp_script.h"

namespace mailfleet {
namespace {

constexpr Milliseconds banner_patience = std::chrono::seconds(35);

SmtpObservation ended(SmtpObservation seen, SmtpReason reason, std::string why) {
  seen.reason = reason;
  seen.why = std::move(why);
  return seen;
}

// Lines without code and line end; `seen.ehlo` leaves the greeting line out.
std::vector<std::string> reply_lines(std::string_view bytes) {
  std::vector<std::string> out;
  for (std::string_view line : split(bytes, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() >= 4) out.emplace_back(line.substr(4));
  }
  return out;
}

bool names_starttls(std::string_view line) {
  return equal_ignoring_case(split(line, ' ').front(), "STARTTLS");
}

bool masked(std::string_view line) { return line.starts_with("XXXX"); }

void support_of(SmtpObservation& seen, const WorldSmtp& server) {
  seen.support.emplace();
  for (const char* version : {"TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"})
    seen.support->versions[version] = std::ranges::find(server.tls, version) != server.tls.end();
}

SmtpObservation see_tls(SmtpObservation seen, const WorldSmtp& server, const std::string& owner,
                        WorldServers& servers, const SmtpQuestion& question) {
  const Handshake how = handshake_of(server.misbehaviour);
  if (how == Handshake::hang)
    return ended(std::move(seen), SmtpReason::handshake_timeout, "no answer to our ClientHello");
  if (how != Handshake::usual)
    return ended(std::move(seen), SmtpReason::handshake_failed, "the connection ended");
  TlsSeen tls = servers.shake(server.certificate, server.tls, owner, question.host);
  if (!tls.session) return ended(std::move(seen), SmtpReason::handshake_failed, tls.why);
  seen.tls = std::move(tls.session);
  for (const std::string& line : server.ehlo)
    if (!names_starttls(line)) seen.ehlo_tls.push_back(line);
  if (question.depth == SmtpDepth::deep) support_of(seen, server);
  return seen;
}

}  // namespace

SmtpObservation see_smtp(const World& world, WorldServers& servers, const SmtpQuestion& question) {
  SmtpObservation seen{.outcome = Outcome::answered};
  const auto listed = find_smtp(world, question.host, question.address);
  if (!listed.server || arrival(listed.server->misbehaviour) == Arrival::refused)
    return ended(std::move(seen), SmtpReason::refused, "connection refused");
  if (arrival(listed.server->misbehaviour) == Arrival::unanswered)
    return ended(std::move(seen), SmtpReason::timeout, "no answer");
  const WorldSmtp server = spelled_out(*listed.server);
  const std::string owner = listed.host.value_or(question.host).text();
  seen.reachable = true;
  SmtpScript script(server, owner);
  const ServerMove greeting = script.on_connect();
  if (greeting.act == ServerAct::hang || greeting.act == ServerAct::drip ||
      greeting.wait > banner_patience)
    return ended(std::move(seen), SmtpReason::timeout, "no greeting in time");
  if (greeting.act != ServerAct::say)
    return ended(std::move(seen), SmtpReason::closed, "no greeting");
  seen.banner = greeting.bytes.substr(0, greeting.bytes.size() - 2);
  if (!seen.banner.starts_with('2'))
    return ended(std::move(seen),
                 seen.banner.starts_with('4') ? SmtpReason::banner_4xx : SmtpReason::banner_5xx,
                 seen.banner);
  const ServerMove ehlo = script.on_line("EHLO probe");
  if (ehlo.act == ServerAct::hang)
    return ended(std::move(seen), SmtpReason::timeout, "no reply to EHLO");
  if (ehlo.act == ServerAct::flood)
    return ended(std::move(seen), SmtpReason::ehlo_failed, "a reply without end");
  const bool helo_only = !ehlo.bytes.starts_with("250");
  if (!helo_only) seen.ehlo = reply_lines(ehlo.bytes);
  if (!seen.ehlo.empty()) seen.ehlo.erase(seen.ehlo.begin());
  const bool offered = std::ranges::any_of(seen.ehlo, names_starttls);
  if (!offered && std::ranges::any_of(seen.ehlo, masked))
    return ended(std::move(seen), SmtpReason::masked, "the keyword is overwritten");
  seen.offered = offered;
  if (!offered) return ended(std::move(seen), SmtpReason::not_offered, "");
  if (ehlo.act == ServerAct::close)
    return ended(std::move(seen), SmtpReason::closed, "closed after EHLO");
  const ServerMove go = script.on_line("STARTTLS");
  if (go.act == ServerAct::close)
    return ended(std::move(seen), SmtpReason::closed, "closed after STARTTLS");
  if (go.bytes.starts_with('4'))
    return ended(std::move(seen), SmtpReason::starttls_454, server.starttls);
  if (!go.bytes.starts_with("220"))
    return ended(std::move(seen), SmtpReason::starttls_5xx, server.starttls);
  if (server.misbehaviour == "inject")
    return ended(std::move(seen), SmtpReason::injection, "plaintext after the reply to STARTTLS");
  return see_tls(std::move(seen), server, owner, servers, question);
}

}  // namespace mailfleet
