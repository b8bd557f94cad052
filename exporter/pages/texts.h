// The words of the pages in one language, from the language files that travel in the binary.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "checks/base/time.h"
#include "exporter/advice.h"
#include "exporter/snapshot.h"

namespace mailfleet {

using Fillings = std::initializer_list<std::pair<std::string_view, std::string_view>>;

class Texts {
 public:
  // Throws std::runtime_error when the file is not TOML: a bug of ours, found at start.
  Texts(Language language, std::string_view toml);

  Language language() const { return language_; }
  // The text of "section.key" with its {placeholders} filled in; the key itself when there is none.
  std::string say(std::string_view key, Fillings fillings = {}) const;
  // The text of section and code, or what the program calls it.
  std::string word(std::string_view section, std::string_view code,
                   std::string_view otherwise) const;
  const std::map<std::string, std::string, std::less<>>& all() const { return all_; }

 private:
  Language language_;
  std::map<std::string, std::string, std::less<>> all_{};
};

const Texts& texts(Language language);

// The name of the owner's organisation; the English one where the list has no Welsh one.
const std::string& organisation_in(Language language, const Owner& owner);

std::string filled(std::string_view text, Fillings fillings);
std::string when(const Texts& texts, Time time);      // "21 November 2026, 12:00 UTC"
std::string day_text(const Texts& texts, Time time);  // "21 November 2026"
std::string ago(const Texts& texts, Time time, Time now);

}  // namespace mailfleet
