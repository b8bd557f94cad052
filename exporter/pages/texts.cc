#include "exporter/pages/texts.h"

#include <toml++/toml.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

#include "checks/base/text.h"
#include "embedded.h"

namespace mailfleet {
namespace {

Texts load(Language language, std::string_view path) {
  const auto files = embedded_files_of_mf_exporter();
  const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
  if (found == files.end()) throw std::runtime_error(std::string(path) + " is not in the binary");
  return Texts(language, found->text);
}

}  // namespace

Texts::Texts(Language language, std::string_view text) : language_(language) {
  const toml::table table = toml::parse(text);
  for (const auto& [section, keys] : table)
    if (const toml::table* inner = keys.as_table())
      for (const auto& [key, value] : *inner)
        if (const auto* words = value.as_string())
          all_[std::string(section.str()) + "." + std::string(key.str())] = words->get();
}

std::string Texts::say(std::string_view key, Fillings fillings) const {
  const auto found = all_.find(key);
  return found == all_.end() ? std::string(key) : filled(found->second, fillings);
}

std::string Texts::word(std::string_view section, std::string_view code,
                        std::string_view otherwise) const {
  const auto found = all_.find(std::string(section) + "." + std::string(code));
  return found == all_.end() ? std::string(otherwise) : found->second;
}

const Texts& texts(Language language) {
  static const Texts english = load(Language::english, "exporter/pages/text.en.toml");
  static const Texts welsh = load(Language::welsh, "exporter/pages/text.cy.toml");
  return language == Language::welsh ? welsh : english;
}

// One pass: what is filled in is not looked at again, whatever braces it holds.
const std::string& organisation_in(Language language, const Owner& owner) {
  const bool welsh = language == Language::welsh && !owner.organisation_cy.empty();
  return welsh ? owner.organisation_cy : owner.organisation;
}

std::string filled(std::string_view text, Fillings fillings) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    const size_t close = open == text.npos ? text.npos : text.find('}', open);
    if (close == text.npos) break;
    out += text.substr(0, open);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto found =
        std::ranges::find(fillings, name, &std::pair<std::string_view, std::string_view>::first);
    out += found == fillings.end() ? text.substr(open, close + 1 - open) : found->second;
    text.remove_prefix(close + 1);
  }
  return out.append(text);
}

std::string day_text(const Texts& texts, Time time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  const std::string names = texts.say("time.months");
  const auto months = split(names, ' ');
  const size_t month = static_cast<unsigned>(date.month()) - 1;
  return std::to_string(static_cast<unsigned>(date.day())) + " " +
         std::string(month < months.size() ? months[month] : "?") + " " +
         std::to_string(static_cast<int>(date.year()));
}

std::string when(const Texts& texts, Time time) {
  const std::chrono::hh_mm_ss clock(time - std::chrono::floor<std::chrono::days>(time));
  std::array<char, 32> hour{};
  std::snprintf(hour.data(), hour.size(), "%02d:%02d UTC", static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()));
  return day_text(texts, time) + ", " + hour.data();
}

std::string ago(const Texts& texts, Time time, Time now) {
  using std::chrono::duration_cast;
  const Seconds age = now - time;
  if (age < std::chrono::minutes(1)) return texts.say("time.now");
  const auto say = [&](std::string_view key, int64_t n) {
    return texts.say(key, {{"n", std::to_string(n)}});
  };
  if (age < std::chrono::hours(2))
    return say("time.minutes", duration_cast<std::chrono::minutes>(age).count());
  if (age < std::chrono::hours(48))
    return say("time.hours", duration_cast<std::chrono::hours>(age).count());
  return say("time.days", duration_cast<std::chrono::days>(age).count());
}

}  // namespace mailfleet
