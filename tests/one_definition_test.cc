// Two types of one name in one namespace are two meanings of the same symbols: the linker keeps one
// of them without a word (C++ [basic.def.odr]), and the program crashes far away from the mistake.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/roots.h"

using mailfleet::source_root;

namespace fs = std::filesystem;

namespace {

using Definitions = std::map<std::string, std::set<std::string>>;  // qualified type -> headers

// Our headers are formatted: a namespace and a type begin a line, and a namespace's end says so.
void read_header(std::istream& in, const std::string& file, Definitions& out) {
  static const std::regex opens("^namespace ([a-z_:]+) \\{");
  static const std::regex closes("^\\}  // namespace.*");
  static const std::regex defines("^(?:struct|class|enum class|enum) ([A-Z][A-Za-z0-9]*)[^;]*$");
  std::vector<std::string> scope;
  std::smatch match;
  for (std::string line; std::getline(in, line);) {
    if (std::regex_search(line, match, opens))
      scope.push_back(match[1]);
    else if (std::regex_match(line, closes) && !scope.empty())
      scope.pop_back();
    else if (std::regex_match(line, match, defines)) {
      std::string name;
      for (const std::string& each : scope) name += each + "::";
      out[name + match[1].str()].insert(file);
    }
  }
}

Definitions read_tree(const fs::path& root) {
  Definitions out;
  for (const char* folder : {"checks", "reports", "monitor", "exporter", "world", "tests"})
    for (const auto& entry : fs::recursive_directory_iterator(root / folder))
      if (entry.path().extension() == ".h") {
        std::ifstream in(entry.path());
        read_header(in, fs::relative(entry.path(), root).string(), out);
      }
  return out;
}

}  // namespace

TEST_CASE("one definition: no two headers define a type of the same name") {
  const Definitions definitions = read_tree(source_root());
  CHECK(definitions.size() > 100);
  for (const auto& [name, files] : definitions) {
    std::string all;
    for (const std::string& file : files) all += file + " ";
    INFO(name << ": " << all);
    CHECK(files.size() == 1);
  }
}

TEST_CASE("one definition: a planted pair is found, nested namespaces are apart") {
  Definitions out;
  std::istringstream first(
      "namespace mailfleet {\nstruct Twin {\n};\nclass Ahead;\n}  // namespace mailfleet\n");
  std::istringstream second(
      "namespace mailfleet {\nnamespace b {\nclass Alone : public X {\n};\n}  // namespace b\n"
      "enum class Twin : int {\na };\n}  // namespace mailfleet\n");
  read_header(first, "a.h", out);
  read_header(second, "b.h", out);
  CHECK(out["mailfleet::Twin"].size() == 2);
  CHECK(out["mailfleet::b::Alone"].size() == 1);
  CHECK_FALSE(out.contains("mailfleet::Ahead"));
}
