#include "world/https_seen.h"

namespace mailfleet {
namespace {

constexpr size_t max_body = 64 * 1024;
constexpr Milliseconds fetch_patience = std::chrono::seconds(60);

HttpsObservation ended(HttpsObservation seen, HttpsReason reason, std::string why) {
  seen.reason = reason;
  seen.why = std::move(why);
  return seen;
}

// What goes wrong once the request is sent; `ok`: nothing.
HttpsReason exchange_trouble(const WorldHttps& server) {
  const std::string& wrong = server.misbehaviour;
  if (wrong == "silent" || wrong == "stall" || wrong == "drip" || wrong == "slow-drip" ||
      wrong == "tarpit" || server.delay >= fetch_patience)
    return HttpsReason::slow;
  if (wrong == "flood" || wrong == "too-large") return HttpsReason::too_large;
  if (wrong == "header-flood" || wrong == "garbage" || wrong == "reset" || wrong == "close")
    return HttpsReason::bad_http;
  if (wrong == "redirect") return HttpsReason::redirect;
  return HttpsReason::ok;
}

HttpsObservation see_exchange(HttpsObservation seen, const WorldHttps& server, Time now) {
  const HttpsReason trouble = exchange_trouble(server);
  if (trouble == HttpsReason::redirect) seen.status = 302;
  if (trouble != HttpsReason::ok) return ended(std::move(seen), trouble, server.misbehaviour);
  seen.status = server.status;
  const std::string why = "HTTP status " + std::to_string(server.status);
  if (server.status >= 300 && server.status < 400)
    return ended(std::move(seen), HttpsReason::redirect, why);
  if (server.status != 200) return ended(std::move(seen), HttpsReason::status, why);
  if (server.body.size() > max_body)
    return ended(std::move(seen), HttpsReason::too_large, "over 64 KiB");
  seen.content_type = server.content_type;
  seen.body = server.body;
  seen.fetched_at = now;
  return seen;
}

}  // namespace

HttpsObservation see_https(const World& world, WorldServers& servers,
                           const HttpsQuestion& question) {
  HttpsObservation seen{.outcome = Outcome::answered};
  const auto listed = find_https(world, question.host, question.address);
  if (!listed.server || listed.server->misbehaviour == "refuse")
    return ended(std::move(seen), HttpsReason::refused, "connection refused");
  const WorldHttps& server = *listed.server;
  const std::string owner = listed.host.value_or(question.host).text();
  if (server.misbehaviour == "timeout")
    return ended(std::move(seen), HttpsReason::timeout, "no answer");
  if (server.misbehaviour == "silent-in-handshake")
    return ended(std::move(seen), HttpsReason::slow, "no answer to our ClientHello");
  if (server.misbehaviour == "reset-in-handshake" || server.misbehaviour == "close-in-handshake")
    return ended(std::move(seen), HttpsReason::tls_error, "the connection ended");
  TlsSeen tls = servers.shake(server.certificate, server.tls, owner, question.host,
                              {.lowest = TlsVersion::tls1_2});
  if (!tls.session) return ended(std::move(seen), HttpsReason::tls_error, tls.why);
  seen.tls = std::move(tls.session);
  const auto faults = chain_faults_at(seen.tls->chain, servers.now());
  if (!faults.empty()) return ended(std::move(seen), HttpsReason::certificate, faults.front());
  if (!certificate_names(*seen.tls->chain.sent.front(), question.host))
    return ended(std::move(seen), HttpsReason::certificate, "it does not name the host");
  return see_exchange(std::move(seen), server, servers.now());
}

}  // namespace mailfleet
