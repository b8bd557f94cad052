#include "checks/spf/audit.h"

#include <algorithm>

#include "checks/spf/coverage.h"
#include "checks/spf/hygiene.h"
#include "checks/spf/tree.h"

namespace mailfleet::spf {
namespace {

// RFC 7208 §4.6.4.
constexpr int max_lookups = 10;
constexpr int max_voids = 2;
constexpr size_t max_mx_hosts = 10;
constexpr int max_visits = 500;  // terms looked at: includes may multiply each other
constexpr size_t max_trace = 200;
constexpr int near_lookups = 9;

enum class Role { own, redirected, included };

// What a record is worth to whoever refers to it.
struct Branch {
  bool none = false;
  bool unseen = false;
  std::optional<char> all{};
  bool passes_everyone = false;
  std::string open_by{};
  std::optional<bool> refuses_all{};  // lets nobody send; empty: could not be known
};

class Walk {
 public:
  Walk(const Tree& tree, Facts& facts, Audit& out)
      : tree_(tree), facts_(facts), out_(out), budget_(max_questions - tree.questions()) {}

  Branch record_of(const Name& domain, Role role) {
    const DnsObservation& seen = facts_.dns(domain, DnsType::txt);
    if (!seen.known()) {
      out_.unseen = true;
      return {.unseen = true};
    }
    const std::vector<std::string> records = select_records(seen.txt);
    if (records.empty()) return {.none = true};
    if (records.size() > 1) {
      find("spf-multiple-records", Severity::fail, domain,
           std::to_string(records.size()) + " records");
      broken("multiple-records", domain.text());
      return {};
    }
    const Record record = parse_record(records.front());
    if (role == Role::own) out_.record = record.text;
    if (!record.problems.empty()) return syntax(record, domain);
    const Owner owner = role == Role::included ? Owner::somebody_else : Owner::this_policy;
    for (Finding& each : hygiene(record, domain, seen, owner)) find(std::move(each));
    return terms_of(record, domain, role);
  }

 private:
  // ---- telling

  void find(Finding finding) {
    if (std::ranges::find(out_.findings, finding) == out_.findings.end())
      out_.findings.push_back(std::move(finding));
  }

  void find(std::string code, Severity severity, const Name& subject, std::string seen) {
    find(Finding{std::move(code), severity, subject.text(), std::move(seen)});
  }

  // The first thing met that ends an evaluation names the reason.
  void broken(std::string reason, std::string at) {
    if (!out_.reason.empty()) return;
    out_.reason = std::move(reason);
    out_.broken_at = std::move(at);
  }

  void note(const Name& domain, std::string term, std::string resolved, std::string text) {
    if (out_.trace.size() < max_trace)
      out_.trace.push_back(
          {domain.text(), std::move(term), out_.lookups, std::move(resolved), std::move(text)});
  }

  Branch syntax(const Record& record, const Name& domain) {
    for (const std::string& each : record.problems)
      find("spf-syntax", Severity::fail, domain, each);
    broken("syntax", domain.text());
    Branch out;
    if (record.has_all()) out.all = record.terms[record.end()].qualifier;
    return out;
  }

  // ---- walking

  Branch terms_of(const Record& record, const Name& domain, Role role) {
    path_.push_back(domain);
    Branch out;
    std::vector<Network> passing;
    for (size_t i = 0; i < record.end(); ++i) {
      const Term& term = record.terms[i];
      if (++visits_ > max_visits) {
        out_.unseen = true;
        break;
      }
      const bool everyone = look_at(term, domain);
      if (term.qualifier == '+' && everyone && !out.passes_everyone) {
        out.passes_everyone = true;
        out.open_by = term.text;
      }
      if (term.qualifier == '+' &&
          (term.mechanism == Mechanism::ip4 || term.mechanism == Mechanism::ip6))
        passing.push_back(term.network);
    }
    if (!out.passes_everyone && cover_everything(passing)) {
      out.passes_everyone = true;
      out.open_by = "ip4 and ip6 ranges together";
    }
    finish(record, domain, role, out);
    path_.pop_back();
    return out;
  }

