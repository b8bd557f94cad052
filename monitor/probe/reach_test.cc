#include "monitor/probe/reach.h"

#include <doctest/doctest.h>

#include <string>

using namespace mailfleet;

namespace {

Refusal verdict(std::string_view address, uint16_t port = 25, const Reach& reach = {}) {
  return judge_reach(*Address::parse(address), port, reach).refusal;
}

std::vector<Network> networks(std::initializer_list<std::string_view> texts) {
  std::vector<Network> out;
  for (const std::string_view text : texts) out.push_back(*Network::parse(text));
  return out;
}

}  // namespace

TEST_CASE("reach: public addresses may be contacted on two ports") {
  for (const char* address :
       {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.255.255", "172.32.0.0",
        "192.0.1.1", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2a00:1450::1",
        "2606:4700::1111", "2001:200::1", "64:ff9b::808:808"}) {
    CAPTURE(address);
    CHECK(verdict(address, 25) == Refusal::none);
    CHECK(verdict(address, 443) == Refusal::none);
    CHECK(verdict(address, 80) == Refusal::port);
    CHECK(verdict(address, 0) == Refusal::port);
  }
}

TEST_CASE("reach: special-use addresses are refused") {
  for (const char* address : {"0.0.0.0",
                              "0.1.2.3",
                              "10.0.0.1",
                              "100.64.0.1",
                              "100.127.255.255",
                              "127.0.0.1",
                              "127.255.255.254",
                              "169.254.169.254",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.0.0.8",
                              "192.0.0.170",
                              "192.0.2.1",
                              "192.31.196.1",
                              "192.52.193.1",
                              "192.88.99.1",
                              "192.168.1.1",
                              "192.175.48.1",
                              "198.18.0.1",
                              "198.19.255.255",
                              "198.51.100.7",
                              "203.0.113.9",
                              "224.0.0.1",
                              "239.1.1.1",
                              "240.0.0.1",
                              "255.255.255.255",
                              "::",
                              "::1",
                              "::2",
                              "::127.0.0.1",
                              "100::1",
                              "2001:db8::1",
                              "2001:2::1",
                              "2001:10::1",
                              "2001:20::1",
                              "2620:4f:8000::1",
                              "3fff::1",
                              "5f00::1",
                              "fc00::1",
                              "fd12:3456::1",
                              "fe80::1",
                              "fec0::1",
                              "ff02::1",
                              "4000::1"}) {
    CAPTURE(address);
    CHECK(verdict(address) == Refusal::special);
  }
}

TEST_CASE("reach: an IPv4 address inside an IPv6 one does not get past") {
  for (const char* address :
       {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1",
        "64:ff9b::10.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b:1::7f00:1", "64:ff9b:1::808:808",
        "2002:7f00:1::1", "2002:a00:1::", "2002:808:808::1", "2001:0:808:808::80ff:fffe",
        "2001::1"}) {
    CAPTURE(address);
    CHECK(verdict(address) == Refusal::special);
  }
}

TEST_CASE("reach: what an address carries") {
  const auto carried = [](std::string_view text) {
    const auto v4 = embedded_v4(*Address::parse(text));
    return v4 ? v4->text() : std::string();
  };
  CHECK(carried("::ffff:192.0.2.1") == "192.0.2.1");
  CHECK(carried("64:ff9b::c000:201") == "192.0.2.1");
  CHECK(carried("2002:c000:201::5") == "192.0.2.1");
  CHECK(carried("2001:0:4136:e378:8000:63bf:3fff:fdfe") == "192.0.2.1");  // Teredo: inverted
  CHECK(carried("2a00::1") == "");
  CHECK(carried("192.0.2.1") == "");
}

TEST_CASE("reach: allow adds exactly its ranges, deny wins") {
  const Reach lab{.smtp_port = 2525,
                  .https_port = 8443,
                  .allow = networks({"127.0.0.0/8", "fd00::/64"}),
                  .deny = networks({"127.0.0.66", "8.8.0.0/16"})};
  struct Row {
    const char* address;
    uint16_t port;
    Refusal expected;
  };
  for (const Row& row : {Row{"127.0.0.1", 2525, Refusal::none},
                         {"127.9.9.9", 8443, Refusal::none},
                         {"127.0.0.1", 25, Refusal::port},
                         {"127.0.0.1", 443, Refusal::port},
                         {"127.0.0.66", 2525, Refusal::denied},
                         {"10.0.0.1", 2525, Refusal::special},
                         {"::1", 2525, Refusal::special},
                         {"::ffff:127.0.0.1", 2525, Refusal::special},
                         {"::ffff:127.0.0.66", 2525, Refusal::denied},
                         {"fd00::1", 2525, Refusal::none},
                         {"fd00:0:0:1::1", 2525, Refusal::special},
                         {"1.1.1.1", 2525, Refusal::none},
                         {"8.8.8.8", 2525, Refusal::denied},
                         {"64:ff9b::808:808", 2525, Refusal::denied},
                         {"8.9.8.8", 2525, Refusal::none}}) {
    CAPTURE(row.address);
    CAPTURE(row.port);
    CHECK(verdict(row.address, row.port, lab) == row.expected);
  }
}
