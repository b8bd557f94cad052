#include "checks/spf/tree.h"

#include "checks/spf/audit.h"

namespace mailfleet::spf {
namespace {

std::vector<MacroString> followed(const Record& record) {
  std::vector<MacroString> out;
  for (size_t i = 0; i < record.end(); ++i)
    if (record.terms[i].mechanism == Mechanism::include) out.push_back(record.terms[i].target);
  if (record.redirect && !record.has_all()) out.push_back(*record.redirect);
  return out;
}

}  // namespace

std::optional<std::string> fixed_target(const MacroString& target, const Name& domain) {
  if (target.empty()) return domain.text();
  if (!target.only_about_domain()) return {};
  return expand_domain(target, {.sender = "postmaster@" + domain.text(), .domain = domain.text()});
}

Tree::Tree(const Name& root, Facts& facts) {
  std::vector<Name> level{root};
  for (int depth = 0; depth <= max_depth && !level.empty(); ++depth) level = visit(level, facts);
}

std::vector<Name> Tree::visit(const std::vector<Name>& level, Facts& facts) {
  std::vector<Name> next;
  for (const Name& name : level) {
    if (names_.contains(name) || questions() >= max_questions) continue;
    names_.insert(name);
    const DnsObservation& seen = facts.dns(name, DnsType::txt);
    pending_ |= seen.pending();
    const std::vector<std::string> records = select_records(seen.txt);
    if (records.size() != 1) continue;
    const Record record = parse_record(records.front());
    if (!record.problems.empty()) continue;
    for (const MacroString& each : followed(record))
      if (const auto target = fixed_target(each, name))
        if (auto child = to_name(*target)) next.push_back(std::move(*child));
  }
  return next;
}

}  // namespace mailfleet::spf
