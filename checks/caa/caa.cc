#include "checks/caa/caa.h"

#include <algorithm>
#include <array>

#include "checks/base/route.h"
#include "checks/base/text.h"

namespace mailfleet {
namespace {

constexpr std::array<std::string_view, 2> ladder{"absent", "present"};
enum Level { absent, present };

// The record set that governs a name: that of the closest name upwards that has one (§3).
struct Governing {
  bool pending = false;
  bool known = false;
  std::optional<Name> owner{};
  std::vector<CaaRecord> records{};
};

Governing governing(const Name& name, Facts& facts) {
  for (std::optional<Name> at = name; at; at = at->parent()) {
    const DnsObservation& seen = facts.dns(*at, DnsType::caa);
    if (seen.pending()) return {.pending = true};
    // §6.3: a failed look-up forbids issuance; for us it means that we do not know.
    if (!seen.known()) return {};
    if (!seen.caa.empty()) return {.known = true, .owner = at, .records = seen.caa};
  }
  return {.known = true};
}

// §4.2: the issuer's domain name stands before the first semicolon; nothing means nobody.
std::string issuer_domain(const CaaRecord& record) {
  const std::string_view value = record.value;
  return ascii_lower(trim(value.substr(0, value.find(';'))));
}

std::vector<std::string> issuers(const Governing& set, std::string_view tag, bool& restricted) {
  std::vector<std::string> out;
  for (const CaaRecord& each : set.records) {
    if (!equal_ignoring_case(each.tag, tag)) continue;
    restricted = true;
    out.push_back(issuer_domain(each));
  }
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool is_known_tag(std::string_view tag) {
  constexpr std::array<std::string_view, 6> known{"issue",        "issuewild",    "iodef",
                                                  "contactemail", "contactphone", "issuemail"};
  return std::ranges::any_of(
             known, [&](std::string_view each) { return equal_ignoring_case(each, tag); }) ||
         equal_ignoring_case(tag, "issuevmc");
}

bool allows(const std::vector<std::string>& allowed, std::span<const std::string_view> names) {
  return std::ranges::any_of(allowed, [&](const std::string& each) {
    return std::ranges::find(names, each) != names.end();
  });
}

bool has_wildcard(const Certificate& leaf) {
  return std::ranges::any_of(leaf.names,
                             [](const std::string& name) { return name.starts_with("*."); });
}

// §4.3: for a wildcard name issuewild counts alone, where there is one. A certificate of both kinds
// of names needs both leaves; either will do here, since only its authority is known.
std::vector<std::string> issuers_of(const Certificate& leaf, const Governing& set,
                                    bool& restricted) {
  std::vector<std::string> out = issuers(set, "issue", restricted);
  if (!has_wildcard(leaf)) return out;
  bool wild = false;
  const std::vector<std::string> more = issuers(set, "issuewild", wild);
  restricted |= wild;
  out.insert(out.end(), more.begin(), more.end());
  return out;
}

// Mail hosts under the domain's own record set: does it allow the authority they use now?
void judge_hosts(const Domain& domain, const Governing& own, Facts& facts, Judgement& out) {
  const Route where = route(domain.name, facts);
  for (const MailHost& host : where.hosts) {
    if (!host.host.is_at_or_under(*own.owner) || !host.addresses || host.addresses->empty())
      continue;
    const Governing set = governing(host.host, facts);
    const SmtpObservation& session = facts.smtp(host.host, host.addresses->front());
    if (!set.known || !session.known() || !session.tls || session.tls->chain.sent.empty()) continue;
    const Certificate& leaf = *session.tls->chain.sent.front();
    bool restricted = false;
    const std::vector<std::string> allowed = issuers_of(leaf, set, restricted);
    if (!restricted) continue;
    const std::string& issuer = leaf.issuer;
    const auto names = caa_names_of(issuer);
    if (!names.empty() && !allows(allowed, names))
      out.findings.push_back(
          {"caa-issuer-not-allowed", Severity::advice, host.host.text(), issuer});
  }
}

void describe(const Governing& set, Judgement& out) {
  bool restricted = false;
  Value issue = Value::list();
  for (const std::string& each : issuers(set, "issue", restricted))
    issue.push(each.empty() ? ";" : each);
  Value records = Value::list();
  for (const CaaRecord& each : set.records)
    records.push((each.critical ? "128 " : "0 ") + each.tag + " \"" + each.value + "\"");
  out.facts.set("status", set.owner ? "present" : "absent");
  out.facts.set("owner", set.owner ? Value(set.owner->text()) : Value());
  out.facts.set("issue", std::move(issue));
  out.facts.set("records", std::move(records));
}

Judgement judge_caa(const Domain& domain, Facts& facts) {
  const Governing set = governing(domain.name, facts);
  if (set.pending) return {};
  Judgement out;
  if (!set.known) {
    for (const char* fact : {"status", "owner", "issue", "records"}) out.facts.set(fact, Value());
    return out;
  }
  describe(set, out);
  out.level = set.owner ? present : absent;
  if (!set.owner) {
    out.findings.push_back(
        {"caa-missing", Severity::info, domain.name.text(), "no record up to the top"});
    return out;
  }
  for (const CaaRecord& each : set.records)
    // §4.5: an authority that does not know a critical property must not issue at all.
    if (each.critical && !is_known_tag(each.tag))
      out.findings.push_back(
          {"caa-unknown-critical", Severity::advice, set.owner->text(), each.tag});
  judge_hosts(domain, set, facts, out);
  return out;
}

std::string summary(const Value& facts) {
  std::string out;
  for (const Value& each : facts["records"].items())
    (out += out.empty() ? "" : ", ") += each.as_string().value_or("");
  return out.empty() ? "absent" : out;
}

}  // namespace

std::vector<Move> compare_caa(const Domain&, const Judgement& before, const Judgement& after) {
  const Value& was = before.facts["records"];
  const Value& now = after.facts["records"];
  if (!was.is_list() || !now.is_list() || was == now) return {};
  Move move{.kind = "neutral", .was = summary(before.facts), .now = summary(after.facts)};
  if (now.items().empty()) {
    move.kind = "caa-removed";
    move.alert = AlertLevel::info;
    move.confirm = Confirmation::c2;
  } else if (was.items().empty()) {
    move.kind = "improvement";
  }
  return {move};
}

const Check caa_check{"caa", "Who may issue certificates", ladder, judge_caa, compare_caa};

}  // namespace mailfleet
