#include "monitor/probe/no_scan.h"

#include <algorithm>

namespace mailfleet {

NoScan::NoScan(const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    if (const auto network = Network::parse(entry))
      networks_.push_back(*network);
    else if (auto name = Name::parse(entry))
      names_.push_back(std::move(*name));
  }
}

bool NoScan::covers(const Name& host, const Address& address) const {
  const auto names = [&](const Name& name) { return host.is_at_or_under(name); };
  const auto holds = [&](const Network& network) { return network.contains(address); };
  return std::ranges::any_of(names_, names) || std::ranges::any_of(networks_, holds);
}

}  // namespace mailfleet
