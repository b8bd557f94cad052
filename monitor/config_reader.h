// One table of config.toml, read key by key into plain members.
//
// Each call names a key, where it goes and what is allowed. What is not there keeps its default;
// what is wrong becomes a problem with file and line. `finish` then reports every key that no call
// named. The calls together are the list of keys that exist, with their defaults.
#pragma once

#include <toml++/toml.h>

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/config.h"

namespace mailfleet {

struct Reading {
  std::string file{};              // as the operator named it
  std::filesystem::path folder{};  // where relative paths start
  std::vector<std::string> problems{};
  std::vector<ConfigKey> keys{};

  void refuse(const toml::source_region& where, const std::string& what);
};

class Section {
 public:
  // `table` is null when the file has none. `name` is without brackets.
  Section(Reading& reading, std::string name, const toml::table* table)
      : reading_(reading), name_(std::move(name)), table_(table) {}

  void duration(std::string_view key, Seconds& into, Seconds least, Seconds most = max_duration);
  void duration(std::string_view key, Milliseconds& into, Milliseconds least,
                Milliseconds most = max_duration);
  void number(std::string_view key, int& into, int least, int most);
  void port(std::string_view key, uint16_t& into);
  void path(std::string_view key, std::filesystem::path& into);
  void text(std::string_view key, std::string& into);
  // `valid` says whether the text will do, `allowed` what would: "a URL".
  void text(std::string_view key, std::string& into, bool (*valid)(std::string_view),
            std::string_view allowed);
  void texts(std::string_view key, std::vector<std::string>& into, bool (*valid)(std::string_view),
             std::string_view allowed);
  void names(std::string_view key, std::vector<Name>& into);
  void networks(std::string_view key, std::vector<Network>& into);
  void addresses(std::string_view key, std::vector<Address>& into);
  void sockets(std::string_view key, std::vector<AddressPort>& into);
  void no_scan(std::string_view key, std::vector<std::string>& into);
  // A moment or a date, as a TOML date or as text.
  void time(std::string_view key, std::optional<Time>& into);

  template <class Enum>
  void choice(std::string_view key, Enum& into,
              std::span<const std::pair<std::string_view, Enum>> words) {
    std::vector<std::string_view> texts;
    size_t chosen = 0;
    for (const auto& [word, value] : words) {
      if (value == into) chosen = texts.size();
      texts.push_back(word);
    }
    into = words[one_of(key, texts, chosen)].second;
  }

  bool has(std::string_view key) const { return table_ && table_->contains(key); }
  // A rule over several keys: shown at the key's line, or at the table's.
  void refuse(std::string_view key, const std::string& what);
  void finish();

  static constexpr Seconds max_duration = std::chrono::days(36500);

 private:
  const toml::node* take(std::string_view key, std::string standard);
  void must(const toml::node& node, std::string_view key, std::string_view allowed);
  size_t one_of(std::string_view key, const std::vector<std::string_view>& words, size_t standard);
  std::optional<Milliseconds> duration_in(const toml::node& node, std::string_view key,
                                          Milliseconds least, Milliseconds most,
                                          Milliseconds precision);
  template <class T, class Parse>
  void list(std::string_view key, std::vector<T>& into, std::string standard, Parse parse,
            std::string_view allowed);

  Reading& reading_;
  std::string name_;
  const toml::table* table_;
  std::vector<std::string> known_{};
};

// "90s", "10m": the largest unit that says it in a whole number.
std::string config_duration(Milliseconds duration);

}  // namespace mailfleet
