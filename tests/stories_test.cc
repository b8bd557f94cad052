// Every story of tests/stories is played by the monitor itself, and must end as it says.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "tests/roots.h"
#include "tests/stories/play.h"

using namespace mailfleet;
using namespace mailfleet::stories;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> story_files() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(source_root() + "/tests/stories"))
    if (entry.path().extension() == ".toml") out.push_back(entry.path().string());
  std::ranges::sort(out);
  return out;
}

}  // namespace

TEST_CASE("stories: each ends as it says") {
  const char* only = std::getenv("STORY");  // a part of a name, for whoever writes one
  size_t played = 0;
  for (const std::string& file : story_files())
    for (const Story& story : load_stories(file)) {
      const std::string name = fs::path(file).filename().string() + ": " + story.name;
      if (only && name.find(only) == std::string::npos) continue;
      CAPTURE(name);
      const auto begin = std::chrono::steady_clock::now();
      for (const std::string& complaint : complaints(story, play(story))) FAIL_CHECK(complaint);
      const auto taken = std::chrono::steady_clock::now() - begin;
      if (only) MESSAGE(name << ": " << std::chrono::duration<double>(taken).count() << " s");
      ++played;
    }
  CHECK(played >= (only ? 1 : 60));
}
