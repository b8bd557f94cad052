#include "world/https_seen.h"

#include "monitor/probe/http_response.h"
#include "monitor/probe/limits.h"
#include "world/https_script.h"

namespace mailfleet {
namespace {

HttpsObservation ended(HttpsObservation seen, HttpsReason reason, std::string why) {
  seen.reason = reason;
  seen.why = std::move(why);
  return seen;
}

HttpsObservation concluded(HttpsObservation seen, HttpResponse& response, Time now) {
  seen.status = response.status();
  seen.content_type = response.content_type();
  if (seen.status / 100 == 3) return ended(std::move(seen), HttpsReason::redirect, "");
  if (seen.status != 200) return ended(std::move(seen), HttpsReason::status, "");
  seen.body = response.take_body();
  seen.fetched_at = now;
  return seen;
}

HttpResponse::State hear(HttpResponse& response, const ServerMove& move) {
  using State = HttpResponse::State;
  State state = State::more;
  if (!move.opening.empty()) state = response.feed(move.opening);
  if (move.act == ServerAct::flood)
    for (size_t i = 0; state == State::more && i < 2 * limits::https_body_bytes; ++i)
      state = response.feed(move.bytes);
  else if (!move.bytes.empty())
    state = response.feed(move.bytes);
  return state == State::more ? response.end() : state;
}

HttpsObservation see_exchange(HttpsObservation seen, const WorldHttps& server, Time now) {
  const ServerMove move = answer_request(server);
  if (move.act == ServerAct::hang || move.wait >= limits::https_deadline)
    return ended(std::move(seen), HttpsReason::timeout, "no answer in time");
  if (move.act == ServerAct::drip)
    return ended(std::move(seen), HttpsReason::slow, "the answer came too slowly");
  if (move.act == ServerAct::reset)
    return ended(std::move(seen), HttpsReason::bad_http, "the connection was reset");
  HttpResponse response;
  switch (hear(response, move)) {
    case HttpResponse::State::done:
      return concluded(std::move(seen), response, now);
    case HttpResponse::State::too_large:
      return ended(std::move(seen), HttpsReason::too_large, response.why());
    default:
      return ended(std::move(seen), HttpsReason::bad_http, response.why());
  }
}

// RFC 8461 §3.3: a policy from a host that cannot prove its name is no policy.
std::string certificate_fault(const CertificateChain& chain, const Name& host, Time now) {
  std::string out;
  for (const std::string& fault : chain_faults_at(chain, now))
    out += (out.empty() ? "" : ", ") + fault;
  if (out.empty() && (chain.sent.empty() || !certificate_names(*chain.sent.front(), host)))
    return "the certificate does not name " + host.text();
  return out;
}

}  // namespace

HttpsObservation see_https(const World& world, WorldServers& servers,
                           const HttpsQuestion& question) {
  HttpsObservation seen{.outcome = Outcome::answered};
  const auto listed = find_https(world, question.host, question.address);
  if (!listed.server || arrival(listed.server->misbehaviour) == Arrival::refused)
    return ended(std::move(seen), HttpsReason::refused, "connection refused");
  const WorldHttps& server = *listed.server;
  if (arrival(server.misbehaviour) == Arrival::unanswered)
    return ended(std::move(seen), HttpsReason::timeout, "no connection in time");
  const Handshake how = handshake_of(server.misbehaviour);
  if (how == Handshake::hang)
    return ended(std::move(seen), HttpsReason::timeout, "no end of the handshake in time");
  if (how != Handshake::usual)
    return ended(std::move(seen), HttpsReason::tls_error, "the connection was closed");
  const std::string owner = listed.host.value_or(question.host).text();
  TlsSeen tls = servers.shake(server.certificate, server.tls, owner, question.host,
                              {.lowest = TlsVersion::tls1_2});
  if (!tls.session) return ended(std::move(seen), HttpsReason::tls_error, tls.failure.why);
  seen.tls = std::move(tls.session);
  std::string fault = certificate_fault(seen.tls->chain, question.host, servers.now());
  if (!fault.empty()) return ended(std::move(seen), HttpsReason::certificate, std::move(fault));
  return see_exchange(std::move(seen), server, servers.now());
}

}  // namespace mailfleet
