#include "monitor/watch/remembered.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Time now = *parse_time("2026-11-21T12:00:00Z");
const RememberedPolicy old{.mode = "enforce",
                           .id = "1",
                           .mx = {"a.test"},
                           .fetched_at = now - Seconds(100),
                           .max_age = Seconds(1000),
                           .body_digest = "old"};

Posture saw(std::string_view check, Value facts) {
  Posture out{.at = now};
  out.standings.push_back({.check = check, .level = 1, .seen = now, .facts = std::move(facts)});
  return out;
}

Posture could_not_see(std::string_view check, Value facts) {
  Posture out = saw(check, {});
  out.standings[0].unseen = Judgement{.facts = std::move(facts)};
  return out;
}

Value policy(const char* fetch, const char* valid, const char* mode) {
  return Value::object({{"fetch", fetch},
                        {"policy", valid},
                        {"mode", mode},
                        {"id", "2"},
                        {"max_age", 86400},
                        {"mx", Value::list({"b.test", "*.c.test"})},
                        {"fetched_at", "2026-11-21T11:00:00Z"},
                        {"body_digest", "new"}});
}

}  // namespace

TEST_CASE("remembered: a fetched policy replaces the old one") {
  const RememberedPolicy expected{.mode = "testing",
                                  .id = "2",
                                  .mx = {"b.test", "*.c.test"},
                                  .fetched_at = *parse_time("2026-11-21T11:00:00Z"),
                                  .max_age = Seconds(86400),
                                  .body_digest = "new"};
  CHECK(remembered_after(old, saw("mta_sts", policy("ok", "valid", "testing"))) == expected);
  CHECK(remembered_after({}, could_not_see("mta_sts", policy("ok", "valid", "testing"))) ==
        expected);
  CHECK(remembered_after(old, saw("mta_sts", policy("ok", "valid", "none")))->mode == "none");
}

TEST_CASE("remembered: anything else leaves the old policy in force until it ends") {
  CHECK(remembered_after(old, saw("mta_sts", policy("timeout", "valid", "none"))) == old);
  CHECK(remembered_after(old, saw("mta_sts", policy("ok", "invalid", "none"))) == old);
  CHECK(remembered_after(old, saw("mta_sts", {})) == old);
  CHECK(remembered_after(old, Posture{.at = now}) == old);
  CHECK_FALSE(remembered_after(old, Posture{.at = now + Seconds(900)}));
  CHECK_FALSE(remembered_after({}, saw("mta_sts", policy("dns-none", "valid", "enforce"))));
}

TEST_CASE("remembered: since when DMARC asks for nothing") {
  const Time before = now - Seconds(5000);
  const auto asks = [](const char* p) { return saw("dmarc", Value::object({{"p", p}})); };
  CHECK(dmarc_since_after({}, asks("none")) == now);
  CHECK(dmarc_since_after(before, asks("none")) == before);
  CHECK_FALSE(dmarc_since_after(before, asks("reject")));
  CHECK_FALSE(dmarc_since_after(before, saw("dmarc", Value::object({{"p", nullptr}}))));
  CHECK(dmarc_since_after(before, could_not_see("dmarc", {})) == before);
  CHECK(dmarc_since_after(before, Posture{.at = now}) == before);
}

namespace {

using Times = std::map<std::string, Time, std::less<>>;

Value keys(std::initializer_list<std::pair<const char*, const char*>> states) {
  Value selectors = Value::object();
  for (const auto& [name, state] : states)
    selectors.set(name, Value::object({{"state", *state ? Value(state) : Value()}}));
  return Value::object({{"selectors", std::move(selectors)}});
}

}  // namespace

TEST_CASE("remembered: a DKIM selector that appears is young for a week") {
  const Posture first = saw("dkim", keys({{"s1", "valid"}}));
  const Posture both = saw("dkim", keys({{"s1", "valid"}, {"s2", "valid"}}));
  CHECK(young_selectors_after({}, nullptr, both).empty());  // at first sight nobody knows
  CHECK(young_selectors_after({}, &first, both) == Times{{"s2", now}});
  const Posture revoked = saw("dkim", keys({{"s1", "valid"}, {"s2", "revoked"}}));
  CHECK(young_selectors_after({}, &revoked, both) == Times{{"s2", now}});
  const Posture unseen = saw("dkim", keys({{"s1", "valid"}, {"s2", ""}}));
  CHECK(young_selectors_after({}, &unseen, both).empty());
  CHECK(young_selectors_after({}, &both, both).empty());

  const Times known{{"s2", now - Seconds(3600)}};
  CHECK(young_selectors_after(known, &both, both) == known);
  CHECK(young_selectors_after({{"s2", now - rotation_time}}, &both, both).empty());
  CHECK(young_selectors_after(known, &both, first).empty());
  CHECK(young_selectors_after(known, &both, could_not_see("dkim", {})) == known);
  CHECK(young_selectors_after(known, &both, Posture{.at = now}) == known);
}

TEST_CASE("remembered: a domain is told where its DKIM keys were") {
  Domain domain(*Name::parse("council.gov.uk"));
  DomainWatch watch;
  recall_selectors(domain, watch, now);
  CHECK(domain.seen_selectors.empty());
  watch.baseline["dkim"] =
      Judgement{.level = 3, .facts = keys({{"s1", "valid"}, {"s2", "absent"}, {"s3", ""}})};
  watch.young_selectors = {{"s1", now - Seconds(60)}, {"s9", now - rotation_time}};
  recall_selectors(domain, watch, now);
  CHECK(domain.seen_selectors == std::vector<std::string>{"s1"});
  CHECK(domain.young_selectors == std::vector<std::string>{"s1"});
}
