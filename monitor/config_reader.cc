#include "monitor/config_reader.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include "checks/base/text.h"
#include "checks/base/value.h"
#include "monitor/idn.h"
#include "monitor/nearest_word.h"

namespace mailfleet {
namespace {

using std::chrono::duration_cast;

struct Unit {
  std::string_view text;
  Milliseconds size;
  Milliseconds least_spoken;  // people say "24 h" and "72 h", and days from a week on
};
constexpr Unit units[] = {{"d", std::chrono::days(1), std::chrono::days(7)},
                          {"h", std::chrono::hours(1), std::chrono::hours(1)},
                          {"m", std::chrono::minutes(1), std::chrono::minutes(1)},
                          {"s", std::chrono::seconds(1), std::chrono::seconds(1)},
                          {"ms", Milliseconds(1), Milliseconds(1)}};
constexpr std::string_view duration_form =
    "a duration with its unit, like \"500ms\", \"30s\", \"10m\", \"6h\" or \"7d\"";
constexpr size_t max_shown_characters = 60;

std::optional<Milliseconds> parse_duration(std::string_view text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || text.empty() || text.front() == '-') return {};
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  for (const Unit& unit : units)
    if (text == unit.text &&
        count <= duration_cast<Milliseconds>(Section::max_duration) / unit.size)
      return count * unit.size;
  return {};
}

// For messages to people: "60 s".
std::string spoken(Milliseconds duration) {
  std::string text = config_duration(duration);
  text.insert(text.find_first_not_of("0123456789"), " ");
  return text;
}

std::string shown(const toml::node& node) {
  if (node.is_table()) return "a table";
  if (node.is_array()) return "a list";
  if (const auto text = node.value_exact<std::string>())
    return json_quoted(for_display(*text, max_shown_characters));
  std::ostringstream out;
  node.visit([&](const auto& value) {
    if constexpr (toml::is_value<decltype(value)>) out << value;
  });
  return out.str();
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) out += (out.size() > 1 ? ", " : "") + json_quoted(text);
  return out + "]";
}

template <class T>
std::vector<std::string> texts_of(const std::vector<T>& items) {
  std::vector<std::string> out;
  for (const T& item : items) out.push_back(item.text());
  return out;
}

}  // namespace

std::string config_duration(Milliseconds duration) {
  for (const Unit& unit : units)
    if (duration >= unit.least_spoken && duration % unit.size == Milliseconds(0))
      return std::to_string(duration / unit.size) + std::string(unit.text);
  return "0s";
}

void Reading::refuse(const toml::source_region& where, const std::string& what) {
  problems.push_back(file + ":" + std::to_string(where.begin.line) + ": " + what);
}

const toml::node* Section::take(std::string_view key, std::string standard) {
  known_.emplace_back(key);
  reading_.keys.push_back({name_, std::string(key), std::move(standard)});
  return table_ ? table_->get(key) : nullptr;
}

void Section::must(const toml::node& node, std::string_view key, std::string_view allowed) {
  reading_.refuse(node.source(), "\"" + std::string(key) + "\" must be " + std::string(allowed) +
                                     ", got " + shown(node));
}

void Section::refuse(std::string_view key, const std::string& what) {
  const toml::node* node = table_ ? table_->get(key) : nullptr;
  if (node) return reading_.refuse(node->source(), what);
  reading_.refuse(table_ ? table_->source() : toml::source_region{}, what);
}

std::optional<Milliseconds> Section::duration_in(const toml::node& node, std::string_view key,
                                                 Milliseconds least, Milliseconds most,
                                                 Milliseconds precision) {
  const auto text = node.value_exact<std::string>();
  const auto parsed = text ? parse_duration(*text) : std::nullopt;
  if (!parsed)
    must(node, key, duration_form);
  else if (*parsed < least)
    must(node, key, "at least " + spoken(least));
  else if (*parsed > most)
    must(node, key, "at most " + spoken(most));
  else if (*parsed % precision != Milliseconds(0))
    must(node, key, "whole seconds");
  else
    return parsed;
  return {};
}

void Section::duration(std::string_view key, Seconds& into, Seconds least, Seconds most) {
  const toml::node* node = take(key, "\"" + config_duration(into) + "\"");
  if (!node) return;
  if (const auto value = duration_in(*node, key, least, most, Seconds(1)))
    into = duration_cast<Seconds>(*value);
}

void Section::duration(std::string_view key, Milliseconds& into, Milliseconds least,
                       Milliseconds most) {
  const toml::node* node = take(key, "\"" + config_duration(into) + "\"");
  if (!node) return;
  if (const auto value = duration_in(*node, key, least, most, Milliseconds(1))) into = *value;
}

void Section::number(std::string_view key, int& into, int least, int most) {
  const toml::node* node = take(key, std::to_string(into));
  if (!node) return;
  const auto value = node->value_exact<int64_t>();
  if (!value || *value < least || *value > most)
    return must(*node, key,
                "a number from " + std::to_string(least) + " to " + std::to_string(most));
  into = static_cast<int>(*value);
}

