#include "checks/starttls/starttls.h"

#include <algorithm>
#include <array>

#include "checks/base/endpoints.h"
#include "checks/base/text.h"
#include "checks/starttls/support.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 5> ladder{"plaintext", "broken", "legacy", "tls12", "tls13"};
enum Level { plaintext, broken, legacy, tls12, tls13 };

struct Look {
  Endpoint endpoint;
  const SmtpObservation* seen = nullptr;  // null: there was no address to ask, or one too many
  const TlsSupport* support = nullptr;    // null: no deep scan yet
  std::optional<int> level{};             // empty: nothing conclusive
};

// Only what the server said for certain counts; a time-out or a 4xx may be about us.
std::optional<int> level_of(const SmtpObservation& seen) {
  switch (seen.reason) {
    case SmtpReason::not_offered:
    case SmtpReason::masked:
    case SmtpReason::starttls_5xx:
      return plaintext;
    case SmtpReason::handshake_failed:
    case SmtpReason::injection:
      return broken;
    case SmtpReason::none:
      break;
    default:
      return {};
  }
  if (!seen.tls) return {};
  if (seen.tls->version == "TLSv1.3") return tls13;
  return seen.tls->version == "TLSv1.2" ? tls12 : legacy;
}

Look look_at(const Endpoint& endpoint, Facts& facts) {
  Look out{.endpoint = endpoint};
  if (!endpoint.address || !endpoint.probed) return out;
  const SmtpObservation& basic = facts.smtp(endpoint.host, *endpoint.address);
  if (basic.pending()) return out;
  out.seen = &basic;
  if (!basic.known()) return out;
  out.level = level_of(basic);
  if (basic.reason != SmtpReason::none || !basic.tls) return out;
  // Many connections more, so only where one has succeeded.
  const SmtpObservation& deep = facts.smtp(endpoint.host, *endpoint.address, SmtpDepth::deep);
  if (deep.known() && deep.support) out.support = &*deep.support;
  return out;
}

// Empty before a scan that was told of both versions that matter: a list with holes in it would
// look like a version switched off.
Value versions_of(const TlsSupport* support) {
  if (!support) return {};
  for (const char* version : {"TLSv1.2", "TLSv1.3"})
    if (!support->versions.contains(version)) return {};
  Value out = Value::list();
  for (const char* version : {"SSLv2", "SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"}) {
    const auto found = support->versions.find(version);
    if (found != support->versions.end() && found->second) out.push(version);
  }
  return out;
}

Value reason_of(const Look& look) {
  if (!look.endpoint.address) return look.endpoint.address_known ? Value("no-address") : Value();
  if (!look.seen) return {};
  if (!look.seen->known() && look.seen->reason == SmtpReason::none) return "our-load";
  const std::string_view reason = to_text(look.seen->reason);
  return reason.empty() ? Value() : Value(reason);
}

Value reachable_of(const Look& look) {
  if (!look.endpoint.address) return look.endpoint.address_known ? Value(false) : Value();
  if (!look.seen) return {};
  if (look.seen->reachable) return true;
  // Our own load says nothing about them.
  return look.seen->known() && look.seen->reason != SmtpReason::our_load ? Value(false) : Value();
}

Value facts_of(const Look& look) {
  Value out = look.endpoint.head();
  const bool seen = look.seen && look.seen->known();
  const TlsSession* tls = seen && look.seen->tls ? &*look.seen->tls : nullptr;
  out.set("reachable", reachable_of(look));
  out.set("offered", seen ? Value(look.seen->offered) : Value());
  out.set("version", tls && !tls->version.empty() ? Value(tls->version) : Value());
  out.set("versions", versions_of(look.support));
  out.set("suite", tls && !tls->suite.empty() ? Value(tls->suite) : Value());
  out.set("group", tls && !tls->group.empty() ? Value(tls->group) : Value());
  out.set("reason", reason_of(look));
  return out;
}

struct Told {
  SmtpReason reason;
  std::string_view code;
  Severity severity;
};

