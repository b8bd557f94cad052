#include "checks/base/address.h"

#include <doctest/doctest.h>

using namespace mailfleet;

static void reads(const char* text, const char* as) {
  CAPTURE(text);
  const auto address = Address::parse(text);
  REQUIRE(address);
  CHECK(address->text() == as);
}

TEST_CASE("address: text form") {
  reads("192.0.2.1", "192.0.2.1");
  reads("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1");
  reads("::", "::");
  reads("::1", "::1");
  reads("1::", "1::");
  reads("::ffff:192.0.2.1", "::ffff:c000:201");
  reads("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");
  for (const char* bad : {"", "1.2.3", "1.2.3.04", "1.2.3.256", "1.2.3.4.5", ":::", "1:2:3:4:5:6:7",
                          "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1%eth0", "[::1]",
                          "1.2.3.4::", ":1", "1:"})
    CHECK_MESSAGE(!Address::parse(bad), bad);
}

TEST_CASE("address: reverse names and the address inside") {
  CHECK(Address::parse("192.0.2.1")->reverse_name() == "1.2.0.192.in-addr.arpa");
  CHECK(Address::parse("2001:db8::1")->reverse_name() ==
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
  CHECK(Address::parse("::ffff:192.0.2.1")->unmapped().text() == "192.0.2.1");
  CHECK(Address::parse("::1")->unmapped().text() == "::1");
}

TEST_CASE("network: contains") {
  const auto inside = [](const char* network, const char* address) {
    return Network::parse(network)->contains(*Address::parse(address));
  };
  CHECK(inside("10.0.0.0/8", "10.255.0.1"));
  CHECK(!inside("10.0.0.0/8", "11.0.0.1"));
  CHECK(inside("0.0.0.0/0", "11.0.0.1"));
  CHECK(!inside("0.0.0.0/0", "::1"));
  CHECK(inside("2001:db8::/33", "2001:db8:7fff::1"));
  CHECK(!inside("2001:db8::/33", "2001:db8:8000::1"));
  CHECK(inside("192.0.2.1", "192.0.2.1"));
  CHECK(!Network::parse("10.0.0.0/33"));
  CHECK(!Network::parse("10.0.0.0/"));
  CHECK(!Network::parse("10.0.0.0/-1"));
}
