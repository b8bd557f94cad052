#include "exporter/advice.h"

#include <doctest/doctest.h>

namespace mailfleet {
namespace {

std::string refusal(std::string_view text) {
  AdviceBook book;
  try {
    book.add("advice.toml", text);
  } catch (const AdviceError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("advice: each code has its texts, in both languages") {
  AdviceBook book;
  book.add("a.toml",
           "[spf-none]\ntitle = \"No SPF\"\ntitle_cy = \"Dim SPF\"\nwhy = \"w\"\nwhy_cy = "
           "\"wc\"\naction = \"a\"\n"
           "action_cy = \"ac\"\nrecord = \"v=spf1 -all\"\nsource = \"RFC 7208\"\n");
  const Advice* advice = book.find("spf-none");
  REQUIRE(advice);
  CHECK(advice->title_in(Language::english) == "No SPF");
  CHECK(advice->title_in(Language::welsh) == "Dim SPF");
  CHECK(advice->why_in(Language::welsh) == "wc");
  CHECK(advice->action_in(Language::english) == "a");
  CHECK(advice->record == "v=spf1 -all");
  CHECK_FALSE(book.find("spf-other"));
}

TEST_CASE("advice: mistakes in a file are told with their line") {
  CHECK(refusal("[a]\ntitel = \"x\"\n") == "advice.toml:2: unknown key \"titel\"");
  CHECK(refusal("[a]\ntitle = 1\n") == "advice.toml:2: \"title\" must be text");
  CHECK(refusal("a = 1\n") == "advice.toml:1: \"a\" must be a section, [a]");
  CHECK(refusal("[a\n").starts_with("advice.toml:"));
  AdviceBook book;
  book.add("a.toml", "[a]\ntitle = \"x\"\n");
  CHECK_THROWS_WITH_AS(book.add("b.toml", "[a]\n"), "b.toml:1: \"a\" is explained twice",
                       AdviceError);
}

}  // namespace mailfleet
