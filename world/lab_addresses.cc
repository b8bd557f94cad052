#include "world/lab_addresses.h"

#include <stdexcept>

#include "world/rdata.h"

namespace mailfleet {
namespace {

constexpr uint32_t first_stand_in = 0x7f0a0001;  // 127.10.0.1
constexpr uint32_t last_stand_in = 0x7ffffffe;

void collect(const World& world, std::set<Address>& into) {
  for (const auto& [name, entry] : world.dns)
    for (const DnsType type : {DnsType::a, DnsType::aaaa}) {
      const auto found = entry.types.find(static_cast<uint16_t>(type));
      if (found == entry.types.end()) continue;
      DnsObservation seen;
      for (const std::string& record : found->second.records) add_record(seen, type, record);
      into.insert(seen.addresses.begin(), seen.addresses.end());
    }
  for (const auto& [host, server] : world.smtp)
    if (const auto address = Address::parse(host)) into.insert(*address);
  for (const auto& [host, server] : world.https)
    if (const auto address = Address::parse(host)) into.insert(*address);
}

bool on_loopback(const Address& address) { return address.is_v4() && address.octets()[0] == 127; }

Address from_number(uint32_t number) {
  return Address::v4({static_cast<uint8_t>(number >> 24), static_cast<uint8_t>(number >> 16),
                      static_cast<uint8_t>(number >> 8), static_cast<uint8_t>(number)});
}

}  // namespace

LabAddresses::LabAddresses(const World& world) {
  std::set<Address> all;
  collect(world, all);
  for (const WorldStage& stage : world.stages) collect(*stage.world, all);
  uint32_t next = first_stand_in;
  for (const Address& real : all) {
    while (!on_loopback(real) && all.contains(from_number(next))) ++next;
    if (next > last_stand_in) throw std::runtime_error("a world of too many addresses");
    const Address stand_in = on_loopback(real) ? real : from_number(next++);
    by_real_[real] = stand_in;
    by_loopback_[stand_in] = real;
  }
}

std::optional<Address> LabAddresses::loopback(const Address& real) const {
  const auto found = by_real_.find(real);
  return found == by_real_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Address> LabAddresses::real(const Address& loopback) const {
  const auto found = by_loopback_.find(loopback);
  return found == by_loopback_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace mailfleet
