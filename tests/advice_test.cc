// Every code that stands in a check's source is explained in English and in Welsh. That each code
// is caused by an example is asked in tests/coverage.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "monitor/advice.h"
#include "tests/roots.h"

using mailfleet::source_root;

namespace {

namespace fs = std::filesystem;

// Finding codes by the folder of the check: text literals that stand before a severity, or are
// handed to what adds findings. A comparison's words are kinds, not codes.
std::map<std::string, std::set<std::string>> codes_in_sources() {
  static const std::regex finding(
      R"re("([a-z0-9]+(?:-[a-z0-9]+)+)",\s*(?:Severity::|weight\(\))|)re"
      R"re(\b(?:add|find)\(\s*"([a-z0-9]+(?:-[a-z0-9]+)+)"(?![^;]*(?:AlertLevel|Confirmation)::))re");
  std::map<std::string, std::set<std::string>> out;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(source_root()) / "checks")) {
    const std::string name = entry.path().filename().string();
    if (!name.ends_with(".cc") || name.ends_with("_test.cc") || name == "regression.cc") continue;
    std::ifstream in(entry.path());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (auto at = std::sregex_iterator(text.begin(), text.end(), finding);
         at != std::sregex_iterator(); ++at)
      out[entry.path().parent_path().filename().string()].insert((*at)[1].matched ? (*at)[1]
                                                                                  : (*at)[2]);
  }
  return out;
}

}  // namespace

TEST_CASE("advice: every finding that a check can tell is explained in both languages") {
  const mailfleet::AdviceBook book = mailfleet::load_advice();
  const auto sources = codes_in_sources();
  CHECK(sources.at("dmarc").size() > 10);  // the pattern still finds them
  for (const auto& [check, codes] : sources) {
    CAPTURE(check);
    for (const std::string& code : codes) {
      CAPTURE(code);
      const mailfleet::Advice* advice = book.find(code);
      CHECK(advice);
      if (!advice) continue;
      for (const std::string* text : {&advice->title, &advice->title_cy, &advice->why,
                                      &advice->why_cy, &advice->action, &advice->action_cy})
        CHECK_FALSE(text->empty());
    }
  }
}
