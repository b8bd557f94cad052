#include "checks/spf/check_host.h"

#include <algorithm>
#include <array>

#include "checks/spf/record.h"

namespace mailfleet::spf {
namespace {

// RFC 7208 §4.6.4.
constexpr int max_lookups = 10;
constexpr int max_voids = 2;
constexpr size_t max_mx_hosts = 10;
constexpr size_t max_names = 10;

constexpr std::array<std::string_view, 7> results{"none",     "neutral",   "pass",     "fail",
                                                  "softfail", "temperror", "permerror"};

Result of_qualifier(char qualifier) {
  switch (qualifier) {
    case '-':
      return Result::fail;
    case '~':
      return Result::softfail;
    case '?':
      return Result::neutral;
    default:
      return Result::pass;
  }
}

// What looking at one term led to.
enum class Match { no, yes, temperror, permerror };

class Evaluation {
 public:
  Evaluation(const Message& message, Facts& facts) : facts_(facts) {
    // §5: an IPv4 client that came over IPv6 is an IPv4 client.
    values_.ip = message.ip.unmapped();
    values_.helo = message.helo;
    values_.now = facts.now();
    const size_t at = message.sender.rfind('@');
    const std::string host =
        at == std::string::npos ? message.sender : message.sender.substr(at + 1);
    const std::string local = at == std::string::npos ? "" : message.sender.substr(0, at);
    // §4.3: without a local part it is "postmaster".
    values_.sender = (local.empty() ? "postmaster" : local) + "@" + host;
  }

  Outcome run(const std::string& domain) {
    ask_ahead(domain);
    out_.result = check(domain, true);
    if (pending_) return {.pending = true};
    return std::move(out_);
  }

 private:
  DnsType address_type() const { return values_.ip.is_v4() ? DnsType::a : DnsType::aaaa; }

  const DnsObservation& ask(const std::optional<Name>& name, DnsType type) {
    const DnsObservation& seen = facts_.dns(name, type);
    pending_ |= seen.pending();
    return seen;
  }

  Result error(Result result, std::string why) {
    if (out_.reason.empty()) out_.reason = std::move(why);
    return result;
  }

  Match error(Match match, std::string why) {
    if (out_.reason.empty()) out_.reason = std::move(why);
    return match;
  }

  // ---- asking ahead

  // Asks at once for everything the record tree may need, so that the number of passes is its
  // depth. What the limits would never reach is not asked.
  void ask_ahead(const std::string& domain) {
    int budget = max_lookups;
    ask_tree(domain, budget);
    pending_ = false;  // the evaluation itself finds out what it misses
  }

  void ask_tree(const std::string& domain, int& budget) {
    const auto name = to_name(domain);
    if (!name) return;
    const std::vector<std::string> records = select_records(ask(name, DnsType::txt).txt);
    if (records.size() != 1) return;
    const Record record = parse_record(records.front());
    if (!record.problems.empty()) return;
    for (size_t i = 0; i < record.end(); ++i)
      if (record.terms[i].asks_dns() && --budget >= 0) ask_term(record.terms[i], domain, budget);
    if (record.redirect && !record.has_all() && !record.redirect->uses('p') && --budget >= 0)
      ask_tree(target_of(*record.redirect, domain), budget);
  }

  void ask_term(const Term& term, const std::string& domain, int& budget) {
    if (term.target.uses('p')) return;
    const std::string target = target_of(term.target, domain);
    if (term.mechanism == Mechanism::include) return ask_tree(target, budget);
    const auto name = to_name(target);
    if (term.mechanism == Mechanism::a) ask(name, address_type());
    if (term.mechanism == Mechanism::exists) ask(name, DnsType::a);
    if (term.mechanism == Mechanism::ptr) ask_names();
    if (term.mechanism == Mechanism::mx) ask_hosts(ask(name, DnsType::mx));
  }

  void ask_hosts(const DnsObservation& mx) {
    if (mx.mx.size() > max_mx_hosts) return;
    for (const MxRecord& each : mx.mx)
      if (each.host) ask(*each.host, address_type());
  }

  const DnsObservation& ask_names() {
    const DnsObservation& ptr = ask(Name::parse(values_.ip.reverse_name()), DnsType::ptr);
    for (size_t i = 0; i < ptr.names.size() && i < max_names; ++i)
      ask(ptr.names[i], address_type());
    return ptr;
  }

  // ---- names

  std::string target_of(const MacroString& target, const std::string& domain) {
    if (target.empty()) return domain;
    values_.domain = domain;
    if (target.uses('p')) values_.validated_name = validated_name(domain);
    return expand_domain(target, values_);
  }

