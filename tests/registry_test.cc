// What holds for every check of the registry.
#include "checks/registry.h"

#include <doctest/doctest.h>

#include <set>

using namespace mailfleet;

TEST_CASE("registry: ids are unique, ladders climb, titles are words") {
  std::set<std::string_view> ids;
  for (const Check* check : all_checks()) {
    CAPTURE(check->id);
    CHECK(ids.insert(check->id).second);
    CHECK(check->ladder.size() >= 2);
    CHECK(check->ladder.size() <= 16);
    CHECK(std::set<std::string_view>(check->ladder.begin(), check->ladder.end()).size() ==
          check->ladder.size());
    CHECK(!check->title.empty());
    CHECK(find_check(check->id) == check);
  }
  CHECK(find_check("no-such-check") == nullptr);
}
