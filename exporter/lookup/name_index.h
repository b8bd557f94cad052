// The names of a fleet as they are compared with what people type: folded once, kept while they do
// not change. A fleet of 100,000 is then searched in a millisecond or two. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/snapshot.h"

namespace mailfleet {

struct IndexedName {
  DomainPtr domain{};
  std::string english{};        // words in lower case with single blanks, without marks
  std::string welsh{};          // likewise
  uint64_t domain_letters = 0;  // which letters occur in the domain's name
  uint64_t word_letters = 0;    // and in the organisation's, in either language
};

class NameIndex {
 public:
  NameIndex() = default;
  explicit NameIndex(const Snapshot& snapshot) { follow(snapshot); }
  // Makes it the index of this snapshot; what is as before is kept.
  void follow(const Snapshot& snapshot);
  const std::vector<IndexedName>& names() const { return names_; }  // in the snapshot's order

 private:
  std::vector<IndexedName> names_{};
};

// Words in lower case with single blanks, without points and brackets: how names are compared.
std::string plain_words(std::string_view text);
// Which letters occur: a bit each, shared by some.
uint64_t letters_of(std::string_view text);

}  // namespace mailfleet
