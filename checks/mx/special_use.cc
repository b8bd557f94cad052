#include "checks/mx/special_use.h"

#include <vector>

namespace mailfleet {
namespace {

struct Block {
  Network network;
  std::string_view kind;
};

Block block(std::string_view text, std::string_view kind) { return {*Network::parse(text), kind}; }

const std::vector<Block>& blocks() {
  static const std::vector<Block> all{
      block("0.0.0.0/8", "unspecified"),
      block("10.0.0.0/8", "private"),
      block("100.64.0.0/10", "carrier-private"),
      block("127.0.0.0/8", "loopback"),
      block("169.254.0.0/16", "link-local"),
      block("172.16.0.0/12", "private"),
      block("192.0.0.0/24", "reserved"),
      block("192.0.2.0/24", "documentation"),
      block("192.168.0.0/16", "private"),
      block("198.18.0.0/15", "benchmarking"),
      block("198.51.100.0/24", "documentation"),
      block("203.0.113.0/24", "documentation"),
      block("224.0.0.0/4", "multicast"),
      block("240.0.0.0/4", "reserved"),
      block("::/128", "unspecified"),
      block("::1/128", "loopback"),
      block("100::/64", "discard"),
      block("2001:db8::/32", "documentation"),
      block("3fff::/20", "documentation"),
      block("fc00::/7", "private"),
      block("fe80::/10", "link-local"),
      block("ff00::/8", "multicast"),
  };
  return all;
}

Address v4_at(const Address& address, size_t offset) {
  const auto& o = address.octets();
  return Address::v4({o[offset], o[offset + 1], o[offset + 2], o[offset + 3]});
}

// The IPv4 address that a packet to this IPv6 address would end at.
Address embedded(const Address& address) {
  static const Network nat64 = *Network::parse("64:ff9b::/96");
  static const Network six_to_four = *Network::parse("2002::/16");
  if (nat64.contains(address)) return v4_at(address, 12);
  if (six_to_four.contains(address)) return v4_at(address, 2);
  return address.unmapped();
}

}  // namespace

std::string_view special_use(const Address& address) {
  const Address end = embedded(address);
  for (const Block& each : blocks())
    if (each.network.contains(end)) return each.kind;
  return {};
}

}  // namespace mailfleet
