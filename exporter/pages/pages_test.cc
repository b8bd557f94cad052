// The words of the pages are whole in both languages, and what is hostile stays text.
#include <doctest/doctest.h>

#include <set>

#include "exporter/pages/domain_page.h"
#include "exporter/pages/fleet_page.h"
#include "exporter/pages/html.h"
#include "tests/web_sample.h"

using namespace mailfleet;

namespace {

std::set<std::string> placeholders(const std::string& text) {
  std::set<std::string> out;
  for (size_t open = text.find('{'); open != std::string::npos; open = text.find('{', open + 1))
    out.insert(text.substr(open, text.find('}', open) - open));
  return out;
}

}  // namespace

TEST_CASE("pages: every text is there in both languages, with the same gaps to fill") {
  const auto& english = texts(Language::english).all();
  const auto& welsh = texts(Language::welsh).all();
  CHECK(english.size() > 100);
  for (const auto& [key, text] : english) {
    CAPTURE(key);
    REQUIRE(welsh.contains(key));
    CHECK_FALSE(text.empty());
    CHECK_FALSE(welsh.at(key).empty());
    CHECK(placeholders(text) == placeholders(welsh.at(key)));
  }
  for (const auto& [key, text] : welsh) CHECK_MESSAGE(english.contains(key), key);
}

TEST_CASE("pages: what is filled in is not looked at again") {
  CHECK(filled("a {x} b {y}", {{"x", "{y}"}, {"y", "1"}}) == "a {y} b 1");
  CHECK(filled("{none} {", {}) == "{none} {");
}

TEST_CASE("pages: times as people of both languages say them") {
  const Time time = *parse_time("2026-02-01T09:05:00Z");
  CHECK(when(texts(Language::english), time) == "1 February 2026, 09:05 UTC");
  CHECK(when(texts(Language::welsh), time) == "1 Chwefror 2026, 09:05 UTC");
  CHECK(ago(texts(Language::english), time, time + std::chrono::minutes(61)) == "61 min ago");
  CHECK(ago(texts(Language::english), time, time + std::chrono::hours(50)) == "2 days ago");
}

TEST_CASE("pages: html is escaped, and facts keep their three values") {
  CHECK(html_escaped("<a href='x'>\"&") == "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
  const Value facts =
      Value::object({{"a_b", Value()}, {"c", false}, {"d", Value::list()}, {"<e>", "<i>"}});
  const std::string html = facts_html(facts, texts(Language::english));
  CHECK(html.find("<dt>a b</dt><dd><em>not known</em></dd>") != std::string::npos);
  CHECK(html.find("<dt>c</dt><dd>no</dd>") != std::string::npos);
  CHECK(html.find("<dt>d</dt><dd>none</dd>") != std::string::npos);
  CHECK(html.find("<dt>&lt;e&gt;</dt><dd><code>&lt;i&gt;</code></dd>") != std::string::npos);
}

TEST_CASE("pages: the tone of a step tells weakest, strongest and unknown apart") {
  CHECK(tone_of(0, 4) == "mf-tone-1");
  CHECK(tone_of(3, 4) == "mf-tone-5");
  CHECK(tone_of(-1, 4) == "mf-tone-unknown");
  CHECK(tone_of(0, 1) == "mf-tone-5");
}

TEST_CASE("pages: a bar fills its width and says itself in words") {
  const std::string svg =
      bar_svg({{1, "mf-tone-5"}, {0, "mf-tone-1"}, {2, "mf-tone-unknown"}}, "a \"b\"");
  CHECK(svg.find("aria-label=\"a &quot;b&quot;\"") != std::string::npos);
  CHECK(svg.find("x=\"200\" y=\"0\" width=\"400\"") != std::string::npos);
  CHECK(svg.find("mf-tone-1") == std::string::npos);
}

TEST_CASE("pages: why a look saw nothing, from its facts") {
  CHECK(unseen_reason(Value::object({{"result", "temperror"}})) == "temperror");
  CHECK(unseen_reason(Value::object(
            {{"kind", Value()}, {"dns", Value::object({{"status", "servfail"}})}})) == "servfail");
  CHECK(unseen_reason(Value::object(
            {{"endpoints", Value::list({Value::object({{"reason", "timeout"}})})}})) == "timeout");
  CHECK(unseen_reason(Value::object({{"result", "valid"}})) == "");
}

TEST_CASE("pages: CSV holds every row that fits, and no formulas") {
  auto snapshot = sample_snapshot();
  DomainSummary extra(*Name::parse("zzz.example"));
  extra.owner.organisation = "=cmd|' /C calc'!A0";
  extra.owner.sector = "a \"b\", c";
  snapshot->domains.push_back(std::make_shared<const DomainSummary>(extra));
  const std::string csv = fleet_csv(*snapshot, sample_checks(), {.limit = 1});
  CHECK(
      csv.starts_with("domain,organisation,organisation_cy,sector,state,fails,advices,last_look,"
                      "tier,trust,spf,dmarc,starttls\r\n"));
  CHECK(csv.find("\"cardiff.gov.uk\",\"Cardiff Council\",\"Cyngor "
                 "Caerdydd\",\"local-authority\",good,0,0,2026-11-21T11:50:00Z,T2,active,valid,"
                 "reject,modern\r\n") != std::string::npos);
  CHECK(csv.find("\"'=cmd|") != std::string::npos);
  CHECK(csv.find("\"a \"\"b\"\", c\"") != std::string::npos);
  const std::string failing =
      fleet_csv(*snapshot, sample_checks(), {.state = DomainState::failing});
  CHECK(failing.find("cardiff") == std::string::npos);
  CHECK(failing.find("gwent.police.uk") != std::string::npos);
}