  void finish(const Record& record, const Name& domain, Role role, Branch& out) {
    if (record.has_all()) {
      const Term& all = record.terms[record.end()];
      out.all = all.qualifier;
      note(domain, all.text, "", "");
      out.refuses_all = record.only_refuses();
      if (all.qualifier == '+' && !out.passes_everyone) {
        out.passes_everyone = true;
        out.open_by = all.text;
      }
    } else if (record.redirect) {
      const Branch target = redirect(record, domain, role);
      out.all = target.all;
      out.unseen |= target.unseen;
      out.refuses_all = record.only_refuses() ? target.refuses_all : false;
      if (!out.passes_everyone && target.passes_everyone) {
        out.passes_everyone = true;
        out.open_by = record.redirect_text;
      }
    } else {
      out.refuses_all = false;  // §4.7: the last word is neutral
    }
  }

  void count_lookup() {
    if (++out_.lookups == max_lookups + 1) broken("lookup-limit", "");
  }

  std::string count_void() {
    if (++out_.voids == max_voids + 1) broken("void-limit", "");
    return "void";
  }

  // True when the term by itself matches every sender.
  bool look_at(const Term& term, const Name& domain) {
    if (!term.asks_dns()) {
      note(domain, term.text, "", "");
      return term.network.prefix == 0;
    }
    count_lookup();
    const auto target = fixed_target(term.target, domain);
    if (!target) {
      find("spf-macro-target", Severity::info, domain, term.text);
      note(domain, term.text, "", "depends on the message");
      return false;
    }
    const auto name = to_name(*target);
    if (term.mechanism == Mechanism::ptr) {
      note(domain, term.text, *target, "slow and unreliable");
    } else if (!name) {
      find("spf-bad-name", Severity::advice, domain, term.text);
      if (term.mechanism == Mechanism::include) broken("include-none", *target);
      note(domain, term.text, *target, "no such name can exist");
    } else if (term.mechanism == Mechanism::include) {
      return include(term, domain, *name);
    } else {
      return hosts(term, domain, *name);
    }
    return false;
  }

  bool include(const Term& term, const Name& domain, const Name& target) {
    const Branch branch = follow(term.text, domain, target, Role::included);
    if (branch.none) {
      find("spf-include-none", Severity::fail, domain, term.text);
      broken("include-none", target.text());
    }
    return branch.passes_everyone;
  }

  Branch redirect(const Record& record, const Name& domain, Role role) {
    count_lookup();
    const auto target = fixed_target(*record.redirect, domain);
    const auto name = target ? to_name(*target) : std::nullopt;
    if (!target) {
      find("spf-macro-target", Severity::info, domain, record.redirect_text);
      note(domain, record.redirect_text, "", "depends on the message");
      return {.unseen = true};
    }
    Branch out{.none = true};
    if (name)
      out = follow(record.redirect_text, domain, *name,
                   role == Role::included ? role : Role::redirected);
    else
      note(domain, record.redirect_text, *target, "no such name can exist");
    if (out.none) {
      find("spf-redirect-none", Severity::fail, domain, record.redirect_text);
      broken("redirect-none", *target);
    }
    return out;
  }

  Branch follow(const std::string& term, const Name& domain, const Name& target, Role role) {
    if (std::ranges::find(path_, target) != path_.end()) {
      find("spf-include-loop", Severity::fail, domain, term);
      broken("include-loop", domain.text());
      note(domain, term, target.text(), "not followed: a loop");
      return {};
    }
    if (!tree_.holds(target) || path_.size() > static_cast<size_t>(max_depth)) {
      out_.unseen = true;
      note(domain, term, target.text(), "not followed: the tree is too large");
      return {.unseen = true};
    }
    const size_t line = out_.trace.size();
    const DnsObservation& seen = facts_.dns(target, DnsType::txt);
    note(domain, term, target.text(), seen.known() ? "" : "could not be looked up");
    if (seen.outcome == Outcome::absent) count_void();
    const Branch out = record_of(target, role);
    if (out.none && line < out_.trace.size()) out_.trace[line].note = "no SPF record";
    return out;
  }

