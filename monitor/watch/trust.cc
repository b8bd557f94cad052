#include "monitor/watch/trust.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <set>

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 4> tiers{"none", "T1", "T2", "T3"};
constexpr std::array<std::string_view, 5> states{"none", "pending", "active", "suspended",
                                                 "withdrawn"};
constexpr std::array<std::string_view, 4> auths{"unknown", "none", "partial", "enforced"};

// Three-valued AND and OR: a no decides an AND, a yes an OR, whatever is unknown beside it.
Answer3 both(Answer3 a, Answer3 b) {
  if (a == false || b == false) return false;
  if (!a || !b) return {};
  return true;
}

Answer3 either(Answer3 a, Answer3 b) {
  if (a == true || b == true) return true;
  if (!a || !b) return {};
  return false;
}

const Value& facts_of(const Posture& posture, std::string_view check) {
  static const Value unknown;
  const Standing* standing = posture.find(check);
  if (!standing) return unknown;
  return standing->unseen ? standing->unseen->facts : standing->facts;
}

std::string_view text(const Value& value) { return value.as_string().value_or(""); }

// TLS 1.2 or better, without a cipher that is no encryption to speak of.
Answer3 is_strong_session(const Value& endpoint) {
  const std::string_view version = text(endpoint["version"]);
  if (version.empty()) return {};
  if (version != "TLSv1.2" && version != "TLSv1.3") return false;
  const std::string_view suite = text(endpoint["suite"]);
  for (const char* broken : {"RC4", "3DES", "DES-CBC", "NULL", "EXP", "ADH", "AECDH"})
    if (suite.find(broken) != std::string_view::npos) return false;
  return true;
}

// Whether the endpoint encrypts: yes, no, or not seen (unreachable, a 4xx, our load).
Answer3 encrypts(const Value& endpoint) {
  const std::string_view reason = text(endpoint["reason"]);
  static const std::set<std::string_view> conclusive{"not-offered", "masked", "starttls-5xx",
                                                     "injection", "handshake-failed"};
  if (conclusive.contains(reason)) return false;
  if (!reason.empty() || endpoint["offered"].as_bool() != true) return {};
  return is_strong_session(endpoint);
}

bool is_strong_key(std::string_view key) {
  if (!key.starts_with("rsa-")) return !key.empty() && key != "unknown" && key != "ec-p192";
  int bits = 0;
  const std::string_view digits = key.substr(4);
  std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  return bits >= 2048;  // RFC 9325 s4.5
}

Answer3 is_authenticated(const Value& endpoint) {
  if (!endpoint["chain"].is_list()) return {};
  const auto name_match = endpoint["name_match"].as_bool();
  if (!endpoint["chain"].items().empty() || name_match == false) return false;
  if (!name_match) return {};
  return is_strong_key(text(endpoint["key"]));
}

Answer3 is_dane_matched(const Value& endpoint) {
  const auto secure = endpoint["secure"].as_bool();
  const auto usable = endpoint["usable"].as_int();
  if (secure == false || usable == 0) return false;
  if (!secure || !usable) return {};
  return endpoint["matches"].as_bool();
}

// The places where the mail is taken, as the STARTTLS facts list them, by host.
struct Place {
  std::string address{};
  bool passed_over = false;  // it did not answer: a sender tries the next one, and so do we
};
using Places = std::map<std::string, std::vector<Place>, std::less<>>;

Places places_of(const Value& endpoints) {
  Places out;
  for (const Value& each : endpoints.items())
    out[std::string(text(each["host"]))].push_back(
        {std::string(text(each["address"])), each["reachable"].as_bool() == false});
  return out;
}

using ByPlace = std::map<std::pair<std::string_view, std::string_view>, Answer3>;

// Over one host: good when some address was reached and every reached one is known to be good. An
// address that answered without telling leaves the host unknown, however good the others are.
Answer3 over_host(const std::string& host, const std::vector<Place>& places, const ByPlace& seen) {
  Answer3 out = true;
  bool reached = false;
  for (const Place& place : places) {
    if (place.passed_over) continue;
    reached = true;
    const auto found = seen.find({host, place.address});
    out = both(out, found == seen.end() ? Answer3{} : found->second);
  }
  return reached ? out : Answer3{};
}

