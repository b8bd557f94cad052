#include "checks/mta_sts/view.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "checks/base/certificate.h"

namespace mailfleet::mta_sts {
namespace {

constexpr size_t max_hosts_listed = 100;

std::string sha256_hex(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return {};
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += digits[digest[i] >> 4];
    out += digits[digest[i] & 0xf];
  }
  return out;
}

Health health_of(const SmtpObservation& seen, const Name& host, Time now, std::string& why) {
  if (!seen.known()) return Health::unknown;
  switch (seen.reason) {
    case SmtpReason::not_offered:
    case SmtpReason::masked:
    case SmtpReason::starttls_5xx:
    case SmtpReason::handshake_failed:
    case SmtpReason::injection:
      why = to_text(seen.reason);
      return Health::no_tls;
    default:
      break;
  }
  if (!seen.tls || seen.tls->chain.sent.empty()) return Health::unknown;
  const auto faults = chain_faults_at(seen.tls->chain, now);
  if (!faults.empty()) {
    why = faults.front();
    return Health::untrusted;
  }
  if (certificate_names(*seen.tls->chain.sent.front(), host)) return Health::good;
  why = seen.tls->chain.sent.front()->subject;
  return Health::wrong_name;
}

// RFC 8461 §4.2 asks of every host: STARTTLS, a trusted chain, the host's name in it.
void look_at_health(const MailHost& host, Facts& facts, CoveredHost& out, View& view) {
  if (!host.addresses || host.ip_literal) return;
  for (const Address& address : *host.addresses) {
    const SmtpObservation& seen = facts.smtp(host.host, address);
    view.pending |= seen.pending();
    std::string why;
    const Health health = health_of(seen, host.host, facts.now(), why);
    if (health <= out.health) continue;
    out.health = health;
    out.seen = address.text() + (why.empty() ? "" : ": " + why);
  }
}

void look_at_hosts(const Domain& domain, const Route& to, Facts& facts, View& view) {
  if (!view.valid() || view.policy->mode == "none") return;
  for (const MailHost& host : to.hosts) {
    CoveredHost one{.host = host.host, .covered = covers(*view.policy, host.host)};
    look_at_health(host, facts, one, view);
    view.hosts.push_back(std::move(one));
  }
  // A policy speaks of every MX host, also of those too many to be probed.
  if (to.not_probed > 0)
    for (const MxRecord& record : facts.dns(domain.name, DnsType::mx).mx)
      if (record.host && view.hosts.size() < max_hosts_listed &&
          std::ranges::find(view.hosts, *record.host, &CoveredHost::host) == view.hosts.end())
        view.hosts.push_back({.host = *record.host, .covered = covers(*view.policy, *record.host)});
  if (!to.kind || view.hosts.empty()) return;
  const auto count = std::ranges::count(view.hosts, true, &CoveredHost::covered);
  if (count == 0)
    view.covered = "none";
  else
    view.covered = static_cast<size_t>(count) == view.hosts.size() ? "all" : "some";
}

// RFC 8461 §3.1, §3.3: a policy once fetched is used until its max_age ends, whatever becomes of
// the record; a policy fetched later replaces it, also one that says none.
std::optional<std::string> applying(const Domain& domain, const View& view, Time now) {
  if (view.valid()) return view.policy->mode;
  if (domain.remembered && domain.remembered->applies_at(now)) return domain.remembered->mode;
  return {};
}

}  // namespace

View look(const Domain& domain, Facts& facts) {
  View view;
  const DnsObservation& txt = facts.dns(domain.name.under("_mta-sts"), DnsType::txt);
  const Route to = route(domain.name, facts);
  view.pending = txt.pending() || to.pending;
  view.record_known = txt.known();
  if (view.record_known) view.record = read_records(txt.txt);
  if (view.record.result == RecordResult::valid) {
    view.fetch = fetch_policy(domain.name, view.record.id, facts);
    view.pending |= view.fetch.pending;
  }
  if (view.pending) return view;
  view.kind = to.kind;
  if (to.kind)
    view.receives =
        to.kind == MxKind::explicit_mx || to.kind == MxKind::implicit || to.kind == MxKind::invalid;
  if (view.fetch.ok()) {
    view.policy = parse_policy(view.fetch.body);
    view.body_digest = sha256_hex(view.fetch.body);
  }
  look_at_hosts(domain, to, facts, view);
  view.applies = applying(domain, view, facts.now());
  return view;
}

}  // namespace mailfleet::mta_sts
