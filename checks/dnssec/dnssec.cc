#include "checks/dnssec/dnssec.h"

#include <algorithm>
#include <map>
#include <set>

#include "checks/base/route.h"

namespace mailfleet::dnssec {
namespace {

constexpr std::string_view ladder[] = {"bogus", "insecure", "secure"};
enum Level { bogus, insecure, secure };

// Signatures are renewed days before they end; below this somebody forgot.
constexpr Seconds expiring = std::chrono::days(3);
// How far above the domain the name servers of its zone are looked for.
constexpr size_t max_zone_steps = 4;

// RFC 8624 §3.1 and the registry: those still to be signed with have a name here.
struct Algorithm {
  uint8_t number;
  const char* name;
  Severity weight;  // info: good
};
constexpr Algorithm algorithms[] = {
    {1, "RSAMD5", Severity::fail},
    {3, "DSA", Severity::fail},
    {5, "RSASHA1", Severity::advice},
    {6, "DSA-NSEC3-SHA1", Severity::fail},
    {7, "RSASHA1-NSEC3-SHA1", Severity::advice},
    {8, "RSASHA256", Severity::info},
    {10, "RSASHA512", Severity::info},
    {12, "ECC-GOST", Severity::fail},
    {13, "ECDSAP256SHA256", Severity::info},
    {14, "ECDSAP384SHA384", Severity::info},
    {15, "ED25519", Severity::info},
    {16, "ED448", Severity::info},
};

const Algorithm* find_algorithm(uint8_t number) {
  const auto* found = std::ranges::find(algorithms, number, &Algorithm::number);
  return found == std::end(algorithms) ? nullptr : found;
}

std::string name_of(uint8_t number) {
  const Algorithm* known = find_algorithm(number);
  return known ? known->name : std::to_string(number);
}

struct View {
  bool pending = false;
  std::optional<Dnssec> status{};
  std::string why{};
  std::optional<bool> exists{};
  std::optional<std::vector<Name>> name_servers{};
  std::set<uint8_t> signed_with{};
  std::optional<Time> signatures_expire{};
  std::vector<std::string> tlsa{};  // where TLSA records stand
  bool one_operator = false;        // all name servers under one registered name
};

// The answers that say where the domain stands.
struct Answers {
  const DnsObservation& mx;
  const DnsObservation& soa;
  const DnsObservation& ns;
  const DnsObservation& ds;
  const DnsObservation& dnskey;
  std::vector<const DnsObservation*> all() const { return {&mx, &soa, &ns, &ds, &dnskey}; }
};

Answers ask(const Name& name, Facts& facts) {
  return {facts.dns(name, DnsType::mx), facts.dns(name, DnsType::soa), facts.dns(name, DnsType::ns),
          facts.dns(name, DnsType::ds), facts.dns(name, DnsType::dnskey)};
}

// Bogus is seen as soon as one answer is; otherwise the MX answer counts, which mail depends on.
void look_at_status(const Answers& answers, View& view) {
  for (const DnsObservation* each : answers.all())
    if (each->outcome == Outcome::bogus) {
      view.status = Dnssec::bogus;
      view.why = each->why;
      return;
    }
  if (!answers.mx.known()) {
    view.why = answers.mx.why;
    return;
  }
  view.status = answers.mx.dnssec;
  if (view.status != Dnssec::insecure) return;
  if (!answers.dnskey.ds_algorithms.empty() && answers.ds.known() &&
      answers.ds.ds_algorithms.empty())
    view.why = "the zone is signed, but its parent has no DS record";
  else if (answers.ds.known() && answers.ds.ds_algorithms.empty())
    view.why = "no DS record at the parent";
  else if (!answers.ds.ds_algorithms.empty())
    view.why = "no chain of trust down to the domain";
}

void look_at_signatures(const Answers& answers, View& view) {
  const auto& keys = answers.dnskey.ds_algorithms.empty() ? answers.ds : answers.dnskey;
  view.signed_with.insert(keys.ds_algorithms.begin(), keys.ds_algorithms.end());
  // The DS record is the parent's, and so are the signatures over it.
  for (const DnsObservation* each : {&answers.mx, &answers.soa, &answers.ns, &answers.dnskey}) {
    if (!each->known() || !each->signatures_expire) continue;
    if (!view.signatures_expire || *each->signatures_expire < *view.signatures_expire)
      view.signatures_expire = each->signatures_expire;
  }
}

// The name servers of the zone that the domain is in: its own, or those of the nearest ancestor.
void look_at_name_servers(const Name& domain, Facts& facts, View& view) {
  std::optional<Name> at = domain;
  for (size_t step = 0; at && step < max_zone_steps && at->label_count() > 1; ++step) {
    const DnsObservation& seen = facts.dns(*at, DnsType::ns);
    view.pending |= seen.pending();
    if (!seen.known()) return;
    if (!seen.names.empty()) {
      view.name_servers = seen.names;
      return;
    }
    // A name that does not exist has no zone of its own to tell of.
    if (seen.nxdomain()) return;
    at = at->parent();
  }
}

void look_at_operators(Facts& facts, View& view) {
  if (!view.name_servers || view.name_servers->size() < 2) {
    view.one_operator = view.name_servers.has_value();
    return;
  }
  std::set<std::string> registered;
  for (const Name& server : *view.name_servers) {
    const SuffixObservation& seen = facts.suffix(server);
    view.pending |= seen.pending();
    if (!seen.registrable) return;
    registered.insert(seen.registrable->text());
  }
  view.one_operator = registered.size() == 1;
}

// RFC 7672 §2.2: TLSA records mean nothing where the answer is not secure.
void look_at_tlsa(const Domain& domain, Facts& facts, View& view) {
  const Route to = route(domain.name, facts);
  view.pending |= to.pending;
  for (const MailHost& host : to.hosts) {
    if (!host.host.is_at_or_under(domain.name)) continue;
    const auto name = host.host.under("_25._tcp");
    const DnsObservation& seen = facts.dns(name, DnsType::tlsa);
    view.pending |= seen.pending();
    if (seen.known() && !seen.tlsa.empty()) view.tlsa.push_back(name->text());
  }
}

View look(const Domain& domain, Facts& facts) {
  View view;
  const Answers answers = ask(domain.name, facts);
  look_at_name_servers(domain.name, facts, view);
  look_at_tlsa(domain, facts, view);
  const auto all = answers.all();
  view.pending |= std::ranges::any_of(all, [](const auto* each) { return each->pending(); });
  if (view.pending) return view;
  look_at_operators(facts, view);
  if (answers.mx.known()) view.exists = !answers.mx.nxdomain();
  look_at_status(answers, view);
  look_at_signatures(answers, view);
  return view;
}

void add_findings(const Domain& domain, const View& view, Time now, std::vector<Finding>& out) {
  const auto add = [&](const char* code, Severity severity, std::string seen) {
    out.push_back({code, severity, domain.name.text(), std::move(seen)});
  };
  if (view.status == Dnssec::bogus) add("dnssec-bogus", Severity::fail, view.why);
  if (view.status == Dnssec::insecure && view.exists != false)
    add("dnssec-insecure", Severity::advice, view.why);
  if (view.status == Dnssec::insecure)
    for (const std::string& name : view.tlsa)
      out.push_back({"dnssec-tlsa-void", Severity::fail, name, "not signed"});
  if (view.status == Dnssec::secure && view.signatures_expire &&
      *view.signatures_expire - now < expiring)
    add("dnssec-expiring", Severity::advice, to_text(*view.signatures_expire));
  if (view.status == Dnssec::secure)
    for (const uint8_t number : view.signed_with)
      if (const Algorithm* known = find_algorithm(number); known && known->weight != Severity::info)
        add("dnssec-algorithm-old", known->weight, known->name);
  if (view.one_operator)
    add("dnssec-one-operator", Severity::info, view.name_servers->front().text());
}

Value names_value(const std::optional<std::vector<Name>>& names) {
  if (!names) return {};
  Value list = Value::list();
  for (const Name& name : *names) list.push(name.text());
  return list;
}

Value facts_of(const View& view) {
  constexpr const char* words[] = {"insecure", "secure", "bogus"};
  Value facts = Value::object();
  facts.set("status", view.status ? Value(words[static_cast<size_t>(*view.status)]) : Value());
  facts.set("why", view.why.empty() ? Value() : Value(view.why));
  Value list = Value::list();
  for (const uint8_t number : view.signed_with) list.push(name_of(number));
  facts.set("algorithms", view.status && view.status != Dnssec::bogus ? list : Value());
  facts.set("signatures_expire",
            view.signatures_expire ? Value(to_text(*view.signatures_expire)) : Value());
  facts.set("ns", names_value(view.name_servers));
  facts.set("exists", view.exists);
  return facts;
}

Judgement judge(const Domain& domain, Facts& facts) {
  const View view = look(domain, facts);
  Judgement out;
  if (view.pending) return out;
  if (view.status == Dnssec::bogus)
    out.level = bogus;
  else if (view.status)
    out.level = view.status == Dnssec::secure ? secure : insecure;
  out.facts = facts_of(view);
  add_findings(domain, view, facts.now(), out.findings);
  return out;
}

}  // namespace

std::vector<Move> compare(const Domain&, const Judgement& before, const Judgement& after) {
  const auto was = before.facts["status"].as_string();
  const auto now = after.facts["status"].as_string();
  if (!was) return {};
  std::vector<Move> out;
  const auto add = [&](std::string kind, AlertLevel alert, Confirmation confirm,
                       TrustEffect trust = TrustEffect::keep) {
    out.push_back({.kind = std::move(kind),
                   .alert = alert,
                   .confirm = confirm,
                   .trust = trust,
                   .was = std::string(*was),
                   .now = std::string(now.value_or("unknown"))});
  };
  const auto found = [](const Judgement& judgement, std::string_view code) {
    return std::ranges::find(judgement.findings, code, &Finding::code) != judgement.findings.end();
  };
  if (!now) {
    add("unknown", AlertLevel::none, Confirmation::c4);
  } else if (now == "bogus" && was != "bogus") {
    add("dnssec-bogus", AlertLevel::page, Confirmation::c2);
  } else if (was == "secure" && now == "insecure") {
    // With TLSA records in use, DANE ends here in silence.
    const AlertLevel alert =
        found(after, "dnssec-tlsa-void") ? AlertLevel::page : AlertLevel::ticket;
    add("dnssec-removed", alert, Confirmation::c2, TrustEffect::dane_off);
  } else if (found(after, "dnssec-expiring") && !found(before, "dnssec-expiring")) {
    add("dnssec-expiring", AlertLevel::ticket, Confirmation::c1);
  } else if (was != now) {
    add("improvement", AlertLevel::none, Confirmation::c1);
  } else if (before.facts["algorithms"] != after.facts["algorithms"]) {
    add("neutral", AlertLevel::none, Confirmation::c1);
  }
  return out;
}

}  // namespace mailfleet::dnssec

namespace mailfleet {

const Check dnssec_check{"dnssec", "Signs its DNS", dnssec::ladder, dnssec::judge, dnssec::compare};

}  // namespace mailfleet