// Over all hosts of the domain; a host that was not looked at is not known.
Answer3 over_hosts(const std::vector<std::string>& hosts, const Places& places,
                   const Value& endpoints, Answer3 (*judge)(const Value&)) {
  ByPlace seen;
  for (const Value& each : endpoints.items()) {
    const auto [known, fresh] =
        seen.try_emplace({text(each["host"]), text(each["address"])}, judge(each));
    if (!fresh) known->second = both(known->second, judge(each));
  }
  Answer3 out = true;
  for (const std::string& host : hosts) {
    const auto found = places.find(host);
    out = both(out, found == places.end() ? Answer3{} : over_host(host, found->second, seen));
  }
  return hosts.empty() ? Answer3{} : out;
}

// Whether the route itself can carry trust: MX hosts of the domain's own choice, each with an
// address.
Answer3 has_route(const Value& mx) {
  const std::string_view kind = text(mx["kind"]);
  if (kind.empty()) return {};
  if (kind != "explicit") return false;
  Answer3 out = true;
  for (const Value& host : mx["hosts"].items()) {
    if (!host["addresses"].is_list())
      out = both(out, {});
    else
      out = both(out, !host["addresses"].items().empty());
    // One family could not be looked up: there may be an address that nobody saw.
    if (host["addresses_complete"].as_bool() == false) out = both(out, {});
  }
  return out;
}

// Why a policy could not be read that says nothing about the domain's word.
bool is_unseen_fetch(std::string_view fetch) {
  static const std::set<std::string_view> inconclusive{"",     "not-tried",  "timeout", "refused",
                                                       "slow", "dns-failed", "our-load"};
  return inconclusive.contains(fetch);
}

Answer3 is_committed_by_mta_sts(const Value& sts) {
  const std::string_view result = text(sts["result"]);
  if (result == "none" || result == "invalid") return false;
  if (result != "valid") return {};
  const std::string_view fetch = text(sts["fetch"]);
  if (fetch != "ok") return is_unseen_fetch(fetch) ? Answer3{} : Answer3{false};
  const std::string_view mode = text(sts["mode"]);
  if (mode != "enforce") return false;
  const auto max_age = sts["max_age"].as_int();
  if (max_age && *max_age < least_policy_age.count()) return false;
  const std::string_view covered = text(sts["covered"]);
  if (covered.empty() || !max_age) return {};
  return covered == "all";
}

SenderAuth sender_auth_of(const Posture& posture) {
  const Value& dmarc = facts_of(posture, "dmarc");
  const Value& spf = facts_of(posture, "spf");
  const std::string_view own = text(dmarc["effective"]["own"]);
  const std::string_view below = text(dmarc["effective"]["subdomains"]);
  const std::string_view result = text(spf["result"]);
  if (own.empty() || below.empty() || result.empty() || result == "temperror")
    return SenderAuth::unknown;
  const auto enforced = [](std::string_view policy) {
    return policy == "reject" || policy == "quarantine";
  };
  bool open = text(spf["all"]) == "+";
  if (const Standing* standing = posture.find("spf"))
    for (const Finding& finding : standing->findings)
      open |= finding.code == "spf-passes-everyone" || finding.code == "spf-open";
  const bool spf_holds = result == "valid" && !open;
  // Unknown does not lower it: without a declared selector, keys may exist that nobody told us of.
  bool dkim_holds = true;
  const Standing* signing = posture.find("dkim");
  const Value& dkim = facts_of(posture, "dkim");
  const bool decided = signing && !signing->unseen;
  if (decided && !dkim["selectors"].members().empty()) {
    dkim_holds = std::ranges::any_of(dkim["selectors"].members(), [](const Value::Member& each) {
      return text(each.second["state"]) == "valid" || each.second["state"].is_null();
    });
  } else if (decided && text(dkim["underscore"]) == "nxdomain") {
    dkim_holds = false;
  }
  if (enforced(own) && enforced(below) && spf_holds && dkim_holds) return SenderAuth::enforced;
  if (enforced(own) || spf_holds) return SenderAuth::partial;
  return SenderAuth::none;
}

