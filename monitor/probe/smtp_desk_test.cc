#include "monitor/probe/smtp_desk.h"

#include <doctest/doctest.h>

#include <boost/asio/steady_timer.hpp>

#include "monitor/probe/no_scan.h"
#include "monitor/probe/tls_scan.h"
#include "tests/loopback.h"

using namespace mailfleet;
using namespace std::chrono_literals;

namespace {

const Name mx1 = *Name::parse("mx1.example.com");

Deadline in(std::chrono::milliseconds time) { return std::chrono::steady_clock::now() + time; }

struct Desk {
  explicit Desk(const ProbeSettings& settings)
      : parts(std::make_shared<ProbeParts>(io, settings, test_now)), desk(parts) {}

  void ask(const Name& host, AskMode mode, SmtpDepth depth = SmtpDepth::basic,
           Deadline deadline = in(30s)) {
    desk.ask({.host = host, .address = loopback_address(), .depth = depth}, mode, deadline,
             [this](SmtpObservation seen) { answers.push_back(std::move(seen)); });
  }
  // Until nothing is left to do.
  void run() {
    io.run();
    io.restart();
  }

  boost::asio::io_context io{1};
  ProbePartsPtr parts;
  SmtpDesk desk;
  std::vector<SmtpObservation> answers{};
};

LoopbackServer::Script ordinary() {
  return [](Peer& peer) { ordinary_mail_host(peer, good_server()); };
}

LoopbackServer::Script busy() {
  return [](Peer& peer) {
    peer.say("421 busy\r\n");
    peer.wait_for_end();
  };
}

}  // namespace

TEST_CASE("smtp desk: a thousand questions are one session in a period") {
  const LoopbackServer server(ordinary());
  Desk desk(loopback_settings(server.port()));
  for (int i = 0; i < 1000; ++i) desk.ask(mx1, AskMode::normal);
  desk.run();
  CHECK(desk.answers.size() == 1000);
  CHECK(desk.answers.back().reason == SmtpReason::none);
  desk.ask(mx1, AskMode::normal);  // from memory, at once
  CHECK(desk.answers.size() == 1001);
  CHECK(server.connections() == 1);
  CHECK(desk.parts->counters.answered_from_memory == 1);
  CHECK(desk.parts->counters.probes.at({"smtp", "ok"}) == 1);
}

TEST_CASE("smtp desk: after the period, and for other modes, it looks again") {
  const LoopbackServer server(ordinary());
  ProbeSettings settings = loopback_settings(server.port());
  Desk desk(settings);
  desk.ask(mx1, AskMode::normal);
  desk.run();
  desk.ask(mx1, AskMode::fresh);
  desk.run();
  desk.ask(mx1, AskMode::confirm);
  desk.run();
  CHECK(server.connections() == 3);

  settings.endpoint_period = 0ms;
  Desk impatient(settings);
  impatient.ask(mx1, AskMode::normal);
  impatient.run();
  impatient.ask(mx1, AskMode::normal);
  impatient.run();
  CHECK(server.connections() == 5);
}

TEST_CASE("smtp desk: hosts at one address take turns under one rate") {
  const LoopbackServer server(ordinary());
  ProbeSettings settings = loopback_settings(server.port());
  settings.per_address_per_minute = 2;
  Desk desk(settings);
  for (const char* host : {"a.example.com", "b.example.com", "c.example.com"})
    desk.ask(*Name::parse(host), AskMode::normal, SmtpDepth::basic, in(3s));
  desk.run();
  REQUIRE(desk.answers.size() == 3);
  CHECK(server.connections() == 2);
  // The third waited for us, not for the server.
  CHECK(desk.answers[2].outcome == Outcome::failed);
  CHECK(desk.answers[2].reason == SmtpReason::our_load);
}

TEST_CASE("smtp desk: a short window lets the third go on") {
  const LoopbackServer server(ordinary());
  ProbeSettings settings = loopback_settings(server.port());
  settings.per_address_per_minute = 1;
  settings.rate_window = 100ms;
  Desk desk(settings);
  for (const char* host : {"a.example.com", "b.example.com", "c.example.com"})
    desk.ask(*Name::parse(host), AskMode::normal);
  desk.run();
  CHECK(server.connections() == 3);
  for (const SmtpObservation& seen : desk.answers) CHECK(seen.reason == SmtpReason::none);
}

