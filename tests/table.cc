#include "tests/table.h"

#include <algorithm>

#include "monitor/scan.h"
#include "tests/reference.h"
#include "tests/told.h"

namespace mailfleet {
namespace {

constexpr auto day = std::chrono::days(1);

std::map<std::string, std::set<Severity>> told;

template <class Key, class Seen>
Observation or_failed(const std::map<Key, Seen>& held, const Key& key) {
  const auto found = held.find(key);
  if (found != held.end()) return found->second;
  return failed_observation(Question(key), "nothing in the table");
}

}  // namespace

const std::map<std::string, std::set<Severity>>& codes_told() { return told; }

DnsObservation& Table::mx(std::string_view name, uint16_t preference, std::string_view host) {
  DnsObservation& o = dns(name, DnsType::mx);
  o.mx.push_back({preference, Name::from_dns(host)});
  std::ranges::sort(o.mx);
  return o;
}

DnsObservation& Table::address(std::string_view name, std::string_view text) {
  const Address address = *Address::parse(text);
  DnsObservation& o = dns(name, address.is_v4() ? DnsType::a : DnsType::aaaa);
  o.addresses.push_back(address);
  std::ranges::sort(o.addresses);
  return o;
}

DnsObservation& Table::dns(std::string_view name, DnsType type) {
  DnsObservation& o = held_.dns[DnsQuestion{*Name::from_dns(name), type}];
  if (o.outcome == Outcome::pending) {
    o.outcome = Outcome::answered;
    o.dnssec = Dnssec::insecure;
  }
  return o;
}

void Table::fail(std::string_view name, DnsType type, DnsStatus status) {
  held_.dns[DnsQuestion{*Name::from_dns(name), type}] =
      DnsObservation{.outcome = Outcome::failed, .status = status, .why = "said by the test"};
}

void Table::bogus(std::string_view name, DnsType type) {
  held_.dns[DnsQuestion{*Name::from_dns(name), type}] =
      DnsObservation{.outcome = Outcome::bogus,
                     .status = DnsStatus::servfail,
                     .dnssec = Dnssec::bogus,
                     .why = "said by the test"};
}

SmtpObservation& Table::smtp(std::string_view host, std::string_view address, SmtpDepth depth) {
  SmtpObservation& o =
      held_.smtp[SmtpQuestion{*Name::parse(host), *Address::parse(address), depth}];
  if (o.outcome != Outcome::pending) return o;
  o.outcome = Outcome::answered;
  o.reachable = true;
  o.offered = true;
  o.banner = "220 " + std::string(host) + " ESMTP";
  o.ehlo = {"PIPELINING", "STARTTLS"};
  o.ehlo_tls = {"PIPELINING"};
  const auto leaf =
      std::make_shared<Certificate>(certificate_for(host, now - 10 * day, now + 80 * day));
  o.tls = TlsSession{.version = "TLSv1.3",
                     .suite = "TLS_AES_256_GCM_SHA384",
                     .group = "x25519",
                     .chain = {.sent = {leaf}, .path = {leaf}, .faults = {}}};
  if (depth == SmtpDepth::deep)
    o.support = TlsSupport{
        .versions = {{"TLSv1.3", true}, {"TLSv1.2", true}, {"TLSv1.1", false}, {"TLSv1", false}}};
  return o;
}

HttpsObservation& Table::policy(std::string_view host, std::string_view address,
                                std::string_view body) {
  // Whatever id is asked for, the same body answers.
  HttpsObservation& o =
      held_.https[HttpsQuestion{*Name::parse(host), *Address::parse(address), "", ""}];
  const auto leaf =
      std::make_shared<Certificate>(certificate_for(host, now - 10 * day, now + 80 * day));
  o = HttpsObservation{
      .outcome = Outcome::answered,
      .status = 200,
      .content_type = "text/plain",
      .body = std::string(body),
      .tls = TlsSession{.version = "TLSv1.3", .chain = {.sent = {leaf}, .path = {leaf}}},
      .fetched_at = now};
  return o;
}

void Table::suffix(std::string_view name) { suffixes_.insert(*Name::parse(name)); }

DnsObservation Table::absent(const Name& name) const {
  const bool exists = std::ranges::any_of(
      held_.dns, [&](const auto& entry) { return entry.first.name.is_at_or_under(name); });
  return DnsObservation{.outcome = Outcome::absent,
                        .status = exists ? DnsStatus::ok : DnsStatus::nxdomain,
                        .dnssec = Dnssec::insecure};
}

Observation Table::answer(const Question& question) const {
  if (const auto* of_dns = std::get_if<DnsQuestion>(&question)) {
    const auto found = held_.dns.find(*of_dns);
    return found != held_.dns.end() ? found->second : absent(of_dns->name);
  }
  if (const auto* of_smtp = std::get_if<SmtpQuestion>(&question)) {
    if (held_.smtp.contains(*of_smtp)) return held_.smtp.at(*of_smtp);
    return SmtpObservation{.outcome = Outcome::answered, .reason = SmtpReason::refused};
  }
  if (const auto* of_https = std::get_if<HttpsQuestion>(&question))
    return or_failed(held_.https, HttpsQuestion{of_https->host, of_https->address, "", ""});
  const Name& name = std::get<SuffixQuestion>(question).name;
  SuffixObservation out{.outcome = Outcome::answered};
  for (size_t labels = name.label_count(); labels > 0; --labels) {
    const Name suffix = *name.suffix(labels);
    if (!suffixes_.contains(suffix) && labels > 1) continue;
    out.is_suffix = suffix == name;
    out.registrable = name.suffix(labels + 1);
    return out;
  }
  return out;
}

void Table::ask(const Question& question, AskMode, Deadline, Answer done) {
  done(answer(question));
}

Judgement Table::judge(const Check& check, const Domain& domain) {
  const Check* const checks[] = {&check};
  Judgement out;
  run_scan(domain, checks, *this, AskMode::normal, now, Deadline::max(), [&](ScanResult result) {
    passes_ = result.passes;
    out = std::move(result.judgements.front());
  });
  for (const Finding& each : out.findings) told[each.code].insert(each.severity);
  return out;
}

Judgement Table::judge(const Check& check, std::string_view domain) {
  return judge(check, domain_named(domain));
}

std::string Table::level(const Check& check, std::string_view domain) {
  return std::string(check.level_name(judge(check, domain).level));
}

Certificate certificate_for(std::string_view host, Time not_before, Time not_after) {
  return Certificate{.sha256 = "ab",
                     .subject = "CN=" + std::string(host),
                     .issuer = "CN=Test CA",
                     .common_name = std::string(host),
                     .names = {std::string(host)},
                     .has_san = true,
                     .not_before = not_before,
                     .not_after = not_after,
                     .key = "ec-p256",
                     .key_bits = 256,
                     .signature = "sha256"};
}

bool has_finding(const Judgement& judgement, std::string_view code) {
  return std::ranges::any_of(judgement.findings, [&](const Finding& f) { return f.code == code; });
}

Domain domain_named(std::string_view name) {
  Domain domain(*Name::parse(name));
  domain.reference = &shipped_reference();
  return domain;
}

}  // namespace mailfleet
