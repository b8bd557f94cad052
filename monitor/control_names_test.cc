#include "monitor/control_names.h"

#include <doctest/doctest.h>

#include <utility>

#include "tests/table.h"

using namespace mailfleet;

namespace {

// Two control names with a mail host each, one of which is reached over IPv6 too.
struct Bench {
  Table net{};
  bool has_ipv6 = true;
  std::string told{};
  SelfTest test{net,
                {*Name::parse("gmail.com"), *Name::parse("outlook.com")},
                [this](OwnMeans means, SelfTestVerdict verdict) {
                  constexpr std::array words{"good", "bad", "not-here"};
                  told += std::string(told.empty() ? "" : " ") + std::string(to_text(means)) + "=" +
                          words[static_cast<size_t>(verdict)];
                },
                [this](const Address& address) { return address.is_v4() || has_ipv6; }};

  Bench() {
    net.mx("gmail.com", 10, "mx.gmail.com");
    net.address("mx.gmail.com", "192.0.2.1");
    net.address("mx.gmail.com", "2001:db8::1");
    net.mx("outlook.com", 10, "mx.outlook.com");
    net.address("mx.outlook.com", "192.0.2.2");
    for (SmtpObservation* each : sessions()) each->reachable = true;
  }
  std::vector<SmtpObservation*> sessions() {
    return {&net.smtp("mx.gmail.com", "192.0.2.1"), &net.smtp("mx.gmail.com", "2001:db8::1"),
            &net.smtp("mx.outlook.com", "192.0.2.2")};
  }
  void end_with(SmtpObservation* session, SmtpReason reason) const {
    *session = {.outcome = reason == SmtpReason::our_load ? Outcome::failed : Outcome::answered,
                .reason = reason};
  }
  std::string after(Seconds wait) {
    net.now += wait;
    test.tick(net.now);
    test.tick(net.now);  // not twice in a period
    return std::exchange(told, "");
  }
  std::string minute() { return after(self_test_period); }
  std::string ten_minutes() { return after(reach_test_period); }
};

constexpr const char* all_good = "resolver=good port-25=good ipv6=good";

}  // namespace

TEST_CASE("self-test: it is the resolver when no control name answers twice in a row") {
  Bench bench;
  CHECK(bench.minute() == all_good);
  bench.net.fail("gmail.com", DnsType::mx);
  CHECK(bench.minute() == "resolver=good");
  bench.net.fail("outlook.com", DnsType::mx);
  CHECK(bench.minute().empty());
  CHECK(bench.minute() == "resolver=bad");
  bench.net.dns("gmail.com", DnsType::mx).outcome = Outcome::absent;  // knowledge, too
  CHECK(bench.minute().starts_with("resolver=good"));
}

TEST_CASE("self-test: port 25 is closed when no mail host can be reached twice in a row") {
  Bench bench;
  CHECK(bench.minute() == all_good);
  for (SmtpObservation* each : bench.sessions()) bench.end_with(each, SmtpReason::timeout);
  CHECK(bench.minute() == "resolver=good");  // other people's servers: not each minute
  CHECK(bench.ten_minutes() == "resolver=good");
  CHECK(bench.minute() == "resolver=good port-25=bad ipv6=bad");  // in doubt: each minute
  bench.end_with(bench.sessions()[2], SmtpReason::banner_4xx);
  bench.sessions()[2]->reachable = true;  // whatever it says then
  CHECK(bench.minute() == "resolver=good port-25=good ipv6=bad");
}

TEST_CASE("self-test: one name that is away is its own affair, and our load says nothing") {
  Bench bench;
  CHECK(bench.minute() == all_good);
  bench.end_with(bench.sessions()[0], SmtpReason::refused);
  CHECK(bench.ten_minutes() == all_good);
  for (SmtpObservation* each : bench.sessions()) bench.end_with(each, SmtpReason::our_load);
  CHECK(bench.ten_minutes() == "resolver=good");
  CHECK(bench.ten_minutes() == "resolver=good");
}

TEST_CASE("self-test: a machine that never had IPv6 does not miss it; one that loses it does") {
  Bench bench;
  bench.has_ipv6 = false;
  CHECK(bench.minute() == "resolver=good port-25=good ipv6=not-here");
  CHECK(bench.ten_minutes() == "resolver=good port-25=good ipv6=not-here");
  bench.has_ipv6 = true;
  CHECK(bench.ten_minutes() == all_good);
  bench.has_ipv6 = false;
  CHECK(bench.ten_minutes() == "resolver=good port-25=good");
  CHECK(bench.minute() == "resolver=good port-25=good ipv6=bad");
}

TEST_CASE("self-test: names without mail hosts, and no names") {
  Bench bench;
  for (const char* name : {"gmail.com", "outlook.com"})
    bench.net.dns(name, DnsType::mx) = {.outcome = Outcome::absent};
  CHECK(bench.minute() == "resolver=good port-25=not-here ipv6=not-here");
  Table net;
  bool told = false;
  SelfTest nothing(
      net, {}, [&](OwnMeans, SelfTestVerdict) { told = true; },
      [](const Address&) { return true; });
  nothing.tick(net.now);
  CHECK(!told);
}
