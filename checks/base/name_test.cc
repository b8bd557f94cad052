#include "checks/base/name.h"

#include <doctest/doctest.h>

using mailfleet::Name;

static void reads(const char* text, const char* as) {
  CAPTURE(text);
  const auto name = Name::parse(text);
  REQUIRE(name);
  CHECK(name->text() == as);
}

static void refused(std::string text) {
  CAPTURE(text);
  CHECK(!Name::parse(text));
}

TEST_CASE("name: what people write") {
  reads("Cardiff.GOV.uk", "cardiff.gov.uk");
  reads("cardiff.gov.uk.", "cardiff.gov.uk");
  reads("_dmarc.x", "_dmarc.x");
  reads("uk", "uk");
  refused("");
  refused(".");
  refused("a..b");
  refused(".a");
  refused("a.b..");
  refused("a b");
  refused("caf\xc3\xa9.uk");
  refused("a\\.b");
  refused(std::string(64, 'a') + ".uk");
  refused("a." + std::string(252, 'b'));
}

TEST_CASE("name: what DNS holds") {
  CHECK(Name::from_dns("A\\.b.C.")->text() == "a\\.b.c");
  CHECK(Name::from_dns("a\\046b.c")->text() == "a\\.b.c");
  CHECK(Name::from_dns("a\\000b.c")->text() == "a\\000b.c");
  CHECK(Name::from_dns("foo+bar=baz@x.uk")->text() == "foo+bar=baz@x.uk");
  CHECK(Name::from_dns("a\\.b.c")->label_count() == 2);
  CHECK(Name::from_dns("a\\.b.c")->parent()->text() == "c");
  CHECK(!Name::from_dns("."));
  CHECK(!Name::from_dns("a\\300b"));
  CHECK(!Name::from_dns("a\\"));
}

TEST_CASE("name: family") {
  const Name name = *Name::parse("a.b.gov.uk");
  CHECK(name.parent()->text() == "b.gov.uk");
  CHECK(name.suffix(2)->text() == "gov.uk");
  CHECK(!name.suffix(5));
  CHECK(name.under("_dmarc")->text() == "_dmarc.a.b.gov.uk");
  CHECK(!name.under(std::string(240, 'x')));
  CHECK(name.is_under(*Name::parse("gov.uk")));
  CHECK(!name.is_under(name));
  CHECK(!Name::parse("xgov.uk")->is_under(*Name::parse("gov.uk")));
}
