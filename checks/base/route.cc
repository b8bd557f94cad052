#include "checks/base/route.h"

#include <algorithm>
#include <array>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 5> kinds{"explicit", "implicit", "null", "none", "invalid"};

// The weaker of two answers' security; empty when one of them is.
std::optional<Dnssec> weaker(const std::optional<Dnssec>& a, const std::optional<Dnssec>& b) {
  if (!a || !b) return {};
  if (*a == Dnssec::bogus || *b == Dnssec::bogus) return Dnssec::bogus;
  return *a == Dnssec::secure && *b == Dnssec::secure ? Dnssec::secure : Dnssec::insecure;
}

// Of many addresses, `limit` to be probed, some of each family: a fault is often one of IPv6 alone.
void keep_some(size_t limit, size_t all_v4, size_t all_v6, MailHost& host,
               std::vector<Address>& all) {
  const size_t v6 = std::min(all_v6, limit / 2);
  const size_t v4 = std::min(all_v4, limit - v6);
  const size_t more_v6 = std::min(all_v6, limit - v4);
  const auto at = [&](size_t index) { return all.begin() + static_cast<std::ptrdiff_t>(index); };
  std::rotate(at(v4), at(all_v4), at(all_v4 + more_v6));
  host.not_probed.assign(at(limit), all.end());
  all.resize(limit);
}

void add_addresses(MailHost& host, size_t limit, Facts& facts) {
  const DnsObservation& a = facts.dns(host.host, DnsType::a);
  const DnsObservation& aaaa = facts.dns(host.host, DnsType::aaaa);
  host.pending = a.pending() || aaaa.pending();
  if (host.pending) return;
  host.alias = !a.aliases.empty() || !aaaa.aliases.empty();
  host.dnssec = weaker(a.dnssec, aaaa.dnssec);
  host.addresses_complete = a.known() && aaaa.known();
  // One family that cannot be asked hides hosts from us, unless the other already names some.
  std::vector<Address> all = a.addresses;
  all.insert(all.end(), aaaa.addresses.begin(), aaaa.addresses.end());
  if (all.empty() && (!a.known() || !aaaa.known())) return;
  if (all.size() > limit) keep_some(limit, a.addresses.size(), aaaa.addresses.size(), host, all);
  host.addresses = std::move(all);
}

// "192.0.2.1", "2001:db8::1", "[192.0.2.1]": what people write where a host name belongs.
bool looks_like_address(const Name& host) {
  std::string_view text = host.text();
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  if (text.starts_with("ipv6:")) text.remove_prefix(5);
  return Address::parse(text).has_value();
}

void add_host(const Name& name, uint16_t preference, size_t limit, Facts& facts, Route& out) {
  MailHost host{.host = name, .preference = preference};
  if (looks_like_address(name)) {
    host.ip_literal = true;
    host.addresses_complete = true;
    host.addresses.emplace();
  } else {
    add_addresses(host, limit, facts);
  }
  out.pending |= host.pending;
  out.hosts.push_back(std::move(host));
}

// No MX record: mail goes to the domain's own address, if it has one (RFC 5321 §5.1).
Route without_mx(const Name& domain, Facts& facts) {
  Route out;
  add_host(domain, 0, max_addresses_per_host, facts, out);
  if (out.pending) return out;
  const auto& addresses = out.hosts.front().addresses;
  if (!addresses) {
    out.hosts.clear();
    return out;
  }
  out.kind = addresses->empty() ? MxKind::none : MxKind::implicit;
  if (addresses->empty()) out.hosts.clear();
  return out;
}

}  // namespace

std::string_view to_text(MxKind kind) { return kinds[static_cast<size_t>(kind)]; }

Route route(const Name& domain, Facts& facts) {
  Route out;
  const DnsObservation& seen = facts.dns(domain, DnsType::mx);
  out.pending = seen.pending();
  if (!seen.known()) return out;
  if (seen.nxdomain()) {
    out.kind = MxKind::none;
    return out;
  }
  if (seen.mx.empty()) return without_mx(domain, facts);

  std::vector<MxRecord> records = seen.mx;
  std::ranges::sort(records);
  const size_t limit = std::min(
      max_addresses_per_host, max_addresses_probed / std::min(records.size(), max_mx_hosts_probed));
  size_t nulls = 0;
  std::vector<Name> taken;
  for (const MxRecord& record : records) {
    if (!record.host) {
      ++nulls;
      out.null_preference |= record.preference != 0;
      continue;
    }
    if (std::ranges::find(taken, *record.host) != taken.end()) continue;
    taken.push_back(*record.host);
    if (out.hosts.size() < max_mx_hosts_probed)
      add_host(*record.host, record.preference, limit, facts, out);
    else
      ++out.not_probed;
  }
  out.null_beside_others = nulls > 0 && !out.hosts.empty();
  // RFC 7505 §3: a null MX stands alone.
  if (nulls == 0)
    out.kind = MxKind::explicit_mx;
  else
    out.kind = out.hosts.empty() && nulls == 1 ? MxKind::null : MxKind::invalid;
  return out;
}

}  // namespace mailfleet
