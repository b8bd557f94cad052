#include "monitor/control_names.h"

#include <doctest/doctest.h>

#include <utility>

#include "tests/table.h"

using namespace mailfleet;

TEST_CASE("self-test: it is us when no control name answers twice in a row") {
  Table net;
  std::string told;
  SelfTest test(net, {*Name::parse("gmail.com"), *Name::parse("outlook.com")},
                [&](bool good) { told += good ? "good " : "bad "; });
  const auto round = [&] {
    net.now += self_test_period;
    test.tick(net.now);
    test.tick(net.now);  // not twice in a period
    return std::exchange(told, "");
  };
  CHECK(round() == "good ");  // an absence is knowledge too
  net.fail("gmail.com", DnsType::mx);
  CHECK(round() == "good ");
  net.fail("outlook.com", DnsType::mx);
  CHECK(round().empty());
  CHECK(round() == "bad ");
  net.mx("gmail.com", 10, "mx.gmail.com").outcome = Outcome::answered;
  CHECK(round() == "good ");
}

TEST_CASE("self-test: without control names there is nothing to say") {
  Table net;
  bool told = false;
  SelfTest test(net, {}, [&](bool) { told = true; });
  test.tick(net.now);
  CHECK(!told);
}
