#include "monitor/watch/watch_value.h"

#include <doctest/doctest.h>

using namespace mailfleet;

TEST_CASE("watch value: what is remembered comes back the same") {
  const Time now = *parse_time("2026-11-21T12:00:00Z");
  const Judgement judgement{
      .level = 2,
      .findings = {{"spf-ptr", Severity::advice, "a.uk", "ptr \"x\""}},
      .facts = Value::object({{"all", "-"}, {"lookups", 3}, {"voids", nullptr}})};
  DomainWatch watch;
  watch.baseline["spf"] = judgement;
  watch.regressions.push_back({.check = "spf",
                               .kind = "spf-open",
                               .cause = "include:x.uk",
                               .severity = AlertLevel::page,
                               .confirm = Confirmation::c2,
                               .trust = TrustEffect::attr_off,
                               .was = "-",
                               .now = "+",
                               .state = RegressionState::confirmed,
                               .since = now,
                               .confirmed_at = now,
                               .agreement = {3, true, now, now + Seconds(9)},
                               .before = judgement});
  watch.turns["spf"] = {now, now + Seconds(60)};
  watch.renewals["mx.a.uk"] = {.not_after = now, .left = {Seconds(86400), Seconds(0)}};
  watch.young_selectors["s2"] = now;
  CHECK(domain_watch_of(to_value(watch)) == watch);

  const Incident incident{.id = 7,
                          .kind = "spf-open",
                          .check = "spf",
                          .cause = "include:x.uk",
                          .domain = Name::parse("a.uk"),
                          .organisation = "A",
                          .contact = "it@a.uk",
                          .sector = "health",
                          .severity = AlertLevel::page,
                          .state = RegressionState::acknowledged,
                          .domains = {*Name::parse("a.uk"), *Name::parse("b.uk")},
                          .was = "-",
                          .now = "+",
                          .evidence = "v=spf1 +all",
                          .since = now,
                          .confirmed_at = now,
                          .ended_at = now,
                          .ended_by = "kim",
                          .end_reason = "known"};
  CHECK(incident_of(to_value(incident)) == incident);
}

TEST_CASE("watch value: nonsense is read as nothing") {
  CHECK(domain_watch_of(Value()) == DomainWatch{});
  CHECK(domain_watch_of(Value::list({1, 2})) == DomainWatch{});
  CHECK(judgement_of(Value("x")) == Judgement{});
}
