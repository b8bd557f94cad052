// Runs behind the checks' own tests (files are run in the order of their names): by then every code
// that advice is given for has been caused by some example, and every code that was caused is
// explained in both languages.
#include <doctest/doctest.h>

#include "monitor/advice.h"
#include "tests/told.h"

using namespace mailfleet;

TEST_CASE("every finding code: caused by an example, explained in both languages") {
  const std::set<std::string>& told = codes_told();
  if (told.empty()) return;  // asked for alone: no example has run
  const AdviceBook book = load_advice();
  for (const auto& [code, advice] : book.all())
    CHECK_MESSAGE(told.contains(code), code, " is explained, and no example causes it");
  for (const std::string& code : told) {
    const Advice* advice = book.find(code);
    CHECK_MESSAGE(advice, code, " is told, and nothing explains it");
    if (!advice) continue;
    CAPTURE(code);
    for (const std::string* text :
         {&advice->title, &advice->title_cy, &advice->why, &advice->why_cy, &advice->action,
          &advice->action_cy, &advice->source})
      CHECK_FALSE(text->empty());
    CHECK(advice->title != advice->title_cy);
    CHECK(advice->why != advice->why_cy);
  }
}