TEST_CASE("smtp desk: a busy server is left alone, and everybody gets its last word") {
  const LoopbackServer server(busy());
  ProbeSettings settings = loopback_settings(server.port());
  settings.endpoint_period = 50min;
  Desk desk(settings);
  desk.ask(mx1, AskMode::normal);
  desk.run();
  desk.ask(mx1, AskMode::normal);
  desk.ask(mx1, AskMode::normal, SmtpDepth::deep);
  desk.ask(*Name::parse("mx2.example.com"), AskMode::normal);
  desk.run();
  REQUIRE(desk.answers.size() == 4);
  CHECK(desk.answers[1].reason == SmtpReason::banner_4xx);
  CHECK(desk.answers[2].outcome == Outcome::failed);
  CHECK(desk.answers[3].outcome == Outcome::failed);
  CHECK(server.connections() == 1);
  desk.ask(mx1, AskMode::confirm);  // a confirmation asks all the same
  desk.run();
  CHECK(server.connections() == 2);
}

TEST_CASE("smtp desk: a deep scan learns versions, suites and groups and is remembered") {
  const LoopbackServer server(ordinary());
  Desk desk(loopback_settings(server.port()));
  desk.ask(mx1, AskMode::normal);
  desk.ask(mx1, AskMode::normal, SmtpDepth::deep);
  desk.run();
  REQUIRE(desk.answers.size() == 2);
  CHECK_FALSE(desk.answers[0].support);
  const SmtpObservation& deep = desk.answers[1];
  CHECK(deep.reason == SmtpReason::none);
  REQUIRE(deep.support);
  CHECK(deep.support->versions.at("TLSv1.3"));
  CHECK(deep.support->versions.at("TLSv1.2"));
  CHECK_FALSE(deep.support->versions.at("TLSv1"));
  CHECK_FALSE(deep.support->suites.at("RC4"));
  const int connections = server.connections();
  CHECK(connections <= 1 + max_scan_connections);
  desk.ask(mx1, AskMode::normal, SmtpDepth::deep);
  desk.run();
  CHECK(server.connections() == connections);
}

TEST_CASE("smtp desk: a deep scan that is cut short says what it knows") {
  const LoopbackServer server(ordinary());
  ProbeSettings settings = loopback_settings(server.port());
  settings.per_address_per_minute = 2;
  Desk desk(settings);
  desk.ask(mx1, AskMode::fresh, SmtpDepth::deep, in(2s));
  desk.run();
  REQUIRE(desk.answers.size() == 1);
  CHECK(desk.answers[0].reason == SmtpReason::none);
  REQUIRE(desk.answers[0].support);
  CHECK(desk.answers[0].support->versions.size() < 5);
}

TEST_CASE("smtp desk: a time-out while our own loop was late is ours") {
  const LoopbackServer server([](Peer& peer) { peer.wait_for_end(); });
  ProbeSettings settings = loopback_settings(server.port());
  settings.smtp_deadline = 150ms;
  settings.loop_lag = 0ms;  // every loop is late
  Desk desk(settings);
  desk.ask(mx1, AskMode::normal);
  desk.run();
  REQUIRE(desk.answers.size() == 1);
  CHECK(desk.answers[0].outcome == Outcome::failed);
  CHECK(desk.answers[0].reason == SmtpReason::our_load);
  CHECK(server.connections() == 2);  // tried once more
}

TEST_CASE("smtp desk: a thousand tarpits do not hold up a healthy host") {
  const LoopbackServer tarpit([](Peer& peer) { peer.wait_for_end(); });
  ProbeSettings settings = loopback_settings(tarpit.port());
  settings.smtp_deadline = 1s;
  settings.waiting_sockets = 1;  // they even have the only socket
  Desk desk(settings);
  desk.ask(mx1, AskMode::normal);
  desk.ask(*Name::parse("mx2.example.com"), AskMode::normal);
  desk.run();
  REQUIRE(desk.answers.size() == 2);
  for (const SmtpObservation& seen : desk.answers) CHECK(seen.reason == SmtpReason::timeout);
}

TEST_CASE("no-scan: hosts, domains, addresses and blocks") {
  const NoScan list({"example.org", "mx.example.net", "192.0.2.1", "2001:db8::/32", "???"});
  const Address other = *Address::parse("198.51.100.1");
  const auto host = [](std::string_view text) { return *Name::parse(text); };
  CHECK(list.covers(host("example.org"), other));
  CHECK(list.covers(host("mx1.example.org"), other));
  CHECK(list.covers(host("mx.example.net"), other));
  CHECK_FALSE(list.covers(host("example.net"), other));
  CHECK_FALSE(list.covers(host("notexample.org"), other));
  CHECK(list.covers(host("a.test"), *Address::parse("192.0.2.1")));
  CHECK_FALSE(list.covers(host("a.test"), *Address::parse("192.0.2.2")));
  CHECK(list.covers(host("a.test"), *Address::parse("2001:db8::9")));
}
