#include "monitor/probe/reach.h"

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

struct Block {
  Network network{};
  std::string_view why{};
};

Block block(std::string_view network, std::string_view why) {
  return {.network = *Network::parse(network), .why = why};
}

// IANA IPv4 Special-Purpose Address Registry, and multicast.
const std::vector<Block>& v4_blocks() {
  static const std::vector<Block> blocks{
      block("0.0.0.0/8", "this network (RFC 791)"),
      block("10.0.0.0/8", "private use (RFC 1918)"),
      block("100.64.0.0/10", "shared address space (RFC 6598)"),
      block("127.0.0.0/8", "loopback (RFC 1122)"),
      block("169.254.0.0/16", "link local (RFC 3927)"),
      block("172.16.0.0/12", "private use (RFC 1918)"),
      block("192.0.0.0/24", "IETF protocol assignments (RFC 6890)"),
      block("192.0.2.0/24", "documentation (RFC 5737)"),
      block("192.31.196.0/24", "AS112 (RFC 7535)"),
      block("192.52.193.0/24", "multicast relays (RFC 7450)"),
      block("192.88.99.0/24", "6to4 relay anycast (RFC 7526)"),
      block("192.168.0.0/16", "private use (RFC 1918)"),
      block("192.175.48.0/24", "AS112 (RFC 7534)"),
      block("198.18.0.0/15", "benchmarking (RFC 2544)"),
      block("198.51.100.0/24", "documentation (RFC 5737)"),
      block("203.0.113.0/24", "documentation (RFC 5737)"),
      block("224.0.0.0/4", "multicast (RFC 5771)"),
      block("240.0.0.0/4", "reserved (RFC 1112)"),
  };
  return blocks;
}

// IANA IPv6 Special-Purpose Address Registry; what lies outside 2000::/3 is refused below.
const std::vector<Block>& v6_blocks() {
  static const std::vector<Block> blocks{
      block("::/128", "unspecified (RFC 4291)"),
      block("::1/128", "loopback (RFC 4291)"),
      block("::ffff:0:0/96", "IPv4-mapped (RFC 4291)"),
      block("64:ff9b:1::/48", "local-use translation (RFC 8215)"),
      block("100::/64", "discard only (RFC 6666)"),
      block("2001::/32", "Teredo (RFC 4380)"),
      block("2001::/23", "IETF protocol assignments (RFC 2928)"),
      block("2001:db8::/32", "documentation (RFC 3849)"),
      block("2002::/16", "6to4 (RFC 3056, RFC 7526)"),
      block("2620:4f:8000::/48", "AS112 (RFC 7534)"),
      block("3fff::/20", "documentation (RFC 9637)"),
      block("5f00::/16", "segment routing (RFC 9602)"),
      block("fc00::/7", "unique local (RFC 4193)"),
      block("fe80::/10", "link local (RFC 4291)"),
      block("ff00::/8", "multicast (RFC 4291)"),
  };
  return blocks;
}

const Network& nat64() {
  static const Network network = *Network::parse("64:ff9b::/96");
  return network;
}

bool inside(const std::vector<Network>& networks, const Address& address) {
  return std::ranges::any_of(networks, [&](const Network& n) { return n.contains(address); });
}

std::string_view special_use(const Address& address) {
  for (const Block& each : address.is_v4() ? v4_blocks() : v6_blocks())
    if (each.network.contains(address)) return each.why;
  if (address.is_v4()) return {};
  if (nat64().contains(address)) return special_use(*embedded_v4(address));
  static const Network global_unicast = *Network::parse("2000::/3");
  return global_unicast.contains(address) ? std::string_view()
                                          : "not global unicast (RFC 4291 2.4)";
}

Address v4_at(const Address& address, size_t offset, uint8_t mask = 0) {
  const auto& o = address.octets();
  const auto octet = [&](size_t i) { return static_cast<uint8_t>(o[offset + i] ^ mask); };
  return Address::v4({octet(0), octet(1), octet(2), octet(3)});
}

}  // namespace

std::optional<Address> embedded_v4(const Address& address) {
  static const Network mapped = *Network::parse("::ffff:0:0/96");
  static const Network local_nat64 = *Network::parse("64:ff9b:1::/48");
  static const Network six_to_four = *Network::parse("2002::/16");
  static const Network teredo = *Network::parse("2001::/32");
  if (address.is_v4()) return {};
  if (mapped.contains(address) || nat64().contains(address) || local_nat64.contains(address))
    return v4_at(address, 12);
  if (six_to_four.contains(address)) return v4_at(address, 2);
  if (teredo.contains(address)) return v4_at(address, 12, 0xff);  // RFC 4380 §4: inverted
  return {};
}

ReachVerdict judge_reach(const Address& address, uint16_t port, const Reach& reach) {
  if (port != reach.smtp_port && port != reach.https_port)
    return {.refusal = Refusal::port, .why = "not a port that is probed"};
  const std::optional<Address> carried = embedded_v4(address);
  if (inside(reach.deny, address) || (carried && inside(reach.deny, *carried)))
    return {.refusal = Refusal::denied, .why = "denied by deny_addresses"};
  if (inside(reach.allow, address)) return {};
  if (const std::string_view why = special_use(address); !why.empty())
    return {.refusal = Refusal::special, .why = why};
  return {};
}

}  // namespace mailfleet
