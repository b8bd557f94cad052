#include "monitor/watch/trust_reasons.h"

#include <doctest/doctest.h>

#include "exporter/pages/texts.h"

using namespace mailfleet;

TEST_CASE("reasons: each code that the trusted list gives has a text in both languages") {
  for (const Language language : {Language::english, Language::welsh}) {
    const auto& all = texts(language).all();
    const auto has = [&](std::string_view code) {
      const auto found = all.find("reason." + std::string(code));
      return found != all.end() && !found->second.empty();
    };
    for (const std::string_view code : trust_reasons) CHECK_MESSAGE(has(code), code);
    for (const std::string_view kind : suspending_kinds) CHECK_MESSAGE(has(kind), kind);
    for (const char* code : {"not-checked", "can-be-forged"}) CHECK_MESSAGE(has(code), code);
  }
}
