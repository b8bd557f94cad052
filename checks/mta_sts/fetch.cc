#include "checks/mta_sts/fetch.h"

#include <algorithm>
#include <vector>

#include "checks/base/certificate.h"
#include "checks/base/text.h"

namespace mailfleet::mta_sts {
namespace {

// "text/plain", with or without parameters (RFC 9110 §8.3.1: without case).
bool is_plain_text(std::string_view content_type) {
  return equal_ignoring_case(trim(content_type.substr(0, content_type.find(';'))), "text/plain");
}

bool holds(const std::vector<std::string>& faults, std::string_view word) {
  return std::ranges::find(faults, word) != faults.end();
}

// Empty when the policy host's certificate is good (RFC 8461 §3.3).
std::string certificate_fault(const HttpsObservation& seen, const Name& host, Time now) {
  if (!seen.tls || seen.tls->chain.sent.empty()) return {};
  const CertificateChain& chain = seen.tls->chain;
  // A stored answer is judged by the moment it was fetched.
  const Time at = seen.fetched_at == Time{} ? now : seen.fetched_at;
  const std::vector<std::string> faults = chain_faults_at(chain, at);
  if (!certificate_names(*chain.sent.front(), host)) return "cert-name";
  if (faults.empty()) return {};
  if (holds(faults, "expired") || holds(faults, "not-yet-valid")) return "cert-expired";
  const bool untrusted = holds(faults, "self-signed") || holds(faults, "untrusted-ca") ||
                         holds(faults, "incomplete-chain");
  return untrusted ? "cert-untrusted" : "cert-invalid";
}

std::string word_of(const HttpsObservation& seen) {
  switch (seen.reason) {
    case HttpsReason::ok:
      return "ok";
    case HttpsReason::refused:
      return "refused";
    case HttpsReason::timeout:
      return "timeout";
    case HttpsReason::tls_error:
      return "tls-error";
    case HttpsReason::certificate:
      return "certificate";
    case HttpsReason::status:
      return "http-" + std::to_string(seen.status);
    case HttpsReason::redirect:
      return "redirect";
    case HttpsReason::too_large:
      return "too-large";
    case HttpsReason::slow:
      return "slow";
    case HttpsReason::bad_http:
      return "bad-http";
    case HttpsReason::our_load:
      break;
  }
  return {};
}

Fetch judged(const HttpsObservation& seen, const Name& host, Time now) {
  Fetch out{.why = seen.why};
  if (!seen.known()) return out;
  out.outcome = word_of(seen);
  out.reason = certificate_fault(seen, host, now);
  if (!out.reason.empty() && (out.ok() || out.outcome == "certificate"))
    out.outcome = "certificate";
  else
    out.reason.clear();
  if (out.ok() && !is_plain_text(seen.content_type)) {
    out.outcome = "not-text";
    out.reason = "media-type";
    out.why = seen.content_type;
  }
  if (!out.ok()) return out;
  out.body = seen.body;
  out.fetched_at = seen.fetched_at == Time{} ? now : seen.fetched_at;
  return out;
}

// The addresses to try, IPv4 first: more monitors have it than IPv6.
struct Addresses {
  bool pending = false;
  bool known = true;  // false when a family that was not seen might hold some
  std::vector<Address> all{};
  std::string host{};  // that they belong to, aliases followed
};

Addresses addresses_of(const Name& host, Facts& facts) {
  const DnsObservation& a = facts.dns(host, DnsType::a);
  const DnsObservation& aaaa = facts.dns(host, DnsType::aaaa);
  Addresses out{.pending = a.pending() || aaaa.pending(), .known = a.known() && aaaa.known()};
  if (out.pending) return out;
  out.host = a.aliases.empty() ? host.text() : a.aliases.back().text();
  out.all = a.addresses;
  out.all.insert(out.all.end(), aaaa.addresses.begin(), aaaa.addresses.end());
  if (out.all.size() > max_addresses_tried) out.all.resize(max_addresses_tried);
  return out;
}

}  // namespace

bool Fetch::inconclusive() const {
  return outcome.empty() || outcome == "dns-failed" || outcome == "refused" || outcome == "timeout";
}

Fetch fetch_policy(const Name& domain, const std::string& id, Facts& facts) {
  const auto host = domain.under("mta-sts");
  if (!host) return {.outcome = "dns-none"};
  const Addresses to = addresses_of(*host, facts);
  if (to.pending) return {.pending = true};
  if (to.all.empty()) return {.outcome = to.known ? "dns-none" : "dns-failed"};
  Fetch last;
  bool timed_out = false;
  for (const Address& address : to.all) {
    const HttpsObservation& seen = facts.https(*host, address, std::string(policy_path), id);
    if (seen.pending()) return {.pending = true};
    last = judged(seen, *host, facts.now());
    last.host = to.host;
    timed_out |= last.outcome == "timeout";
    if (!last.inconclusive()) return last;
  }
  // All were silent or refused; a time-out says least, so it is what we report.
  if (timed_out && !last.outcome.empty()) last.outcome = "timeout";
  return last;
}

}  // namespace mailfleet::mta_sts