  // §5.5: names of the address that lead back to it; errors and names past the tenth are skipped.
  std::vector<Name> validated_names() {
    std::vector<Name> out;
    const DnsObservation& ptr = ask_names();
    for (size_t i = 0; i < ptr.names.size() && i < max_names; ++i) {
      const DnsObservation& seen = ask(ptr.names[i], address_type());
      if (seen.known() && std::ranges::find(seen.addresses, values_.ip) != seen.addresses.end())
        out.push_back(ptr.names[i]);
    }
    return out;
  }

  // §7.3: the domain itself, or a name below it, or any; "unknown" when there is none.
  std::string validated_name(const std::string& domain) {
    const std::vector<Name> names = validated_names();
    const auto base = to_name(domain);
    if (names.empty()) return "unknown";
    if (base)
      for (const bool itself : {true, false})
        for (const Name& each : names)
          if (itself ? each == *base : each.is_under(*base)) return each.text();
    return names.front().text();
  }

  // ---- check_host(), §4

  Result check(const std::string& domain, bool outermost) {
    const auto name = to_name(domain);
    // §4.3: no domain name, or a single label, has no policy.
    if (!name || name->label_count() < 2 || domain.starts_with('['))
      return error(Result::none, "not a domain name");
    if (std::ranges::any_of(domain, [](char c) { return c <= ' ' || c > '~'; }))
      return error(Result::none, "not a domain name");
    const DnsObservation& seen = ask(name, DnsType::txt);
    if (pending_) return Result::none;
    if (!seen.known()) return error(Result::temperror, "DNS failed for " + domain);
    const std::vector<std::string> records = select_records(seen.txt);
    if (records.empty()) return Result::none;
    if (records.size() > 1) return error(Result::permerror, "several records at " + domain);
    const Record record = parse_record(records.front());
    if (!record.problems.empty())
      return error(Result::permerror, "syntax at " + domain + ": " + record.problems.front());
    return evaluate(record, domain, outermost);
  }

  Result evaluate(const Record& record, const std::string& domain, bool outermost) {
    for (const Term& term : record.terms) {
      const Match match = look_at(term, domain);
      if (pending_) return Result::none;
      if (match == Match::temperror) return Result::temperror;
      if (match == Match::permerror) return Result::permerror;
      if (match == Match::no) continue;
      const Result result = of_qualifier(term.qualifier);
      if (outermost) {
        out_.mechanism = term.text;
        if (result == Result::fail) explain(record, domain);
      }
      return result;
    }
    if (record.redirect) return follow(record, domain, outermost);
    return Result::neutral;  // §4.7
  }

  // §6.1: the target's policy in place of ours; none there is an error here.
  Result follow(const Record& record, const std::string& domain, bool outermost) {
    Step& step = begin_step(domain, record.redirect_text);
    if (++out_.lookups > max_lookups) {
      step.outcome = "permerror";
      return error(Result::permerror, "more than 10 lookups");
    }
    step.lookups = out_.lookups;
    step.outcome = "followed";
    const std::string target = target_of(*record.redirect, domain);
    if (pending_) return Result::none;
    count_void(to_name(target), DnsType::txt);
    const Result result = check(target, outermost);
    if (result != Result::none || pending_) return result;
    out_.reason = "no record at " + target;
    return Result::permerror;
  }

  // ---- terms, §5

  Step& begin_step(const std::string& domain, const std::string& term) {
    out_.steps.push_back({.domain = domain, .term = term, .lookups = out_.lookups});
    return out_.steps.back();
  }

  Match look_at(const Term& term, const std::string& domain) {
    begin_step(domain, term.text);
    const size_t step = out_.steps.size() - 1;
    const Match match = term.asks_dns() ? look_up(term, domain) : compare(term);
    constexpr std::array<std::string_view, 4> words{"no match", "match", "temperror", "permerror"};
    out_.steps[step].outcome = words[static_cast<size_t>(match)];
    return match;
  }

  Match compare(const Term& term) const {
    const bool matches = term.mechanism == Mechanism::all || term.network.contains(values_.ip);
    return matches ? Match::yes : Match::no;
  }

  Match look_up(const Term& term, const std::string& domain) {
    if (++out_.lookups > max_lookups) return error(Match::permerror, "more than 10 lookups");
    out_.steps.back().lookups = out_.lookups;
    const std::string target = target_of(term.target, domain);
    if (pending_) return Match::no;
    const auto name = to_name(target);
    switch (term.mechanism) {
      case Mechanism::include:
        return include(target, name);
      case Mechanism::a:
        return addresses(name, term);
      case Mechanism::mx:
        return hosts(name, term);
      case Mechanism::ptr:
        return ptr(name);
      default:
        return exists(name);
    }
  }

