#include "checks/dmarc/suffix.h"

#include <algorithm>
#include <array>

namespace mailfleet::dmarc {
namespace {

// First labels of the names that governments hand out to their bodies.
constexpr std::array<std::string_view, 12> shared_labels{
    "gov", "govt", "gouv", "gob", "nhs", "police", "mil", "mod", "llyw", "sch", "ac", "parliament"};
constexpr std::array<std::string_view, 4> shared_names{"llyw.cymru", "gov.wales", "mod.uk",
                                                       "gsi.gov.uk"};

}  // namespace

bool is_shared_by_name(const Name& name) {
  const auto labels = name.labels();
  if (labels.size() == 1) return true;
  if (std::ranges::find(shared_names, name.text()) != shared_names.end()) return true;
  return labels.size() == 2 && labels[1] != "com" &&
         std::ranges::find(shared_labels, labels[0]) != shared_labels.end();
}

Registrable registrable_of(const Name& name, Facts& facts) {
  const SuffixObservation& seen = facts.suffix(name);
  Registrable out{.pending = seen.pending()};
  if (seen.outcome != Outcome::answered) return out;
  out.known = true;
  out.listed = seen.registrable;
  out.careful = seen.registrable;
  if (out.careful && is_shared_by_name(*out.careful))
    out.careful = name.suffix(out.careful->label_count() + 1);
  return out;
}

}  // namespace mailfleet::dmarc
