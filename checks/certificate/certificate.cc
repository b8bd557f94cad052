#include "checks/certificate/certificate.h"

#include <algorithm>
#include <array>

#include "checks/base/endpoints.h"
#include "checks/base/text.h"
#include "checks/certificate/dane_ee.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 6> ladder{"invalid", "untrusted", "mismatch",
                                                 "weak",    "expiring",  "trusted"};
enum Level { invalid, untrusted, mismatch, weak, expiring, trusted };

constexpr size_t max_names_listed = 200;  // in the facts; one certificate may hold thousands
constexpr size_t max_names_shown = 5;     // in a finding

// What a fault costs. `of_trust`: it matters to those who verify, so it is advice until the domain
// asks to be verified.
struct Fault {
  std::string_view code;
  Level level;
  bool of_trust;
};
constexpr Fault known_faults[] = {
    {"expired", invalid, false},        {"not-yet-valid", invalid, false},
    {"invalid", invalid, false},        {"too-large", invalid, false},
    {"too-long", untrusted, true},      {"self-signed", untrusted, true},
    {"untrusted-ca", untrusted, true},  {"incomplete-chain", untrusted, true},
    {"wrong-purpose", untrusted, true}, {"expired-intermediate", untrusted, true},
    {"no-san", mismatch, true},         {"weak-key", weak, false},
    {"weak-signature", weak, false}};

const Fault& fault_named(std::string_view code) {
  const auto found = std::ranges::find(known_faults, code, &Fault::code);
  static constexpr Fault unheard_of{"invalid", invalid, false};
  return found == std::end(known_faults) ? unheard_of : *found;
}

struct Look {
  Endpoint endpoint;
  const TlsSession* tls = nullptr;  // null: no certificate was seen
  std::vector<std::string> faults{};
  std::optional<bool> name_match{};
  Expiry expiry = Expiry::far;
  bool by_dane = false;
  const Certificate* leaf() const {
    return tls && !tls->chain.sent.empty() ? tls->chain.sent.front().get() : nullptr;
  }
};

// Empty while something is pending.
Look look_at(const Endpoint& endpoint, bool mx_secure, const Reference* reference, Facts& facts) {
  Look out{.endpoint = endpoint};
  if (!endpoint.address || !endpoint.probed) return out;
  const SmtpObservation& seen = facts.smtp(endpoint.host, *endpoint.address);
  if (!seen.known() || !seen.tls) return out;
  const CertificateChain& chain = seen.tls->chain;
  if (chain.sent.empty() && chain.faults.empty()) return out;
  out.tls = &*seen.tls;
  out.faults = chain_faults_at(chain, facts.now());
  const Certificate* leaf = out.leaf();
  if (!leaf) return out;
  out.name_match = certificate_names(*leaf, endpoint.host);
  out.expiry = expiry_of(*leaf, facts.now(), reference);
  out.by_dane = dane_ee_vouches(endpoint, *leaf, mx_secure, facts).vouches;
  return out;
}

Level level_of(const Look& look) {
  if (look.by_dane) return trusted;
  Level out = look.expiry == Expiry::far ? trusted : expiring;
  if (look.name_match == false) out = std::min(out, mismatch);
  for (const std::string& fault : look.faults) out = std::min(out, fault_named(fault).level);
  return out;
}

Value facts_of(const Look& look) {
  Value out = look.endpoint.head();
  const Certificate* leaf = look.leaf();
  Value chain;
  if (look.tls) {
    chain = Value::list();
    for (const std::string& fault : look.faults) chain.push(fault);
  }
  Value names;
  if (leaf) {
    names = Value::list();
    for (const std::string& name : leaf->names)
      if (names.items().size() < max_names_listed) names.push(name);
  }
  out.set("chain", std::move(chain));
  out.set("name_match", look.name_match);
  out.set("not_before", leaf ? Value(to_text(leaf->not_before)) : Value());
  out.set("not_after", leaf ? Value(to_text(leaf->not_after)) : Value());
  out.set("issuer", leaf ? Value(leaf->issuer) : Value());
  out.set("key", leaf ? Value(leaf->key) : Value());
  out.set("signature", leaf ? Value(leaf->signature) : Value());
  out.set("names", std::move(names));
  out.set("sha256", leaf ? Value(leaf->sha256) : Value());
  return out;
}

std::string names_shown(const Certificate& leaf) {
  if (leaf.names.empty())
    return leaf.common_name.empty() ? "no names" : "no names but common name " + leaf.common_name;
  std::string out;
  for (size_t i = 0; i < leaf.names.size() && i < max_names_shown; ++i)
    (out += i ? ", " : "") += leaf.names[i];
  if (leaf.names.size() > max_names_shown)
    out += " and " + std::to_string(leaf.names.size() - max_names_shown) + " more";
  return for_display(out, 400);
}

