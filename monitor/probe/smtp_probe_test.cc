#include "monitor/probe/smtp_probe.h"

#include <doctest/doctest.h>
#include <poll.h>

#include "monitor/probe/wire.h"
#include "tests/loopback.h"

using namespace mailfleet;
using namespace std::chrono_literals;

namespace {

const Name mx1 = *Name::parse("mx1.example.com");

SmtpVisited visit(const ProbeSettings& settings, SmtpVisit plan) {
  boost::asio::io_context io(1);
  const auto parts = std::make_shared<ProbeParts>(io, settings, test_now);
  std::optional<SmtpVisited> out;
  plan.target.port = settings.reach.smtp_port;
  visit_smtp(parts, std::move(plan), [&](SmtpVisited visited) { out = std::move(visited); });
  io.run();
  REQUIRE(out);
  return std::move(*out);
}

SmtpObservation look(LoopbackServer::Script script, std::chrono::milliseconds deadline = 30s) {
  const LoopbackServer server(std::move(script));
  ProbeSettings settings = loopback_settings(server.port());
  settings.smtp_deadline = deadline;
  return visit(settings, {.host = mx1, .target = {.address = loopback_address()}}).observation;
}

void upto_starttls(Peer& peer) {
  peer.say("220 hi\r\n");
  peer.hear();
  peer.say("250-mx\r\n250 STARTTLS\r\n");
  peer.hear();
}

constexpr auto soon = 300ms;

}  // namespace

TEST_CASE("smtp: an ordinary mail host shows TLS, its chain and what it offers inside") {
  const SmtpObservation seen = look([](Peer& peer) { ordinary_mail_host(peer, good_server()); });
  CHECK(seen.outcome == Outcome::answered);
  CHECK(seen.reason == SmtpReason::none);
  CHECK(seen.offered == true);
  CHECK(seen.ehlo_tls == std::vector<std::string>{"SIZE 1000"});
  REQUIRE(seen.tls);
  CHECK(seen.tls->version == "TLSv1.3");
  CHECK(chain_faults_at(seen.tls->chain, test_now()).empty());
  REQUIRE_FALSE(seen.tls->chain.sent.empty());
  CHECK(certificate_names(*seen.tls->chain.sent.front(), mx1));
}

TEST_CASE("smtp: a certificate that nobody trusts is observed, not refused") {
  const SmtpObservation seen =
      look([](Peer& peer) { ordinary_mail_host(peer, self_signed_server()); });
  CHECK(seen.reason == SmtpReason::none);
  REQUIRE(seen.tls);
  CHECK(seen.tls->chain.faults == std::vector<std::string>{"self-signed"});
}

TEST_CASE("smtp: hostile and broken hosts end within the deadline, with the right reason") {
  struct Row {
    const char* what;
    LoopbackServer::Script script;
    SmtpReason expected;
    std::optional<bool> offered;
  };
  const auto inject = [](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n250 injected\r\n");
    peer.wait_for_end();
  };
  const auto flood = [](Peer& peer) {
    while (peer.say("220-more and more and more and more and more and more and more\r\n")) {
    }
  };
  const auto reset = [](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    peer.reset();
  };
  const auto mute_tls = [](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    peer.wait_for_end();
  };
  const auto not_tls = [](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    peer.hear_until(std::string_view("\x01", 1));  // the ClientHello
    peer.say("HTTP/1.0 400 what?\r\n\r\n");
    peer.wait_for_end();
  };
  const auto leaves_after_handshake = [](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    peer.start_tls(good_server());
  };
  const auto mute_inside = [](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    peer.start_tls(good_server());
    peer.wait_for_end();
  };
  for (const Row& row : std::vector<Row>{
           {"silent", [](Peer& peer) { peer.wait_for_end(); }, SmtpReason::timeout, {}},
           {"drip", [](Peer& peer) { peer.drip("2", 1000); }, SmtpReason::timeout, {}},
           {"banner flood", flood, SmtpReason::banner_5xx, {}},
           {"421", [](Peer& peer) { peer.say("421 busy\r\n"); }, SmtpReason::banner_4xx, {}},
           {"hangs up", [](Peer&) {}, SmtpReason::closed, {}},
           {"close after EHLO",
            [](Peer& peer) {
              peer.say("220 hi\r\n");
              peer.hear();
            },
            SmtpReason::closed,
            {}},
           {"injected plaintext", inject, SmtpReason::injection, true},
           {"reset in the handshake", reset, SmtpReason::closed, true},
           {"no answer to the handshake", mute_tls, SmtpReason::handshake_timeout, true},
           {"plain text instead of TLS", not_tls, SmtpReason::handshake_failed, true},
           {"gone after its own flight", leaves_after_handshake, SmtpReason::closed, true},
           {"mute inside TLS", mute_inside, SmtpReason::timeout, true},
       }) {
    CAPTURE(row.what);
    const bool waits =
        row.expected == SmtpReason::timeout || row.expected == SmtpReason::handshake_timeout;
    const SmtpObservation seen = look(row.script, waits ? 700ms : 30s);
    CHECK(seen.outcome == Outcome::answered);
    CHECK(seen.reachable);
    CHECK(seen.reason == row.expected);
    CHECK(seen.offered == row.offered);
    CHECK_FALSE(seen.tls);
  }
}

