#include "exporter/advice.h"

#include <toml++/toml.h>

#include <array>
#include <utility>

namespace mailfleet {
namespace {

constexpr std::array<std::pair<std::string_view, std::string Advice::*>, 10> fields = {
    {{"title", &Advice::title},
     {"title_cy", &Advice::title_cy},
     {"why", &Advice::why},
     {"why_cy", &Advice::why_cy},
     {"action", &Advice::action},
     {"action_cy", &Advice::action_cy},
     {"record", &Advice::record},
     {"source", &Advice::source},
     {"severity", &Advice::severity},
     {"when", &Advice::when}}};

[[noreturn]] void refuse(std::string_view path, const toml::source_region& where,
                         const std::string& what) {
  throw AdviceError(std::string(path) + ":" + std::to_string(where.begin.line) + ": " + what);
}

Advice read_advice(std::string_view path, std::string_view code, const toml::node& node) {
  const toml::table* table = node.as_table();
  if (!table)
    refuse(path, node.source(),
           "\"" + std::string(code) + "\" must be a section, [" + std::string(code) + "]");
  Advice out;
  for (const auto& [key, value] : *table) {
    const auto* field = fields.begin();
    while (field != fields.end() && field->first != key.str()) ++field;
    if (field == fields.end())
      refuse(path, key.source(), "unknown key \"" + std::string(key.str()) + "\"");
    const auto text = value.value_exact<std::string>();
    if (!text) refuse(path, value.source(), "\"" + std::string(key.str()) + "\" must be text");
    out.*(field->second) = *text;
  }
  return out;
}

}  // namespace

const std::string& Advice::title_in(Language language) const {
  return language == Language::welsh ? title_cy : title;
}
const std::string& Advice::why_in(Language language) const {
  return language == Language::welsh ? why_cy : why;
}
const std::string& Advice::action_in(Language language) const {
  return language == Language::welsh ? action_cy : action;
}

void AdviceBook::add(std::string_view path, std::string_view text) {
  try {
    for (const toml::table root = toml::parse(text); const auto& [code, node] : root)
      if (!all_.emplace(code.str(), read_advice(path, code.str(), node)).second)
        refuse(path, code.source(), "\"" + std::string(code.str()) + "\" is explained twice");
  } catch (const toml::parse_error& error) {
    refuse(path, error.source(), std::string(error.description()));
  }
}

const Advice* AdviceBook::find(std::string_view code) const {
  const auto found = all_.find(code);
  return found == all_.end() ? nullptr : &found->second;
}

}  // namespace mailfleet