  bool too_many_voids() {
    if (out_.voids <= max_voids) return false;
    error(Match::permerror, "more than 2 lookups without an answer");
    return true;
  }

  // §4.6.4: a term whose question has no answer counts as void. A name that cannot be asked for
  // is not a question.
  void count_void(const std::optional<Name>& name, DnsType type) {
    if (name && ask(name, type).outcome == mailfleet::Outcome::absent) ++out_.voids;
  }

  // The answer a term needs, its void counted; null when `verdict` already says it all.
  const DnsObservation* answer(const std::optional<Name>& name, DnsType type, Match& verdict) {
    verdict = Match::no;
    if (!name) return nullptr;  // §4.8: no such name can exist
    const DnsObservation& seen = ask(name, type);
    if (seen.pending()) return nullptr;
    if (!seen.known()) {
      verdict = error(Match::temperror, "DNS failed for " + name->text());
      return nullptr;
    }
    count_void(name, type);
    if (too_many_voids()) verdict = Match::permerror;
    return verdict == Match::no ? &seen : nullptr;
  }

  bool in_range(const Address& candidate, const Term& term) const {
    const int prefix = values_.ip.is_v4() ? term.prefix4 : term.prefix6;
    return Network{candidate, prefix}.contains(values_.ip);
  }

  // §5.2, with the table of what each result of the inner evaluation means.
  Match include(const std::string& target, const std::optional<Name>& name) {
    count_void(name, DnsType::txt);
    switch (check(target, false)) {
      case Result::pass:
        return Match::yes;
      case Result::temperror:
        return Match::temperror;
      case Result::permerror:
        return Match::permerror;
      case Result::none:
        if (pending_) return Match::no;
        out_.reason = "no record at " + target;
        return Match::permerror;
      default:
        return Match::no;
    }
  }

  // §5.3.
  Match addresses(const std::optional<Name>& name, const Term& term) {
    Match verdict{};
    const DnsObservation* seen = answer(name, address_type(), verdict);
    if (!seen) return verdict;
    return std::ranges::any_of(seen->addresses,
                               [&](const Address& each) { return in_range(each, term); })
               ? Match::yes
               : Match::no;
  }

  // §5.4: the hosts' addresses; never the domain's own in their place.
  Match hosts(const std::optional<Name>& name, const Term& term) {
    Match verdict{};
    const DnsObservation* seen = answer(name, DnsType::mx, verdict);
    if (!seen) return verdict;
    if (seen->mx.size() > max_mx_hosts) return error(Match::permerror, "more than 10 MX hosts");
    ask_hosts(*seen);
    if (pending_) return Match::no;
    for (const MxRecord& each : seen->mx) {
      if (!each.host) continue;
      const DnsObservation& host = ask(*each.host, address_type());
      if (!host.known()) return error(Match::temperror, "DNS failed for " + each.host->text());
      for (const Address& address : host.addresses)
        if (in_range(address, term)) return Match::yes;
    }
    return Match::no;
  }

  // §5.5: a failed look-up of the names is no match.
  Match ptr(const std::optional<Name>& name) {
    const std::vector<Name> names = validated_names();
    if (pending_ || !name) return Match::no;
    count_void(Name::parse(values_.ip.reverse_name()), DnsType::ptr);
    if (too_many_voids()) return Match::permerror;
    return std::ranges::any_of(names, [&](const Name& each) { return each.is_at_or_under(*name); })
               ? Match::yes
               : Match::no;
  }

  // §5.7: always A, whatever the client's family.
  Match exists(const std::optional<Name>& name) {
    Match verdict{};
    const DnsObservation* seen = answer(name, DnsType::a, verdict);
    if (!seen) return verdict;
    return seen->addresses.empty() ? Match::no : Match::yes;
  }

  // §6.2: anything wrong with the explanation means that there is none.
  void explain(const Record& record, const std::string& domain) {
    if (!record.explanation) return;
    const auto name = to_name(target_of(*record.explanation, domain));
    if (!name || pending_) return;
    const DnsObservation& seen = ask(name, DnsType::txt);
    if (seen.txt.size() != 1) return;
    const auto text = parse_macro_string(seen.txt.front(), MacroPlace::explanation);
    if (!text) return;
    values_.domain = domain;
    if (text->uses('p')) values_.validated_name = validated_name(domain);
    out_.explanation = expand(*text, values_);
  }

  Facts& facts_;
  MacroValues values_;
  Outcome out_;
  bool pending_ = false;
};

}  // namespace

std::string_view to_text(Result result) { return results[static_cast<size_t>(result)]; }

Outcome check_host(const Message& message, Facts& facts) {
  return Evaluation(message, facts).run(message.domain);
}

}  // namespace mailfleet::spf