void Section::port(std::string_view key, uint16_t& into) {
  int value = into;
  number(key, value, 1, 65535);
  into = static_cast<uint16_t>(value);
}

void Section::path(std::string_view key, std::filesystem::path& into) {
  const toml::node* node = take(key, json_quoted(into.string()));
  if (!node) {
    if (!into.empty()) into = (reading_.folder / into).lexically_normal();
    return;
  }
  const auto text = node->value_exact<std::string>();
  if (!text || text->find('\0') != std::string::npos) return must(*node, key, "a file's path");
  into = text->empty() ? std::filesystem::path() : (reading_.folder / *text).lexically_normal();
}

void Section::text(std::string_view key, std::string& into) {
  text(
      key, into, [](std::string_view) { return true; }, "text");
}

void Section::text(std::string_view key, std::string& into, bool (*valid)(std::string_view),
                   std::string_view allowed) {
  const toml::node* node = take(key, json_quoted(into));
  if (!node) return;
  const auto value = node->value_exact<std::string>();
  // Texts go into headers, logs and pages: one line without control characters.
  const bool plain = value && std::ranges::none_of(*value, [](char c) {
                       return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
                     });
  if (!plain || (!value->empty() && !valid(*value))) return must(*node, key, allowed);
  into = *value;
}

size_t Section::one_of(std::string_view key, const std::vector<std::string_view>& words,
                       size_t standard) {
  const toml::node* node = take(key, json_quoted(words[standard]));
  if (!node) return standard;
  const auto value = node->value_exact<std::string>();
  const auto found = value ? std::ranges::find(words, *value) : words.end();
  if (found != words.end()) return static_cast<size_t>(found - words.begin());
  std::string allowed = "one of";
  for (const std::string_view word : words)
    allowed += (word.data() == words.front().data() ? " " : ", ") + json_quoted(word);
  must(*node, key, allowed);
  return standard;
}

// A single text does for a list of one.
template <class T, class Parse>
void Section::list(std::string_view key, std::vector<T>& into, std::string standard, Parse parse,
                   std::string_view allowed) {
  const toml::node* node = take(key, std::move(standard));
  if (!node) return;
  std::vector<T> out;
  const auto add = [&](const toml::node& item) {
    const auto text = item.value_exact<std::string>();
    std::optional<T> parsed = text ? parse(*text) : std::optional<T>{};
    if (parsed)
      out.push_back(std::move(*parsed));
    else
      must(item, key, "a list of " + std::string(allowed));
  };
  if (const toml::array* items = node->as_array()) {
    for (const toml::node& item : *items) add(item);
  } else {
    add(*node);
  }
  into = std::move(out);
}

void Section::texts(std::string_view key, std::vector<std::string>& into,
                    bool (*valid)(std::string_view), std::string_view allowed) {
  const auto parse = [&](const std::string& text) {
    return valid(text) ? std::optional(text) : std::nullopt;
  };
  list(key, into, quoted_list(into), parse, allowed);
}

void Section::names(std::string_view key, std::vector<Name>& into) {
  list(key, into, quoted_list(texts_of(into)), name_of_people,
       "domain names like \"council.gov.uk\"");
}

void Section::networks(std::string_view key, std::vector<Network>& into) {
  list(key, into, quoted_list(texts_of(into)), Network::parse,
       "networks like \"192.0.2.0/24\" or \"2001:db8::/32\"");
}

void Section::addresses(std::string_view key, std::vector<Address>& into) {
  list(key, into, quoted_list(texts_of(into)), Address::parse,
       "addresses like \"192.0.2.1\" or \"2001:db8::1\"");
}

void Section::sockets(std::string_view key, std::vector<AddressPort>& into) {
  list(key, into, quoted_list(texts_of(into)), AddressPort::parse,
       "\"ADDRESS:PORT\" like \"127.0.0.1:5335\" or \"[::1]:5335\"");
}

void Section::no_scan(std::string_view key, std::vector<std::string>& into) {
  const auto parse = [](const std::string& text) -> std::optional<std::string> {
    if (const auto network = Network::parse(text)) return network->text();
    const auto name = name_of_people(text);
    return name ? std::optional(name->text()) : std::nullopt;
  };
  list(key, into, quoted_list(into), parse, "domains, hosts, addresses and networks");
}

void Section::time(std::string_view key, std::optional<Time>& into) {
  const toml::node* node = take(key, "");
  if (!node) return;
  std::string text = node->value_exact<std::string>().value_or("");
  if (node->is_date() || node->is_date_time()) text = shown(*node);
  const auto parsed = parse_time(text);
  if (!parsed)
    return must(*node, key, "a date like 2026-12-01 or a moment like 2026-12-01T09:00:00Z");
  into = parsed;
}

void Section::finish() {
  if (!table_) return;
  for (const auto& [key, node] : *table_) {
    if (std::ranges::find(known_, key.str()) != known_.end()) continue;
    const std::string near = nearest_word(key.str(), known_);
    reading_.refuse(key.source(), "unknown key " +
                                      json_quoted(for_display(key.str(), max_shown_characters)) +
                                      " in [" + name_ + "]" +
                                      (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  }
}

}  // namespace mailfleet
