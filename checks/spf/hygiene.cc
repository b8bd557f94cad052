#include "checks/spf/hygiene.h"

#include <set>

#include "checks/base/text.h"

namespace mailfleet::spf {
namespace {

constexpr size_t max_answer_octets = 450;  // §3.4
// Wider ranges hold far more senders than anybody has.
constexpr int widest_prefix4 = 16;
constexpr int widest_prefix6 = 32;

// A prefix of 0 is told as passing everyone.
bool is_wide(int prefix, int widest) { return prefix > 0 && prefix < widest; }

bool is_wide(const Term& term) {
  if (term.qualifier != '+') return false;
  switch (term.mechanism) {
    case Mechanism::ip4:
      return is_wide(term.network.prefix, widest_prefix4);
    case Mechanism::ip6:
      return is_wide(term.network.prefix, widest_prefix6);
    case Mechanism::a:
    case Mechanism::mx:
      return is_wide(term.prefix4, widest_prefix4) || is_wide(term.prefix6, widest_prefix6);
    default:
      return false;
  }
}

class Reader {
 public:
  Reader(const Record& record, const Name& domain) : record_(record), domain_(domain) {}

  void leftovers() {
    if (record_.has_all() && record_.redirect)
      add("spf-redirect-with-all", Severity::info, record_.redirect_text);
    if (record_.end() + 1 < record_.terms.size())
      add("spf-terms-after-all", Severity::info, record_.terms[record_.end() + 1].text);
    std::set<std::string> includes;
    for (const Term& term : record_.terms)
      if (term.mechanism == Mechanism::include &&
          !includes.insert(ascii_lower(term.target.text)).second)
        add("spf-duplicate-include", Severity::info, term.text);
  }

  void length(const DnsObservation& seen) {
    size_t octets = domain_.text().size();
    for (const std::string& each : seen.txt) octets += each.size();
    if (octets > max_answer_octets)
      add("spf-long-answer", Severity::info, std::to_string(octets) + " octets");
  }

  void ranges() {
    for (size_t i = 0; i < record_.end(); ++i)
      if (is_wide(record_.terms[i])) add("spf-wide-range", Severity::advice, record_.terms[i].text);
  }

  void slow_names(Severity severity) {
    for (size_t i = 0; i < record_.end(); ++i)
      if (record_.terms[i].mechanism == Mechanism::ptr)
        add("spf-ptr", severity, record_.terms[i].text);
    if (record_.uses_macro_p) add("spf-macro-p", severity, record_.text);
  }

  std::vector<Finding> take() { return std::move(out_); }

 private:
  void add(const char* code, Severity severity, std::string seen) {
    out_.push_back({code, severity, domain_.text(), std::move(seen)});
  }

  const Record& record_;
  const Name& domain_;
  std::vector<Finding> out_;
};

}  // namespace

std::vector<Finding> hygiene(const Record& record, const Name& domain, const DnsObservation& seen,
                             Owner owner) {
  Reader reader(record, domain);
  if (owner == Owner::this_policy) {
    reader.leftovers();
    reader.length(seen);
    reader.ranges();
    reader.slow_names(Severity::advice);
  } else {
    reader.slow_names(Severity::info);
  }
  return reader.take();
}

}  // namespace mailfleet::spf
