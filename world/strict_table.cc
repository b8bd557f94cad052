#include "world/strict_table.h"

#include <algorithm>
#include <charconv>

#include "world/read_world.h"

namespace mailfleet {
namespace {

std::string quoted(std::string_view text) { return "\"" + std::string(text) + "\""; }

}  // namespace

void refuse(const std::string& file, const toml::node& at, const std::string& what) {
  throw WorldError(file + ":" + std::to_string(at.source().begin.line) + ": " + what);
}

std::optional<Milliseconds> parse_duration(std::string_view text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<size_t>(text.data() + text.size() - end));
  constexpr int64_t longest = 100LL * 366 * 86400;
  if (error != std::errc{} || count < 0 || count > longest) return {};
  if (unit == "ms") return Milliseconds(count);
  if (unit == "s") return std::chrono::seconds(count);
  if (unit == "m") return std::chrono::minutes(count);
  if (unit == "h") return std::chrono::hours(count);
  if (unit == "d") return std::chrono::days(count);
  return {};
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

const toml::node* StrictTable::take(const std::string& key) {
  known_.push_back(key);
  return table_.get(key);
}

void StrictTable::refuse_key(const std::string& key, const std::string& what) const {
  refuse(file_, *table_.get(key), where_ + " " + key + " " + what);
}

std::optional<std::string> StrictTable::text(const std::string& key) {
  const toml::node* node = take(key);
  if (!node) return {};
  if (!node->is_string()) refuse_key(key, "must be a string");
  return node->as_string()->get();
}

std::optional<int64_t> StrictTable::number(const std::string& key, int64_t least, int64_t most) {
  const toml::node* node = take(key);
  if (!node) return {};
  const auto value = node->value_exact<int64_t>();
  if (!value || *value < least || *value > most)
    refuse_key(key, "must be a whole number from " + std::to_string(least) + " to " +
                        std::to_string(most));
  return *value;
}

std::optional<std::vector<std::string>> StrictTable::texts(const std::string& key) {
  const toml::node* node = take(key);
  if (!node) return {};
  if (!node->is_array()) refuse_key(key, "must be a list of strings");
  std::vector<std::string> out;
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_string()) refuse(file_, item, where_ + " " + key + " must be a list of strings");
    out.push_back(item.as_string()->get());
  }
  return out;
}

std::optional<Milliseconds> StrictTable::duration(const std::string& key) {
  const auto value = text(key);
  if (!value) return {};
  const auto out = parse_duration(*value);
  if (!out)
    refuse_key(key,
               "must be a duration such as \"500ms\", \"30s\" or \"10m\", got " + quoted(*value));
  return out;
}

const toml::table* StrictTable::table(const std::string& key) {
  const toml::node* node = take(key);
  if (!node) return nullptr;
  if (!node->is_table()) refuse_key(key, "must be a table");
  return node->as_table();
}

std::optional<std::string> StrictTable::word(const std::string& key,
                                             const std::vector<std::string>& allowed) {
  const auto value = text(key);
  if (value && std::ranges::find(allowed, *value) == allowed.end())
    refuse_key(key, "must be " + listed(allowed) + ", got " + quoted(*value));
  return value;
}

void StrictTable::refuse_the_rest() const {
  for (const auto& [key, node] : table_)
    if (std::ranges::find(known_, std::string(key.str())) == known_.end())
      refuse(file_, node,
             where_ + " has no key " + quoted(key.str()) + "; it takes " + listed(known_));
}

}  // namespace mailfleet
