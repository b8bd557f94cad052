#include "checks/mx/mx.h"

#include <algorithm>
#include <array>

#include "checks/base/route.h"
#include "checks/mx/special_use.h"

namespace mailfleet {
namespace {

constexpr size_t max_hosts_shown = 50;  // one answer may hold thousands
constexpr size_t max_addresses_shown = 50;

constexpr std::array<std::string_view, 6> ladder{"none",   "unusable", "implicit",
                                                 "faulty", "null",     "sound"};
enum Level { none, unusable, implicit, faulty, null, sound };

constexpr std::array<std::string_view, 5> statuses{"ok", "nxdomain", "servfail", "timeout",
                                                   "refused"};
constexpr std::array<std::string_view, 3> securities{"insecure", "secure", "bogus"};

Value dns_facts(const DnsObservation& mx) {
  Value out = Value::object();
  const bool bogus = mx.outcome == Outcome::bogus;
  out.set("status", bogus ? "servfail" : statuses[static_cast<size_t>(mx.status)]);
  if (bogus)
    out.set("dnssec", "bogus");
  else
    out.set("dnssec",
            mx.known() && mx.dnssec ? Value(securities[static_cast<size_t>(*mx.dnssec)]) : Value());
  return out;
}

// The name whose owner controls the host: its operator, or the name registered for it.
Value controller_of(const Name& host, std::string_view operator_name, Facts& facts) {
  if (!operator_name.empty()) return operator_name;
  if (Address::parse(host.text())) return host.text();
  const SuffixObservation& seen = facts.suffix(host);
  if (seen.outcome == Outcome::answered && seen.registrable) return seen.registrable->text();
  const size_t labels = host.label_count();
  return labels > 2 ? host.parent()->text() : host.text();
}

Value host_facts(const Name& host, uint16_t preference, Value addresses, Value complete,
                 const Domain& domain, Facts& facts) {
  const std::string_view name = domain.reference->operator_of(host);
  Value out = Value::object();
  out.set("host", host.text());
  out.set("preference", static_cast<int>(preference));
  out.set("addresses", std::move(addresses));
  out.set("addresses_complete", std::move(complete));
  out.set("operator", name.empty() ? Value() : Value(name));
  out.set("controller", controller_of(host, name, facts));
  return out;
}

Value address_list(const MailHost& host) {
  if (!host.addresses) return {};
  std::vector<Address> all = *host.addresses;
  all.insert(all.end(), host.not_probed.begin(), host.not_probed.end());
  std::ranges::sort(all, {}, [](const Address& each) { return std::pair(!each.is_v4(), each); });
  Value out = Value::list();
  for (const Address& each : all)
    if (out.items().size() < max_addresses_shown) out.push(each.text());
  return out;
}

// Hosts beyond those that are probed: their names matter (mail may go there), their addresses are
// not asked for.
void add_unprobed(const Domain& domain, const Route& route, Facts& facts, Value& hosts) {
  std::vector<MxRecord> records = facts.dns(domain.name, DnsType::mx).mx;
  std::ranges::sort(records);
  std::vector<Name> taken;
  for (const MailHost& each : route.hosts) taken.push_back(each.host);
  for (const MxRecord& record : records) {
    if (!record.host || std::ranges::find(taken, *record.host) != taken.end()) continue;
    if (taken.size() >= max_hosts_shown) return;
    taken.push_back(*record.host);
    hosts.push(host_facts(*record.host, record.preference, Value(), Value(), domain, facts));
  }
}

Value hosts_facts(const Domain& domain, const Route& route, Facts& facts) {
  Value out = Value::list();
  if (route.kind == MxKind::null || route.kind == MxKind::none) return out;
  for (const MailHost& each : route.hosts)
    out.push(host_facts(each.host, each.preference, address_list(each),
                        each.addresses ? Value(each.addresses_complete) : Value(), domain, facts));
  if (route.not_probed > 0) add_unprobed(domain, route, facts, out);
  return out;
}

bool is_legacy(const Name& name, const Reference& reference) {
  return std::ranges::any_of(reference.legacy_suffixes, [&](const std::string& suffix) {
    const auto ancestor = Name::parse(suffix);
    return ancestor && name.is_at_or_under(*ancestor);
  });
}

bool lacks_address(const MailHost& host) { return host.addresses && host.addresses->empty(); }

void judge_addresses(const MailHost& host, Judgement& out) {
  if (!host.addresses) return;
  if (!host.not_probed.empty())
    out.findings.push_back({"mx-many-addresses", Severity::info, host.host.text(),
                            std::to_string(host.not_probed.size()) + " more not probed"});
  for (const Address& address : *host.addresses) {
    const std::string_view kind = special_use(address);
    if (kind.empty()) continue;
    // Documentation and loopback addresses stand in for real ones in laboratories.
    const bool laboratory = kind == "documentation" || kind == "loopback";
    out.findings.push_back({"mx-special-address", laboratory ? Severity::info : Severity::advice,
                            host.host.text(), address.text() + " (" + std::string(kind) + ")"});
  }
}

void judge_host(const MailHost& host, const Domain& domain, std::optional<MxKind> kind,
                bool some_other_works, Judgement& out) {
  const std::string& subject = host.host.text();
  // RFC 5321 §5.1: the MX data is a host name; no sender is obliged to read an address there.
  if (host.ip_literal)
    out.findings.push_back({"mx-ip-address", Severity::fail, subject, subject});
  else if (lacks_address(host) && some_other_works)
    out.findings.push_back({"mx-no-address", Severity::advice, subject, "no A or AAAA record"});
  // RFC 5321 §5.1: a domain may be an alias, and mail then goes where that leads; an MX host not.
  if (host.alias && kind != MxKind::implicit)
    out.findings.push_back({"mx-cname", Severity::advice, subject, "an alias (CNAME)"});
  if (is_legacy(host.host, *domain.reference))
    out.findings.push_back({"mx-legacy-name", Severity::advice, subject, subject});
  judge_addresses(host, out);
}

void judge_nulls(const Domain& domain, const Route& route, size_t nulls, Judgement& out) {
  const std::string& subject = domain.name.text();
  if (route.null_beside_others || nulls > 1)
    out.findings.push_back(
        {"mx-null-not-alone", Severity::fail, subject, "\".\" beside other MX records"});
  if (route.null_preference)
    out.findings.push_back(
        {"mx-null-preference", Severity::fail, subject, "\".\" with a preference other than 0"});
}

void judge_duplicates(const Domain& domain, const std::vector<MxRecord>& records, Judgement& out) {
  std::vector<Name> once;
  std::vector<Name> told;
  for (const MxRecord& record : records) {
    if (!record.host) continue;
    const bool again = std::ranges::find(once, *record.host) != once.end();
    once.push_back(*record.host);
    if (!again || std::ranges::find(told, *record.host) != told.end()) continue;
    told.push_back(*record.host);
    out.findings.push_back(
        {"mx-duplicate-host", Severity::info, domain.name.text(), record.host->text()});
  }
}

void judge_kind(const Domain& domain, const Route& route, bool gone, Judgement& out) {
  const std::string& subject = domain.name.text();
  if (gone) {
    out.findings.push_back({"domain-gone", Severity::fail, subject, "the name does not exist"});
  } else if (route.kind == MxKind::none && !domain.parked) {
    out.findings.push_back({"mx-none", Severity::info, subject, "no MX record and no address"});
  } else if (route.kind == MxKind::implicit && !domain.parked) {
    out.findings.push_back(
        {"mx-implicit", Severity::advice, subject, "no MX record, but an address"});
  } else if (route.kind == MxKind::null && !domain.parked) {
    out.findings.push_back({"mx-null", Severity::info, subject, "0 ."});
  }
  if (domain.parked && !gone && route.kind != MxKind::null)
    out.findings.push_back(
        {"mx-parked-without-null", Severity::info, subject, std::string(to_text(*route.kind))});
}

void judge_hosts(const Domain& domain, const Route& route, Judgement& out) {
  const auto may_work = [](const MailHost& host) { return !lacks_address(host); };
  const bool some_work = std::ranges::any_of(route.hosts, may_work);
  for (const MailHost& each : route.hosts) judge_host(each, domain, route.kind, some_work, out);
  // RFC 5321 §5.1: with MX records of which none is usable, the own address must not be used.
  if (!some_work && !route.hosts.empty())
    out.findings.push_back(
        {"mx-unusable", Severity::fail, domain.name.text(), "no mail host has an address"});
  if (route.not_probed > 0)
    out.findings.push_back({"mx-many-hosts", Severity::info, domain.name.text(),
                            std::to_string(route.not_probed) + " more not probed"});
}

std::optional<int> level_of(const Route& route, const std::vector<Finding>& findings) {
  const auto found = [&](std::string_view code) {
    return std::ranges::find(findings, code, &Finding::code) != findings.end();
  };
  if (route.kind == MxKind::none) return none;
  if (route.kind == MxKind::implicit) return implicit;
  if (found("mx-unusable")) return unusable;
  if (found("mx-null-not-alone") || found("mx-null-preference")) return faulty;
  if (route.kind == MxKind::null) return null;
  const auto known = [](const MailHost& host) { return host.addresses.has_value(); };
  if (std::ranges::none_of(route.hosts, known)) return {};
  for (const char* code : {"mx-ip-address", "mx-no-address", "mx-cname"})
    if (found(code)) return faulty;
  return sound;
}

Value name_servers(const DnsObservation& ns) {
  if (!ns.known()) return {};
  Value out = Value::list();
  for (const Name& each : ns.names) out.push(each.text());
  return out;
}

Judgement judge_mx(const Domain& domain, Facts& facts) {
  const DnsObservation& mx = facts.dns(domain.name, DnsType::mx);
  const DnsObservation& ns = facts.dns(domain.name, DnsType::ns);
  const Route where = route(domain.name, facts);
  if (where.pending || ns.pending()) return {};

  Judgement out;
  Value dns = dns_facts(mx);
  dns.set("ns", mx.known() ? name_servers(ns) : Value());
  out.facts.set("kind", where.kind ? Value(to_text(*where.kind)) : Value());
  out.facts.set("hosts", where.kind ? hosts_facts(domain, where, facts) : Value());
  out.facts.set("dns", std::move(dns));
  if (!where.kind) return out;

  const auto nulls = std::ranges::count_if(mx.mx, [](const MxRecord& each) { return !each.host; });
  judge_kind(domain, where, mx.nxdomain(), out);
  judge_nulls(domain, where, static_cast<size_t>(nulls), out);
  if (where.kind != MxKind::none) judge_hosts(domain, where, out);
  judge_duplicates(domain, mx.mx, out);
  // Policy asks for the old secure-intranet names to be replaced by plain gov.uk ones.
  if (is_legacy(domain.name, *domain.reference))
    out.findings.push_back(
        {"mx-legacy-domain", Severity::fail, domain.name.text(), domain.name.text()});
  out.level = level_of(where, out.findings);
  return out;
}

}  // namespace

const Check mx_check{"mx", "Where mail is delivered", ladder, judge_mx, compare_mx};

}  // namespace mailfleet