void read_route(const Value& mx, Eligibility& out) {
  out.takes_no_mail = text(mx["kind"]) == "null";
  std::set<std::string> operators;
  for (const Value& host : mx["hosts"].items()) {
    out.mx_hosts.emplace_back(text(host["host"]));
    const std::string_view controller = text(host["controller"]);
    operators.emplace(controller.empty() ? text(host["host"]) : controller);
  }
  out.operators.assign(operators.begin(), operators.end());
}

void read_expiry(const Value& certificate, Eligibility& out) {
  for (const Value& endpoint : certificate["endpoints"].items()) {
    const auto end = parse_time(text(endpoint["not_after"]));
    if (end && (!out.certificate_not_after || *end < *out.certificate_not_after))
      out.certificate_not_after = end;
  }
}

void explain(Eligibility& out, Answer3 route, Answer3 encrypted) {
  const auto say = [&](Answer3 answer, const char* no, const char* unknown) {
    if (answer == false) out.reasons.emplace_back(no);
    if (!answer) out.reasons.emplace_back(unknown);
  };
  if (out.takes_no_mail) {
    out.reasons.emplace_back("takes-no-mail");
    return;
  }
  say(route, "no-usable-mx", "mx-unknown");
  if (route != false) say(encrypted, "tls-missing", "tls-unknown");
  if (out.t1 != true) return;
  if (out.by_dane != true) say(out.t2, "certificate-not-trusted", "certificate-unknown");
  if (out.t3() != true) say(out.by_mta_sts, "no-own-commitment", "own-commitment-unknown");
}

}  // namespace

std::string_view to_text(Tier tier) { return tiers[static_cast<size_t>(tier)]; }
std::string_view to_text(TrustState state) { return states[static_cast<size_t>(state)]; }
std::string_view to_text(SenderAuth auth) { return auths[static_cast<size_t>(auth)]; }

std::optional<Tier> parse_tier(std::string_view word) {
  for (size_t i = 0; i < tiers.size(); ++i)
    if (tiers[i] == word) return static_cast<Tier>(i);
  return {};
}

std::optional<TrustState> parse_trust_state(std::string_view word) {
  for (size_t i = 0; i < states.size(); ++i)
    if (states[i] == word) return static_cast<TrustState>(i);
  return {};
}

Answer3 Eligibility::t3_by_mta_sts() const { return both(t2, by_mta_sts); }
Answer3 Eligibility::t3_by_dane() const { return both(t1, by_dane); }
Answer3 Eligibility::t3() const { return either(t3_by_mta_sts(), t3_by_dane()); }

Answer3 Eligibility::holds(Tier at_least) const {
  switch (at_least) {
    case Tier::t1:
      return t1;
    case Tier::t2:
      return t2;
    case Tier::t3:
      return t3();
    case Tier::none:
      break;
  }
  return true;
}

Eligibility eligibility_of(const Posture& posture) {
  Eligibility out{.sender_auth = sender_auth_of(posture)};
  const Value& mx = facts_of(posture, "mx");
  const Value& certificate = facts_of(posture, "certificate");
  read_route(mx, out);
  read_expiry(certificate, out);
  const Answer3 route = has_route(mx);
  const Value& tls = facts_of(posture, "starttls")["endpoints"];
  const Places places = places_of(tls);
  const Answer3 encrypted = over_hosts(out.mx_hosts, places, tls, encrypts);
  out.t1 = both(route, encrypted);
  out.t2 =
      both(out.t1, over_hosts(out.mx_hosts, places, certificate["endpoints"], is_authenticated));
  const Value& sts = facts_of(posture, "mta_sts");
  out.by_mta_sts = is_committed_by_mta_sts(sts);
  out.policy_read = text(sts["fetch"]) == "ok" && !text(sts["mode"]).empty();
  const Answer3 mx_secure =
      mx["dns"]["dnssec"].is_null() ? Answer3{} : Answer3{text(mx["dns"]["dnssec"]) == "secure"};
  out.by_dane = both(
      mx_secure,
      over_hosts(out.mx_hosts, places, facts_of(posture, "dane")["endpoints"], is_dane_matched));
  if (out.t3() == true)
    out.tier = Tier::t3;
  else if (out.t2 == true)
    out.tier = Tier::t2;
  else if (out.t1 == true)
    out.tier = Tier::t1;
  else if (out.t1 == false)
    out.tier = Tier::none;
  explain(out, route, encrypted);
  return out;
}

}  // namespace mailfleet