  // a, mx, exists: asked only to know which of them answer.
  bool hosts(const Term& term, const Name& domain, const Name& target) {
    if (--budget_ < 0) {
      out_.voids_unseen = true;
      note(domain, term.text, target.text(), "not asked: the tree is too large");
      return false;
    }
    const DnsObservation& seen =
        facts_.dns(target, term.mechanism == Mechanism::mx ? DnsType::mx : DnsType::a);
    const DnsObservation* other = nullptr;
    if (term.mechanism == Mechanism::a && seen.outcome != Outcome::answered)
      other = &facts_.dns(target, DnsType::aaaa);
    out_.pending |= seen.pending() || (other && other->pending());
    const bool answered =
        seen.outcome == Outcome::answered || (other && other->outcome == Outcome::answered);
    const bool known = seen.known() && (!other || other->known());
    std::string text;
    if (answered) {
      if (seen.mx.size() > max_mx_hosts) text = too_many_hosts(term, domain, seen.mx.size());
    } else if (known) {
      text = count_void();
    } else {
      out_.voids_unseen = true;
      text = "could not be looked up";
    }
    note(domain, term.text, target.text(), std::move(text));
    return answered && matches_everyone(term, target, seen);
  }

  // "a/0" and the like match every sender of a family in which the hosts have an address at all.
  bool matches_everyone(const Term& term, const Name& target, const DnsObservation& seen) {
    if (term.mechanism == Mechanism::exists) return false;
    std::vector<Name> holders{target};
    if (term.mechanism == Mechanism::mx) {
      holders.clear();
      for (const MxRecord& each : seen.mx)
        if (each.host && holders.size() < max_mx_hosts) holders.push_back(*each.host);
    }
    bool out = false;
    for (const Name& each : holders) {
      if (term.prefix4 == 0) out |= has_addresses(each, DnsType::a);
      if (term.prefix6 == 0) out |= has_addresses(each, DnsType::aaaa);
    }
    return out;
  }

  bool has_addresses(const Name& name, DnsType type) {
    const DnsObservation& seen = facts_.dns(name, type);
    out_.pending |= seen.pending();
    return !seen.addresses.empty();
  }

  std::string too_many_hosts(const Term& term, const Name& domain, size_t count) {
    find("spf-mx-limit", Severity::fail, domain,
         term.text + ": " + std::to_string(count) + " hosts");
    broken("mx-limit", domain.text());
    return "more than 10 hosts";
  }

  const Tree& tree_;
  Facts& facts_;
  Audit& out_;
  int budget_;
  int visits_ = 0;
  std::vector<Name> path_;
};

void judge_limits(const Name& domain, Audit& out) {
  const auto add = [&](const char* code, Severity severity, int count, const char* unit) {
    out.findings.push_back({code, severity, domain.text(), std::to_string(count) + unit});
  };
  if (out.lookups > max_lookups)
    add("spf-lookup-limit", Severity::fail, out.lookups, " look-ups");
  else if (out.lookups >= near_lookups)
    add("spf-lookups-near-limit", Severity::advice, out.lookups, " look-ups");
  if (out.voids > max_voids)
    add("spf-void-limit", Severity::fail, out.voids, " look-ups without an answer");
}

void judge_all(const Name& domain, const Branch& own, Audit& out) {
  const auto add = [&](const char* code, Severity severity, std::string seen) {
    out.findings.push_back({code, severity, domain.text(), std::move(seen)});
  };
  if (own.all == '+') add("spf-open", Severity::fail, "+all");
  if (own.passes_everyone) add("spf-passes-everyone", Severity::fail, own.open_by);
  if (own.all == '?') add("spf-all-neutral", Severity::advice, "?all");
  const bool settled = out.reason.empty() && !own.unseen && !out.unseen;
  if (!own.all && settled) add("spf-all-missing", Severity::advice, out.record.value_or(""));
}

}  // namespace

Audit audit(const Name& domain, Facts& facts) {
  Audit out;
  const Tree tree(domain, facts);
  out.pending = tree.pending();
  if (out.pending) return out;
  const Branch own = Walk(tree, facts, out).record_of(domain, Role::own);
  if (out.pending) return out;
  out.all = own.all;
  out.all_unseen = own.unseen;
  out.passes_everyone = own.passes_everyone;
  out.open_by = own.open_by;
  out.lets_nobody_send = own.refuses_all;
  if (own.none) {
    out.result = "none";
    return out;
  }
  judge_limits(domain, out);
  judge_all(domain, own, out);
  out.result = !out.reason.empty() ? "permerror" : out.unseen ? "temperror" : "valid";
  return out;
}

}  // namespace mailfleet::spf
