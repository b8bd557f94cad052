#include "exporter/lookup/name_index.h"

#include "checks/base/text.h"
#include "exporter/selection.h"

namespace mailfleet {
namespace {

IndexedName indexed(const DomainPtr& domain) {
  IndexedName out{.domain = domain,
                  .english = plain_words(domain->owner.organisation),
                  .welsh = plain_words(domain->owner.organisation_cy),
                  .domain_letters = letters_of(domain->name.text())};
  out.word_letters = letters_of(out.english) | letters_of(out.welsh);
  return out;
}

bool same_names(const DomainSummary& a, const DomainSummary& b) {
  return a.name == b.name && a.owner.organisation == b.owner.organisation &&
         a.owner.organisation_cy == b.owner.organisation_cy;
}

}  // namespace

void NameIndex::follow(const Snapshot& snapshot) {
  const std::vector<DomainPtr>& domains = snapshot.domains;
  if (names_.size() != domains.size()) {
    names_.clear();
    for (const DomainPtr& domain : domains) names_.push_back(indexed(domain));
    return;
  }
  for (size_t i = 0; i < domains.size(); ++i) {
    if (names_[i].domain == domains[i]) continue;
    if (same_names(*names_[i].domain, *domains[i]))
      names_[i].domain = domains[i];
    else
      names_[i] = indexed(domains[i]);
  }
}

std::string plain_words(std::string_view text) {
  std::string out;
  for (const char c : folded(text)) {
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<uint8_t>(c) >= 0x80;
    if (letter)
      out += c;
    else if (c != '\'' && !out.empty() && out.back() != ' ')
      out += ' ';
  }
  return std::string(trim(out));
}

uint64_t letters_of(std::string_view text) {
  uint64_t out = 0;
  for (const char c : text) out |= 1ULL << (static_cast<uint8_t>(c) & 63U);
  return out;
}

}  // namespace mailfleet
