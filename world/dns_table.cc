#include "world/dns_table.h"

#include "world/rdata.h"

namespace mailfleet {
namespace {

constexpr uint32_t usual_ttl = 300;
constexpr uint16_t cname_type = 5;

std::optional<Name> closest_encloser(const World& world, const Name& name) {
  for (std::optional<Name> at = name; at; at = at->parent())
    if (world.existing.contains(*at)) return at;
  return {};
}

std::optional<Name> wildcard_below(const std::optional<Name>& encloser) {
  return encloser ? encloser->under("*") : Name::from_dns("*");
}

// A name that is not listed belongs to the zone of the next listed one above it.
Dnssec inherited(const World& world, const Name& name) {
  for (std::optional<Name> at = name; at; at = at->parent())
    if (const auto found = world.dns.find(*at); found != world.dns.end())
      return found->second.dnssec;
  return Dnssec::insecure;
}

void fill_from_type(DnsHolding& out, const WorldType& of_type) {
  out.records = of_type.records;
  out.rcode = of_type.rcode.value_or(out.rcode);
  out.dnssec = of_type.dnssec.value_or(out.dnssec);
  out.delay = of_type.delay.value_or(out.delay);
}

void fill(DnsHolding& out, const WorldName& entry, uint16_t type) {
  out.rcode = entry.rcode;
  out.dnssec = entry.dnssec;
  out.delay = entry.delay;
  out.signatures_end = entry.signatures_end;
  for (const auto& [held_type, content] : entry.types)
    if (!content.records.empty()) out.types.push_back(held_type);
  const auto found = entry.types.find(type);
  if (found != entry.types.end()) fill_from_type(out, found->second);
  const auto alias = entry.types.find(cname_type);
  const bool settled = !out.records.empty() || out.rcode != WorldRcode::noerror;
  if (settled || alias == entry.types.end() || alias->second.records.empty()) return;
  size_t at = 0;
  out.alias = name_from_wire(alias->second.records.front(), at);
}

DnsObservation failure(DnsStatus status, const char* why, std::vector<Name> aliases) {
  return {.outcome = Outcome::failed, .status = status, .why = why, .aliases = std::move(aliases)};
}

std::optional<DnsObservation> trouble(const DnsHolding& holding, const std::vector<Name>& aliases) {
  if (holding.rcode == WorldRcode::servfail)
    return failure(DnsStatus::servfail, "the servers answered SERVFAIL", aliases);
  if (holding.rcode == WorldRcode::refused)
    return failure(DnsStatus::refused, "the servers refused to answer", aliases);
  if (holding.rcode == WorldRcode::timeout)
    return failure(DnsStatus::timeout, "no answer in time", aliases);
  if (holding.dnssec == Dnssec::bogus)
    return DnsObservation{.outcome = Outcome::bogus,
                          .status = DnsStatus::servfail,
                          .dnssec = Dnssec::bogus,
                          .why = "the signature does not match",
                          .aliases = aliases};
  return {};
}

DnsObservation concluded(const DnsHolding& holding, DnsType type, std::vector<Name> aliases,
                         bool secure) {
  DnsObservation out{.dnssec = secure ? Dnssec::secure : Dnssec::insecure,
                     .aliases = std::move(aliases),
                     .ttl_seconds = usual_ttl};
  const bool gone = holding.rcode == WorldRcode::nxdomain;
  out.outcome = gone || holding.records.empty() ? Outcome::absent : Outcome::answered;
  out.status = gone ? DnsStatus::nxdomain : DnsStatus::ok;
  if (gone) return out;
  for (const std::string& record : holding.records) add_record(out, type, record);
  canonicalise(out);
  return out;
}

}  // namespace

DnsHolding held(const World& world, const Name& name, uint16_t type) {
  DnsHolding out;
  out.encloser = closest_encloser(world, name);
  if (const auto found = world.dns.find(name); found != world.dns.end()) {
    fill(out, found->second, type);
    return out;
  }
  out.dnssec = inherited(world, name);
  if (out.encloser == name) return out;  // RFC 8020: an empty non-terminal exists
  const auto wildcard = wildcard_below(out.encloser);
  const auto found = wildcard ? world.dns.find(*wildcard) : world.dns.end();
  if (found == world.dns.end()) {
    out.rcode = WorldRcode::nxdomain;
    return out;
  }
  out.wildcard = wildcard;
  fill(out, found->second, type);
  return out;
}

DnsObservation answer_dns(const World& world, const DnsQuestion& question) {
  std::vector<Name> aliases;
  bool secure = true;
  Name at = question.name;
  while (true) {
    const DnsHolding holding = held(world, at, static_cast<uint16_t>(question.type));
    if (auto failed = trouble(holding, aliases)) return *failed;
    secure = secure && holding.dnssec == Dnssec::secure;
    if (!holding.alias) return concluded(holding, question.type, std::move(aliases), secure);
    if (aliases.size() == max_aliases)
      return failure(DnsStatus::servfail, "a chain of too many aliases", {});
    aliases.push_back(*holding.alias);
    at = *holding.alias;
  }
}

Milliseconds dns_delay(const World& world, const DnsQuestion& question) {
  Milliseconds out{0};
  Name at = question.name;
  for (size_t i = 0; i <= max_aliases; ++i) {
    const DnsHolding holding = held(world, at, static_cast<uint16_t>(question.type));
    out += holding.delay;
    if (!holding.alias) break;
    at = *holding.alias;
  }
  return out;
}

}  // namespace mailfleet
