#include "checks/spf/coverage.h"

#include <algorithm>

namespace mailfleet::spf {
namespace {

bool bit(const Network& network, int index) {
  const uint8_t octet = network.address.octets()[static_cast<size_t>(index / 8)];
  return (octet >> (7 - index % 8)) & 1;
}

// True when the networks, which all agree in their first `depth` bits, fill what those bits leave.
bool fill(std::vector<Network> networks, int depth) {
  if (networks.empty()) return false;
  if (std::ranges::any_of(networks, [&](const Network& each) { return each.prefix <= depth; }))
    return true;
  // Not std::ranges::partition: clang 14 refuses the library's subrange.
  const auto ones = std::partition(networks.begin(), networks.end(),
                                   [&](const Network& each) { return !bit(each, depth); });
  const std::vector<Network> high(ones, networks.end());
  networks.erase(ones, networks.end());
  return !networks.empty() && fill(std::move(networks), depth + 1) && fill(high, depth + 1);
}

}  // namespace

bool cover_everything(const std::vector<Network>& networks) {
  for (const bool v4 : {true, false}) {
    std::vector<Network> family;
    std::ranges::copy_if(networks, std::back_inserter(family),
                         [&](const Network& each) { return each.address.is_v4() == v4; });
    if (fill(std::move(family), 0)) return true;
  }
  return false;
}

}  // namespace mailfleet::spf
