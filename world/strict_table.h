// A TOML table of which every key must be known: keys are taken one by one, what is left is an
// error. Every refusal is one line, `file.toml:12: …`, thrown as WorldError. Main thread only.
#pragma once

#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <toml++/toml.h>

#include "world/world.h"

namespace mailfleet {

[[noreturn]] void refuse(const std::string& file, const toml::node& at, const std::string& what);

// A moment's distance: "500ms", "30s", "10m", "6h", "7d".
std::optional<Milliseconds> parse_duration(std::string_view text);

class StrictTable {
 public:
  // `where` names the table to people: `[smtp."mx1.example"]`. Table and file outlive this.
  StrictTable(const toml::table& table, const std::string& file, std::string where)
      : table_(table), file_(file), where_(std::move(where)) {}

  const toml::node* take(const std::string& key);  // null when absent
  std::optional<std::string> text(const std::string& key);
  std::optional<int64_t> number(const std::string& key, int64_t least, int64_t most);
  std::optional<std::vector<std::string>> texts(const std::string& key);  // a list of strings
  std::optional<Milliseconds> duration(const std::string& key);
  const toml::table* table(const std::string& key);
  // A string out of a closed list.
  std::optional<std::string> word(const std::string& key, const std::vector<std::string>& allowed);
  void refuse_the_rest() const;
  [[noreturn]] void refuse_key(const std::string& key, const std::string& what) const;

  const std::string& file() const { return file_; }
  const std::string& where() const { return where_; }
  const toml::table& toml() const { return table_; }

 private:
  const toml::table& table_;
  const std::string& file_;
  std::string where_;
  std::vector<std::string> known_{};
};

std::string listed(const std::vector<std::string>& words);  // "a, b or c"

}  // namespace mailfleet
