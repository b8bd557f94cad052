// Every world of tests/worlds is asked in memory, and each domain must stand where its
// `.expect.toml` says by the standards.
#include <doctest/doctest.h>

#include <toml++/toml.h>
#include <algorithm>
#include <filesystem>

#include "checks/registry.h"
#include "monitor/scan.h"
#include "tests/roots.h"
#include "tests/table.h"
#include "world/read_world.h"
#include "world/world_prober.h"

using namespace mailfleet;

namespace {

namespace fs = std::filesystem;

std::string text_of(const toml::node& node) {
  std::ostringstream out;
  node.visit([&](const auto& typed) { out << typed; });
  return out.str();
}

bool scalar_matches(const toml::node& wanted, const Value& seen) {
  if (const auto text = wanted.value_exact<std::string>()) {
    if (*text == "(null)") return seen.is_null();
    return seen.as_string() == std::string_view(*text);
  }
  if (const auto flag = wanted.value_exact<bool>()) return seen.as_bool() == *flag;
  return seen.as_int() == wanted.value_exact<int64_t>();
}

// The first place where `seen` is not as wanted; empty when there is none. A table wants a subset
// of the members, a list all items in order.
std::string difference(const toml::node& wanted, const Value& seen, const std::string& path) {
  if (const toml::table* table = wanted.as_table()) {
    for (const auto& [key, node] : *table) {
      const std::string name(key.str());
      const std::string found = difference(node, seen[name], path + "." + name);
      if (!found.empty()) return found;
    }
    return {};
  }
  const toml::array* list = wanted.as_array();
  if (!list)
    return scalar_matches(wanted, seen)
               ? ""
               : path + ": " + to_json(seen) + " is not " + text_of(wanted);
  if (!seen.is_list() || seen.items().size() != list->size())
    return path + ": " + to_json(seen) + " has not " + std::to_string(list->size()) + " items";
  for (size_t i = 0; i < list->size(); ++i) {
    const std::string found =
        difference(*list->get(i), seen.items()[i], path + "[" + std::to_string(i) + "]");
    if (!found.empty()) return found;
  }
  return {};
}

std::vector<std::string> strings(const toml::table& table, std::string_view key) {
  std::vector<std::string> out;
  if (const toml::array* list = table[key].as_array())
    for (const toml::node& item : *list) out.push_back(item.value_or(std::string()));
  return out;
}

std::string codes(const Judgement& judgement) {
  std::string out;
  for (const Finding& finding : judgement.findings) out += finding.code + " ";
  return out;
}

void compare(const Check& check, const Judgement& seen, const toml::table& wanted) {
  CAPTURE(check.id);
  const std::string found = codes(seen);
  CAPTURE(found);
  if (const auto level = wanted["level"].value<std::string>())
    CHECK(check.level_name(seen.level) == std::string_view(*level));
  for (const std::string& code : strings(wanted, "findings"))
    CHECK_MESSAGE(has_finding(seen, code), code);
  for (const std::string& code : strings(wanted, "without"))
    CHECK_MESSAGE(!has_finding(seen, code), code);
  if (const toml::node* facts = wanted.get("facts"))
    CHECK(difference(*facts, seen.facts, "facts") == "");
}

Domain domain_of(const std::string& name, const toml::table& wanted) {
  Domain out = domain_named(name);
  out.parked = wanted["parked"].value_or(false);
  out.dkim_selectors = strings(wanted, "selectors");
  return out;
}

bool is_setting(std::string_view key) { return key == "parked" || key == "selectors"; }

void run_world(const fs::path& file) {
  const World world = load_world(file.string());
  fs::path expectations = file;
  expectations.replace_extension(".expect.toml");
  const toml::table wanted = toml::parse_file(expectations.string());
  const auto prober = make_world_prober(world);
  for (const auto& [name, node] : wanted) {
    const std::string domain(name.str());
    CAPTURE(domain);
    ScanResult result;
    run_scan(domain_of(domain, *node.as_table()), all_checks(), *prober, AskMode::fresh, *world.now,
             Deadline::max(), [&](ScanResult done) { result = std::move(done); });
    CHECK_MESSAGE(result.complete, result.trouble);
    for (const auto& [id, expected] : *node.as_table()) {
      if (is_setting(id.str())) continue;
      const auto checks = all_checks();
      const auto place = std::ranges::find(checks, id.str(), &Check::id);
      REQUIRE_MESSAGE(place != checks.end(), "no check " << id.str());
      compare(**place, result.judgements[static_cast<size_t>(place - checks.begin())],
              *expected.as_table());
    }
  }
}

}  // namespace

TEST_CASE("worlds: every domain stands where the standards put it") {
  size_t worlds = 0;
  for (const auto& entry : fs::directory_iterator(source_root() + "/tests/worlds")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".toml") || name.ends_with(".expect.toml")) continue;
    CAPTURE(name);
    run_world(entry.path());
    ++worlds;
  }
  CHECK(worlds >= 4);
}
