#include "checks/dane/dane.h"

#include <algorithm>
#include <array>

#include "checks/base/tlsa_base.h"
#include "checks/dane/tlsa.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 7> ladder{"mismatch",  "insecure", "none", "encrypt-only",
                                                 "host-only", "partial",  "valid"};
enum Level { mismatch, insecure, none, encrypt_only, host_only, partial, valid };

constexpr uint32_t long_ttl_seconds = 86400;

struct Look {
  Endpoint endpoint;
  DaneInput input{};
  DaneAction action = DaneAction::unknown;
  TlsaFinding found{};
  size_t void_usable = 0;                // records without DNSSEC, well-formed for SMTP
  bool no_tls = false;                   // records to match, and the server said no to TLS
  std::optional<TlsaVerdict> verdict{};  // empty: not tried
};

size_t usable_in(const DnsObservation* records) {
  return records ? static_cast<size_t>(std::ranges::count_if(records->tlsa, is_usable)) : 0;
}

// RFC 7672 §3.2.2: the TLSA base domain; and, when the MX record is secure, the next-hop domain, as
// it was asked for and where its own aliases lead.
std::vector<Name> reference_names(const Look& look, const Name& domain, const DnsObservation& mx) {
  std::vector<Name> out{look.endpoint.host};
  if (look.found.base && *look.found.base != look.endpoint.host) out.push_back(*look.found.base);
  if (look.input.mx_secure != true) return out;
  out.push_back(domain);
  if (!mx.aliases.empty()) out.push_back(mx.aliases.back());
  return out;
}

void match(const Name& domain, Facts& facts, Look& out) {
  if (out.action != DaneAction::authenticate && out.action != DaneAction::authenticate_host_only)
    return;
  if (!out.endpoint.probed) return;
  // RFC 7671 §4.1, RFC 7672 §3: the server is asked for by its TLSA base domain (SNI).
  const SmtpObservation& seen = facts.smtp(*out.found.base, *out.endpoint.address);
  if (!seen.known()) return;
  out.no_tls = seen.reason == SmtpReason::not_offered || seen.reason == SmtpReason::masked ||
               seen.reason == SmtpReason::starttls_5xx;
  if (!seen.tls || seen.tls->chain.sent.empty()) return;
  out.verdict = judge_tlsa(out.found.records->tlsa,
                           {.sent = seen.tls->chain.sent,
                            .names = reference_names(out, domain, facts.dns(domain, DnsType::mx)),
                            .now = facts.now()});
}

Look look_at(const Endpoint& endpoint, const Name& domain, std::optional<bool> mx_secure,
             Facts& facts) {
  Look out{.endpoint = endpoint, .input = {.mx_secure = mx_secure}};
  if (!endpoint.address) return out;
  out.found = find_tlsa(endpoint, facts);
  if (out.found.pending) return out;
  out.void_usable = usable_in(out.found.void_records);
  out.input.address_secure = out.found.address_secure;
  out.input.tlsa_secure = out.found.tlsa_secure;
  out.input.total = out.found.records ? out.found.records->tlsa.size() : 0;
  out.input.usable = usable_in(out.found.records);
  out.action = decide_dane(out.input);
  match(domain, facts, out);
  return out;
}

// Empty: not known, or not tried.
std::optional<Level> level_of(const Look& look) {
  switch (look.action) {
    case DaneAction::unknown:
      return {};
    case DaneAction::opportunistic:
      return look.found.void_records ? insecure : none;
    case DaneAction::encrypt_only:
      return encrypt_only;
    case DaneAction::authenticate:
    case DaneAction::authenticate_host_only:
      break;
  }
  if (!look.verdict) return {};
  if (!look.verdict->authenticated) return mismatch;
  return look.action == DaneAction::authenticate ? valid : host_only;
}

// The worst host decides, but a domain with DANE on some hosts has more than none.
std::optional<int> roll_up(const std::vector<Look>& looks) {
  std::optional<int> worst;
  bool some = false;
  for (const Look& look : looks)
    if (const auto level = level_of(look)) {
      worst = std::min<int>(*level, worst.value_or(*level));
      some |= *level == valid;
    }
  if (some && *worst >= none && *worst < valid) return partial;
  // A host that DNS could not tell of may lack what the others have, or have what they lack.
  const bool hidden = std::ranges::any_of(looks, [](const Look& look) {
    return look.endpoint.address ? look.action == DaneAction::unknown
                                 : !look.endpoint.address_known;
  });
  const bool may_be_signed = looks.empty() || looks.front().input.mx_secure != false;
  if (hidden && worst && (worst == valid || (*worst >= none && may_be_signed))) return {};
  return worst;
}

std::optional<bool> secure_of(const Look& look) {
  if (!look.endpoint.address) return {};
  // One insecure link is enough to know; a missing one is not.
  for (const auto& link : {look.input.mx_secure, look.input.address_secure, look.input.tlsa_secure})
    if (link == false) return false;
  for (const auto& link : {look.input.mx_secure, look.input.address_secure, look.input.tlsa_secure})
    if (!link) return {};
  return true;
}

Value facts_of(const Look& look) {
  Value out = look.endpoint.head();
  out.set("secure", secure_of(look));
  const bool known = look.endpoint.address && look.input.tlsa_secure;
  const size_t usable = look.found.records ? look.input.usable : look.void_usable;
  out.set("usable", known ? Value(usable) : Value());
  out.set("matches", look.verdict ? Value(look.verdict->authenticated) : Value());
  return out;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) (out += out.empty() ? "" : ", ") += word;
  return out;
}

