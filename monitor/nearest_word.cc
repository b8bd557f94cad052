#include "monitor/nearest_word.h"

#include <algorithm>
#include <numeric>

namespace mailfleet {
namespace {

// Levenshtein's distance, for suggestions only.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0]++;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& words) {
  const auto nearest = std::ranges::min_element(
      words, {}, [&](const std::string& known) { return distance(word, known); });
  if (nearest == words.end()) return "";
  return distance(word, *nearest) <= std::max<size_t>(2, word.size() / 3) ? *nearest : "";
}

}  // namespace mailfleet
