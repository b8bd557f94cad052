// Runs behind the checks' own tests (files are run in the order of their names): by then every code
// that advice is given for has been caused by some example with every severity it may have, and
// every code that was caused is explained in both languages.
#include <doctest/doctest.h>

#include "monitor/advice.h"
#include "tests/told.h"

using namespace mailfleet;

namespace {

std::string listed(const std::set<Severity>& severities) {
  std::string out;
  for (const Severity each : severities) (out += out.empty() ? "" : ", ") += to_text(each);
  return out;
}

}  // namespace

TEST_CASE("every finding code: caused by an example, explained in both languages") {
  const auto& told = codes_told();
  if (told.empty()) return;  // asked for alone: no example has run
  const AdviceBook book = load_advice();
  for (const auto& [code, advice] : book.all())
    CHECK_MESSAGE(told.contains(code), code, " is explained, and no example causes it");
  for (const auto& [code, severities] : told) {
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
    // The list of rules (docs/checks.md) says no more and no less than what the checks do.
    CHECK(advice->severity == listed(severities));
    CHECK(advice->when.empty() == (severities.size() < 2));
  }
}
