#include "world/world.h"

#include "world/dns_table.h"
#include "world/rdata.h"

namespace mailfleet {
namespace {

constexpr uint16_t a_type = 1;
constexpr uint16_t aaaa_type = 28;

template <class Server>
Listed<Server> find_server(const World& world, const std::map<std::string, Server>& servers,
                           const std::optional<Name>& host, const Address& address) {
  if (const auto found = servers.find(address.text()); found != servers.end())
    return {&found->second, {}};
  if (host)
    if (const auto found = servers.find(host->text()); found != servers.end())
      return {&found->second, host};
  const auto holders = world.holders.find(address);
  if (holders == world.holders.end()) return {};
  for (const Name& holder : holders->second)
    if (const auto found = servers.find(holder.text()); found != servers.end())
      return {&found->second, holder};
  return {};
}

// The addresses that a listed host leads to, whatever troubles its name has.
std::vector<Address> addresses_of(const World& world, const Name& host) {
  DnsObservation seen;
  for (const uint16_t type : {a_type, aaaa_type}) {
    Name at = host;
    for (size_t i = 0; i <= max_aliases; ++i) {
      const DnsHolding holding = held(world, at, type);
      for (const std::string& record : holding.records)
        add_record(seen, static_cast<DnsType>(type), record);
      if (!holding.alias) break;
      at = *holding.alias;
    }
  }
  canonicalise(seen);
  return seen.addresses;
}

}  // namespace

const World& World::at(Milliseconds elapsed) const {
  const World* out = this;
  for (const WorldStage& stage : stages)
    if (stage.after <= elapsed) out = stage.world.get();
  return *out;
}

void index_world(World& world) {
  world.existing.clear();
  world.holders.clear();
  for (const auto& [name, entry] : world.dns) {
    for (std::optional<Name> at = name; at; at = at->parent())
      if (!world.existing.insert(*at).second) break;
  }
  std::set<std::string> servers;
  for (const auto& [host, server] : world.smtp) servers.insert(host);
  for (const auto& [host, server] : world.https) servers.insert(host);
  for (const std::string& server : servers)
    if (const auto host = Name::parse(server))
      for (const Address& address : addresses_of(world, *host))
        world.holders[address].push_back(*host);
}

Listed<WorldSmtp> find_smtp(const World& world, const std::optional<Name>& host,
                            const Address& address) {
  return find_server(world, world.smtp, host, address);
}

Listed<WorldHttps> find_https(const World& world, const std::optional<Name>& host,
                              const Address& address) {
  return find_server(world, world.https, host, address);
}

const std::vector<std::string>& smtp_misbehaviours() {
  static const std::vector<std::string> names = {"refuse",
                                                 "timeout",
                                                 "silent",
                                                 "drip",
                                                 "slow-drip",
                                                 "tarpit",
                                                 "greet-delay",
                                                 "banner-flood",
                                                 "ehlo-flood",
                                                 "garbage",
                                                 "reset",
                                                 "close",
                                                 "close-after-banner",
                                                 "close-after-ehlo",
                                                 "close-after-starttls",
                                                 "close-in-handshake",
                                                 "close-after-handshake",
                                                 "reset-in-handshake",
                                                 "silent-after-ehlo",
                                                 "silent-in-handshake",
                                                 "inject",
                                                 "masked",
                                                 "no-starttls",
                                                 "helo-only",
                                                 "greylist",
                                                 "421",
                                                 "450",
                                                 "454",
                                                 "502",
                                                 "554"};
  return names;
}

const std::vector<std::string>& https_misbehaviours() {
  static const std::vector<std::string> names = {"refuse",
                                                 "timeout",
                                                 "silent",
                                                 "stall",
                                                 "drip",
                                                 "slow-drip",
                                                 "tarpit",
                                                 "flood",
                                                 "header-flood",
                                                 "too-large",
                                                 "garbage",
                                                 "reset",
                                                 "close",
                                                 "reset-in-handshake",
                                                 "close-in-handshake",
                                                 "silent-in-handshake",
                                                 "redirect"};
  return names;
}

}  // namespace mailfleet