std::string combinations(const std::vector<TlsaRecord>& records,
                         bool (*wanted)(const TlsaRecord&)) {
  std::vector<std::string> out;
  for (const TlsaRecord& record : records) {
    const std::string text = combination_text(record);
    if (wanted(record) && std::ranges::find(out, text) == out.end()) out.push_back(text);
  }
  return joined(out);
}

// What the records themselves could do better (RFC 7671 §10, §13; RFC 7672 §4).
void note_records(const Look& look, EndpointFindings& out) {
  const std::vector<TlsaRecord>& records = look.found.records->tlsa;
  const auto told = [&](const char* code, Severity severity, bool (*wanted)(const TlsaRecord&)) {
    const std::string which = combinations(records, wanted);
    if (!which.empty()) out.note(code, severity, look.endpoint, which);
  };
  if (look.input.usable == 0)
    told("tlsa-unusable", Severity::advice, [](const TlsaRecord&) { return true; });
  else
    told("tlsa-record-unusable", Severity::info, [](const TlsaRecord& r) { return !is_usable(r); });
  told("tlsa-full-matching", Severity::advice,
       [](const TlsaRecord& r) { return is_usable(r) && r.matching == 0; });
  told("tlsa-certificate-selector", Severity::advice,
       [](const TlsaRecord& r) { return is_usable(r) && r.usage == 3 && r.selector == 0; });
  if (look.found.records->ttl_seconds > long_ttl_seconds)
    out.note("tlsa-ttl-long", Severity::info, look.endpoint, "longer than a day");
}

void note(const Look& look, EndpointFindings& out) {
  if (!look.endpoint.address) return;
  if (look.action == DaneAction::unknown)
    out.note("dane-unknown", Severity::info, look.endpoint, "a look-up failed or was bogus");
  if (look.found.void_records)
    out.note("tlsa-insecure", Severity::fail, look.endpoint, "TLSA records without DNSSEC");
  if (look.action < DaneAction::encrypt_only) return;
  note_records(look, out);
  if (look.action == DaneAction::authenticate_host_only)
    out.note("dane-host-only", Severity::info, look.endpoint, "the MX record is not signed");
  if (look.no_tls)
    out.note("dane-without-tls", Severity::fail, look.endpoint, "TLSA records but no STARTTLS");
  if (!look.verdict) return;
  if (!look.verdict->authenticated)
    out.note("dane-mismatch", Severity::fail, look.endpoint,
             combinations(look.found.records->tlsa, is_usable));
  if (!look.verdict->uncovered.empty())
    out.note("tlsa-combination-without-match", Severity::advice, look.endpoint,
             joined(look.verdict->uncovered));
}

void note_domain(const Domain& domain, const std::vector<Look>& looks, std::optional<int> level,
                 EndpointFindings& out) {
  if (level == none)
    out.note({"dane-absent", Severity::info, domain.name.text(), "no TLSA records"});
  if (level != partial) return;
  std::vector<std::string> without;
  for (const Look& look : looks)
    if (const auto each = level_of(look); each && *each < host_only)
      if (std::ranges::find(without, look.endpoint.host.text()) == without.end())
        without.push_back(look.endpoint.host.text());
  out.note({"dane-partial", Severity::advice, domain.name.text(), "without: " + joined(without)});
}

}  // namespace

std::string_view to_text(DaneAction action) {
  static constexpr std::string_view texts[] = {"unknown", "opportunistic", "encrypt-only",
                                               "authenticate-host-only", "authenticate"};
  return texts[static_cast<size_t>(action)];
}

DaneAction decide_dane(const DaneInput& input) {
  // RFC 7672 §2.2.2: nothing to look for below insecure addresses.
  if (input.address_secure == false) return DaneAction::opportunistic;
  if (!input.address_secure || !input.tlsa_secure) return DaneAction::unknown;
  if (input.tlsa_secure == false || input.total == 0) return DaneAction::opportunistic;
  if (!input.mx_secure) return DaneAction::unknown;
  // §2.2: records that nobody can use still promise TLS.
  if (input.usable == 0) return DaneAction::encrypt_only;
  return *input.mx_secure ? DaneAction::authenticate : DaneAction::authenticate_host_only;
}

Judgement judge_dane(const Domain& domain, Facts& facts) {
  Judgement out;
  const auto all = endpoints_of(domain.name, facts, out);
  if (!all) return out;
  const std::optional<bool> mx_secure = security_of(facts.dns(domain.name, DnsType::mx));
  std::vector<Look> looks;
  for (const Endpoint& endpoint : *all)
    looks.push_back(look_at(endpoint, domain.name, mx_secure, facts));
  out.level = roll_up(looks);
  EndpointFindings findings;
  Value endpoints = Value::list();
  for (const Look& look : looks) {
    endpoints.push(facts_of(look));
    note(look, findings);
  }
  note_domain(domain, looks, out.level, findings);
  out.findings = findings.take();
  out.facts.set("endpoints", std::move(endpoints));
  return out;
}

const Check dane_check{.id = "dane",
                       .title = "Certificates vouched for by DNSSEC (DANE)",
                       .ladder = ladder,
                       .judge = judge_dane,
                       .compare = compare_dane};

}  // namespace mailfleet
