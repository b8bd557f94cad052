#include "monitor/settings.h"

namespace mailfleet {
namespace {

std::vector<std::string> texts(const std::vector<AddressPort>& sockets) {
  std::vector<std::string> out;
  for (const AddressPort& each : sockets) out.push_back(each.text());
  return out;
}

ResolverSettings resolver_settings(const ResolverConfig& config) {
  ResolverSettings out;
  out.forward = texts(config.forward);
  out.second_forward = texts(config.second_forward);
  out.root_hints_file = config.root_hints_file.string();
  out.trust_anchor_file = config.trust_anchor_file.string();
  out.cache_max_ttl = config.cache_max_ttl;
  out.cache_mb = config.cache_mb;
  out.timeout = config.timeout;
  return out;
}

}  // namespace

ProbeSettings probe_settings(const Config& config) {
  const ProbeConfig& probe = config.probe;
  ProbeSettings out;
  out.resolver = resolver_settings(config.resolver);
  out.reach.smtp_port = probe.smtp_port;
  out.reach.https_port = probe.https_port;
  out.reach.allow = probe.allow_addresses;
  out.reach.deny = probe.deny_addresses;
  out.ehlo_name = probe.ehlo_name;
  out.ca_file = probe.ca_file.string();
  out.source_addresses = probe.source_addresses;
  out.no_scan = probe.no_scan;
  out.per_address_per_minute = probe.per_address_per_minute;
  out.connect_timeout = probe.connect_timeout;
  out.banner_timeout = probe.banner_timeout;
  out.smtp_deadline = probe.smtp_deadline;
  out.https_deadline = probe.https_deadline;
  // One session serves every domain that uses the address, until the soonest of them comes again
  // (its look may come a tenth of the interval early).
  out.endpoint_period = std::min(config.monitor.interval, config.monitor.interval_trusted) * 4 / 5;
  out.deep_interval = config.monitor.deep_interval;
  out.policy_interval = config.monitor.policy_interval;
  return out;
}

Domain domain_of(const Name& name, const FleetEntry* entry, const Reference& reference) {
  Domain out(name);
  out.reference = &reference;
  if (!entry) return out;
  out.sector = entry->sector;
  out.parked = entry->parked;
  out.dkim_selectors = entry->dkim_selectors;
  out.sending_addresses = entry->sending_addresses;
  return out;
}

}  // namespace mailfleet
