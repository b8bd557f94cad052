// "Did you mean …?" for a word that is not known.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

// The word of `words` nearest to `word`, when it is near enough to be meant; else "".
std::string nearest_word(std::string_view word, const std::vector<std::string>& words);

}  // namespace mailfleet