constexpr Told told[] = {
    {SmtpReason::not_offered, "starttls-not-offered", Severity::fail},
    {SmtpReason::masked, "starttls-masked", Severity::fail},
    {SmtpReason::starttls_5xx, "starttls-refused", Severity::fail},
    {SmtpReason::injection, "starttls-injection", Severity::fail},
    {SmtpReason::handshake_failed, "starttls-handshake-failed", Severity::fail},
    {SmtpReason::starttls_454, "starttls-deferred", Severity::info},
    {SmtpReason::banner_4xx, "starttls-turned-away", Severity::info},
    {SmtpReason::banner_5xx, "starttls-turned-away", Severity::info},
    {SmtpReason::ehlo_failed, "starttls-inconclusive", Severity::info},
    {SmtpReason::closed, "starttls-inconclusive", Severity::info},
    {SmtpReason::handshake_timeout, "starttls-inconclusive", Severity::info}};

std::string words_for(const SmtpObservation& seen) {
  const std::string why = for_display(seen.why, 200);
  return why.empty() ? std::string(to_text(seen.reason)) : why;
}

bool offers_requiretls(const SmtpObservation& seen) {
  return std::ranges::any_of(seen.ehlo_tls, [](const std::string& line) {
    return equal_ignoring_case(std::string_view(line).substr(0, line.find(' ')), "REQUIRETLS");
  });
}

void note(const Look& look, const Reference* reference, EndpointFindings& out) {
  if (!look.seen || !look.seen->known()) return;
  const SmtpObservation& seen = *look.seen;
  if (seen.reason == SmtpReason::timeout && seen.reachable)
    out.note("starttls-inconclusive", Severity::info, look.endpoint, words_for(seen));
  for (const Told& each : told)
    if (each.reason == seen.reason)
      out.note(each.code, each.severity, look.endpoint, words_for(seen));
  if (seen.reason != SmtpReason::none || !seen.tls) return;
  weigh_tls(*seen.tls, look.support, reference, look.endpoint, out);
  if (offers_requiretls(seen)) out.note("requiretls", Severity::info, look.endpoint, "REQUIRETLS");
}

// A dead backup host is told, and counts for nothing.
void note_reach(const Domain& domain, const std::vector<Look>& looks, EndpointFindings& out) {
  size_t reached = 0;
  size_t all = 0;
  std::string missing;
  for (const Look& look : looks) {
    if (!look.endpoint.probed) continue;
    ++all;
    if (look.seen && look.seen->reachable) {
      ++reached;
      continue;
    }
    (missing += missing.empty() ? "" : ", ") += look.endpoint.host.text();
    if (look.endpoint.address) missing += " " + look.endpoint.address_text();
  }
  if (missing.empty()) return;
  out.note({"starttls-unreachable", Severity::info, domain.name.text(),
            std::to_string(reached) + " of " + std::to_string(all) +
                " reachable; not reached: " + missing});
}

}  // namespace

Judgement judge_starttls(const Domain& domain, Facts& facts) {
  Judgement out;
  const auto all = endpoints_of(domain.name, facts, out);
  if (!all) return out;
  std::vector<Look> looks;
  for (const Endpoint& endpoint : *all) looks.push_back(look_at(endpoint, facts));
  EndpointFindings findings;
  Value endpoints = Value::list();
  for (const Look& look : looks) {
    if (look.level) out.level = std::min(*look.level, out.level.value_or(*look.level));
    endpoints.push(facts_of(look));
    note(look, domain.reference, findings);
  }
  note_reach(domain, looks, findings);
  out.findings = findings.take();
  out.facts.set("endpoints", std::move(endpoints));
  return out;
}

const Check starttls_check{.id = "starttls",
                           .title = "Encryption of incoming mail",
                           .ladder = ladder,
                           .judge = judge_starttls,
                           .compare = compare_starttls,
                           .compare_unseen = true};

}  // namespace mailfleet