std::string words_for(std::string_view fault, const Look& look) {
  const Certificate* leaf = look.leaf();
  if (!leaf) return std::string(fault);
  if (fault == "expired" || fault == "not-yet-valid")
    return "valid " + to_text(leaf->not_before) + " to " + to_text(leaf->not_after);
  if (fault == "weak-key") return leaf->key;
  if (fault == "weak-signature") return leaf->signature;
  if (fault == "no-san") return names_shown(*leaf);
  return for_display("issuer " + leaf->issuer, 300);
}

struct Rules {
  bool verified = false;  // the domain publishes MTA-STS: senders will verify
};

void note_faults(const Look& look, Rules rules, EndpointFindings& out) {
  const Severity of_trust = rules.verified ? Severity::fail : Severity::advice;
  for (const std::string& fault : look.faults)
    out.note("certificate-" + fault, fault_named(fault).of_trust ? of_trust : Severity::fail,
             look.endpoint, words_for(fault, look));
  if (look.name_match == false)
    out.note("certificate-name-mismatch", of_trust, look.endpoint, names_shown(*look.leaf()));
}

void note_expiry(const Look& look, EndpointFindings& out) {
  // One that has ended is told as such.
  const bool over = std::ranges::find(look.faults, "expired") != look.faults.end();
  if (look.expiry == Expiry::far || over) return;
  out.note("certificate-expiring",
           look.expiry == Expiry::imminent ? Severity::fail : Severity::advice, look.endpoint,
           "ends " + to_text(look.leaf()->not_after));
}

void note(const Look& look, Rules rules, EndpointFindings& out) {
  if (!look.tls) return;
  if (look.by_dane) {
    out.note("certificate-by-dane", Severity::info, look.endpoint, "TLSA usage 3 matches");
    return;
  }
  note_faults(look, rules, out);
  if (!look.leaf()) return;
  note_expiry(look, out);
  // Enough by RFC 9325; newer guidelines ask for 3072.
  const Certificate& leaf = *look.leaf();
  if (leaf.key.starts_with("rsa-") && leaf.key_bits >= 2048 && leaf.key_bits < 3072)
    out.note("certificate-rsa-under-3072", Severity::info, look.endpoint, leaf.key);
}

Seconds limit_of(std::string_view name, Seconds lifetime, const Reference* reference,
                 double fraction, double ceiling_hours, double floor_hours) {
  const auto value = [&](const char* part, double otherwise) {
    const std::string key = "certificate." + std::string(name) + part;
    return reference ? reference->threshold(key, otherwise) : otherwise;
  };
  const double part = value("_fraction", fraction) * static_cast<double>(lifetime.count());
  const double most = value("_ceiling_hours", ceiling_hours) * 3600;
  const double least = value("_floor_hours", floor_hours) * 3600;
  return Seconds(static_cast<int64_t>(std::max(least, std::min(most, part))));
}

}  // namespace

Expiry expiry_of(const Certificate& certificate, Time now, const Reference* reference) {
  const Seconds lifetime = certificate.not_after - certificate.not_before;
  const Seconds left = certificate.not_after - now;
  if (left < limit_of("page", lifetime, reference, 0.10, 168, 24)) return Expiry::imminent;
  return left < limit_of("ticket", lifetime, reference, 0.25, 504, 36) ? Expiry::near : Expiry::far;
}

Judgement judge_certificate(const Domain& domain, Facts& facts) {
  Judgement out;
  const auto all = endpoints_of(domain.name, facts, out);
  if (!all) return out;
  const DnsObservation& sts = facts.dns(domain.name.under("_mta-sts"), DnsType::txt);
  const Rules rules{.verified = std::ranges::any_of(sts.txt, [](const std::string& txt) {
                      return txt.starts_with("v=STSv1");
                    })};
  const bool mx_secure = facts.dns(domain.name, DnsType::mx).secure();
  EndpointFindings findings;
  Value endpoints = Value::list();
  for (const Endpoint& endpoint : *all) {
    const Look look = look_at(endpoint, mx_secure, domain.reference, facts);
    if (look.tls) out.level = std::min<int>(level_of(look), out.level.value_or(trusted));
    endpoints.push(facts_of(look));
    note(look, rules, findings);
  }
  out.findings = findings.take();
  out.facts.set("endpoints", std::move(endpoints));
  return out;
}

const Check certificate_check{.id = "certificate",
                              .title = "Certificates of the mail hosts",
                              .ladder = ladder,
                              .judge = judge_certificate,
                              .compare = compare_certificate};

}  // namespace mailfleet