TEST_CASE("smtp: a refused handshake is told by its alert") {
  const SmtpObservation seen = look([](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    const SslContextHandle nothing(SSL_CTX_new(TLS_server_method()));  // no certificate
    peer.start_tls(nothing.get());
  });
  CHECK(seen.reason == SmtpReason::handshake_failed);
  CHECK(seen.why.find("alert") != std::string::npos);
}

TEST_CASE("smtp: a chain too large to be read is told as such") {
  CertificateRecipe many;
  for (int i = 0; i < 50000; ++i) many.names.push_back("host" + std::to_string(i) + ".example.com");
  const MadeCertificate leaf = make_certificate(many);
  const SslContextHandle context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), leaf.certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), leaf.key);
  const SmtpObservation seen = look([&](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    peer.start_tls(context.get());
  });
  CHECK(seen.reason == SmtpReason::handshake_failed);
  REQUIRE(seen.tls);
  CHECK(seen.tls->chain.faults == std::vector<std::string>{"too-large"});
}

TEST_CASE("smtp: whom we cannot reach") {
  uint16_t closed_port = 0;
  {
    const LoopbackServer gone([](Peer&) {});
    closed_port = gone.port();
  }
  ProbeSettings settings = loopback_settings(closed_port);
  const SmtpVisit plan{.host = mx1, .target = {.address = loopback_address()}};
  const SmtpObservation refused = visit(settings, plan).observation;
  CHECK(refused.outcome == Outcome::answered);
  CHECK(refused.reason == SmtpReason::refused);
  CHECK_FALSE(refused.reachable);
  CHECK_FALSE(refused.offered);

  settings.reach.allow.clear();  // then loopback is nobody's mail host
  const SmtpObservation special = visit(settings, plan).observation;
  CHECK(special.outcome == Outcome::answered);
  CHECK(special.reason == SmtpReason::no_address);

  settings.reach.deny = {*Network::parse("127.0.0.0/8")};
  const SmtpObservation denied = visit(settings, plan).observation;
  CHECK(denied.outcome == Outcome::failed);
  CHECK(denied.reason == SmtpReason::our_load);
}

TEST_CASE("smtp: the banner has its own patience") {
  const LoopbackServer server([](Peer& peer) { peer.wait_for_end(); });
  ProbeSettings settings = loopback_settings(server.port());
  settings.banner_timeout = soon;
  CHECK(visit(settings, {.host = mx1, .target = {.address = loopback_address()}})
            .observation.reason == SmtpReason::timeout);
}

TEST_CASE("smtp: a deep scan's attempts say yes, no or nothing") {
  const LoopbackServer server([](Peer& peer) {
    upto_starttls(peer);
    peer.say("220 go\r\n");
    if (peer.start_tls(good_server())) peer.hear();
  });
  const ProbeSettings settings = loopback_settings(server.port());
  const auto attempt = [&](TlsAttempt what) {
    return visit(
        settings,
        {.host = mx1, .target = {.address = loopback_address()}, .attempt = std::move(what)});
  };
  const auto only = [](TlsVersion version) {
    return TlsAttempt{.offer = {.lowest = version, .highest = version}};
  };
  CHECK(attempt(only(TlsVersion::tls1_2)).answer == TlsAnswer::accepted);
  CHECK(attempt(only(TlsVersion::tls1_0)).answer == TlsAnswer::refused);
  const uint16_t rc4[] = {0x0005};
  const uint16_t gcm[] = {0xc02b};
  CHECK(attempt({.hello = client_hello(HelloVersion::tls1_2, mx1, rc4)}).hello.kind ==
        HelloReply::Kind::refused);
  CHECK(attempt({.hello = client_hello(HelloVersion::tls1_2, mx1, gcm)}).hello.kind ==
        HelloReply::Kind::chosen);
}
