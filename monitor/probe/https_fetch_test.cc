#include "monitor/probe/https_fetch.h"

#include <doctest/doctest.h>

#include "monitor/probe/http_response.h"
#include "tests/loopback.h"

using namespace mailfleet;
using namespace std::chrono_literals;

namespace {

const Name host = *Name::parse("mx1.example.com");

struct Fetched {
  HttpsObservation seen{};
  std::string request{};
};

HttpsObservation fetch_from(const ProbeSettings& settings) {
  boost::asio::io_context io(1);
  const auto parts = std::make_shared<ProbeParts>(io, settings, test_now);
  const HttpsQuestion question{
      .host = host, .address = loopback_address(), .path = "/.well-known/mta-sts.txt"};
  std::optional<HttpsFetched> out;
  fetch_https(parts, question, {.address = loopback_address(), .port = settings.reach.https_port},
              [&](HttpsFetched fetched) { out = std::move(fetched); });
  io.run();
  REQUIRE(out);
  return std::move(out->observation);
}

// A server that answers with `answer` after the request.
Fetched fetch(std::function<void(Peer&)> answer, std::chrono::milliseconds deadline = 30s,
              SSL_CTX* context = good_server()) {
  Fetched out;
  {
    const LoopbackServer server([&](Peer& peer) {
      if (!peer.start_tls(context)) return;
      out.request = peer.hear_until("\r\n\r\n");
      answer(peer);
    });
    ProbeSettings settings = loopback_settings(server.port());
    settings.https_deadline = deadline;
    out.seen = fetch_from(settings);
  }
  return out;
}

Fetched fetch_text(std::string text) {
  return fetch([text = std::move(text)](Peer& peer) {
    peer.say(text);
    SSL_shutdown(peer.tls());
  });
}

const std::string policy = "version: STSv1\nmode: enforce\nmx: mx1.example.com\nmax_age: 604800\n";

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("https: a policy is fetched") {
  const Fetched out = fetch_text(ok(policy));
  CHECK(out.seen.outcome == Outcome::answered);
  CHECK(out.seen.reason == HttpsReason::ok);
  CHECK(out.seen.status == 200);
  CHECK(out.seen.body == policy);
  CHECK(out.seen.content_type == "text/plain; charset=utf-8");
  CHECK(out.seen.fetched_at == test_now());
  REQUIRE(out.seen.tls);
  CHECK(out.request ==
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: mx1.example.com\r\nUser-Agent: "
        "mailfleet\r\nAccept: text/plain\r\nConnection: close");
}

TEST_CASE("https: what is not a policy's answer") {
  struct Row {
    std::string answer;
    HttpsReason expected;
    int status;
  };
  const std::string large(64 * 1024 + 1, 'x');
  for (const Row& row : std::vector<Row>{
           {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", HttpsReason::status, 404},
           {"HTTP/1.1 500 Oops\r\n\r\n", HttpsReason::status, 500},
           {"HTTP/1.1 204 None\r\n\r\n", HttpsReason::status, 204},
           {"HTTP/1.1 301 Moved\r\nLocation: https://evil.example/\r\n\r\n", HttpsReason::redirect,
            301},
           {"HTTP/1.1 302 Found\r\nContent-Length: 999999999\r\n\r\n", HttpsReason::redirect, 302},
           {ok(large), HttpsReason::too_large, 0},
           {"HTTP/1.1 200 OK\r\n\r\n" + large, HttpsReason::too_large, 0},
           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20000\r\n" + large,
            HttpsReason::too_large, 0},
           {"HTTP/1.1 200 OK\r\nX: " + std::string(9000, 'x') + "\r\n\r\n", HttpsReason::bad_http,
            0},
           {"220 smtp.example.com ESMTP\r\n", HttpsReason::bad_http, 0},
           {"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort", HttpsReason::bad_http, 0},
           {"", HttpsReason::bad_http, 0},
       }) {
    CAPTURE(row.answer.substr(0, 80));
    const Fetched out = fetch_text(row.answer);
    CHECK(out.seen.outcome == Outcome::answered);
    CHECK(out.seen.reason == row.expected);
    CHECK(out.seen.status == row.status);
    CHECK(out.seen.body.empty());
  }
}

TEST_CASE("https: other shapes of a good answer") {
  CHECK(fetch_text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
            .seen.body == "hello");
  CHECK(fetch_text("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(policy)).seen.body == policy);
  CHECK(fetch_text("HTTP/1.0 200 OK\r\n\r\nuntil the end").seen.body == "until the end");
  CHECK(fetch_text(ok(std::string(64 * 1024, 'x'))).seen.reason == HttpsReason::ok);
}

TEST_CASE("https: endless headers are refused while they come") {
  const Fetched out = fetch([](Peer& peer) {
    peer.say("HTTP/1.1 200 OK\r\n");
    while (peer.say("X-More: and more\r\n")) {
    }
  });
  CHECK(out.seen.reason == HttpsReason::bad_http);
}

TEST_CASE("https: one deadline ends silence and dripping alike") {
  CHECK(fetch([](Peer& peer) { peer.wait_for_end(); }, 500ms).seen.reason == HttpsReason::timeout);
  CHECK(fetch([](Peer& peer) { peer.drip("HTTP/1.1 200 OK\r\nX: y", 1000); }, 800ms).seen.reason ==
        HttpsReason::slow);
  CHECK(fetch(
            [](Peer& peer) {
              peer.say("HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n");
              peer.drip("x", 60000);
            },
            800ms)
            .seen.reason == HttpsReason::slow);
}

TEST_CASE("https: a host that cannot prove its name is asked nothing") {
  const Fetched misnamed = fetch([](Peer&) {}, 30s, misnamed_server());
  CHECK(misnamed.seen.reason == HttpsReason::certificate);
  CHECK(misnamed.seen.why == "the certificate does not name mx1.example.com");
  CHECK(misnamed.request.empty());
  const Fetched self_signed = fetch([](Peer&) {}, 30s, self_signed_server());
  CHECK(self_signed.seen.reason == HttpsReason::certificate);
  CHECK(self_signed.seen.why == "self-signed");
  CHECK(self_signed.request.empty());
}

TEST_CASE("https: no TLS, no connection") {
  {
    const LoopbackServer plain([](Peer& peer) {
      peer.say("HTTP/1.1 400 Bad Request\r\n\r\n");
      peer.wait_for_end();
    });
    CHECK(fetch_from(loopback_settings(plain.port())).reason == HttpsReason::tls_error);
  }
  uint16_t closed_port = 0;
  {
    const LoopbackServer gone([](Peer&) {});
    closed_port = gone.port();
  }
  CHECK(fetch_from(loopback_settings(closed_port)).reason == HttpsReason::refused);
}
