// A little internet in a table, for the checks' own tests: say what the network holds, ask where
// the domain stands. A name that is not said does not exist (NXDOMAIN), or is empty (NODATA) when
// something exists below it; a said name without the type is NODATA. No wildcards, no CNAMEs to
// follow: tests/worlds hold what needs those.
#pragma once

#include <string>
#include <string_view>

#include "checks/base/check.h"
#include "monitor/prober.h"

namespace mailfleet {

class Table : public Prober {
 public:
  Time now = *parse_time("2026-11-21T12:00:00Z");

  template <class... Txt>
  DnsObservation& txt(std::string_view name, Txt... records) {
    DnsObservation& o = dns(name, DnsType::txt);
    (o.txt.emplace_back(records), ...);
    return o;
  }
  DnsObservation& mx(std::string_view name, uint16_t preference, std::string_view host);  // "." too
  DnsObservation& address(std::string_view name, std::string_view address);  // A or AAAA
  // An answered observation to fill in; made on first use.
  DnsObservation& dns(std::string_view name, DnsType type);
  void fail(std::string_view name, DnsType type, DnsStatus status = DnsStatus::servfail);
  void bogus(std::string_view name, DnsType type);
  // A good TLS 1.3 session with a trusted certificate for the host, to be spoilt by the test.
  SmtpObservation& smtp(std::string_view host, std::string_view address,
                        SmtpDepth depth = SmtpDepth::basic);
  HttpsObservation& policy(std::string_view host, std::string_view address, std::string_view body);
  void suffix(std::string_view name);  // makes it a public suffix; others: the last label only

  void ask(const Question& question, AskMode mode, Deadline deadline, Answer answer) override;

  // Runs a check to its end.
  Judgement judge(const Check& check, const Domain& domain);
  Judgement judge(const Check& check, std::string_view domain);
  std::string level(const Check& check, std::string_view domain);
  int passes() const { return passes_; }

 private:
  Observation answer(const Question& question) const;
  DnsObservation absent(const Name& name) const;

  Evidence held_;
  std::set<Name> suffixes_;
  int passes_ = 0;
};

// A certificate that says what most tests need; no key behind it.
Certificate certificate_for(std::string_view host, Time not_before, Time not_after);

bool has_finding(const Judgement& judgement, std::string_view code);
Domain domain_named(std::string_view name);  // with the shipped reference tables

}  // namespace mailfleet
