#include "monitor/watch/change.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

constexpr std::string_view ladder[] = {"absent", "none", "reject"};
Judgement never_judged(const Domain&, Facts&) { return {}; }

std::vector<Move> by_record(const Domain&, const Judgement& before, const Judgement& after) {
  if (before.facts["record"] == after.facts["record"]) return {};
  return {{.kind = "record-moved", .was = "old\n", .now = "new"}};
}

const Check plain{"plain", "", ladder, never_judged};
const Check told{"told", "", ladder, never_judged, by_record};
const Domain domain(*Name::parse("example.test"));

Posture posture(const Check& check, std::optional<int> level, Value facts,
                std::vector<Finding> findings = {}) {
  Posture out;
  out.standings.push_back({.check = check.id,
                           .level = level,
                           .findings = std::move(findings),
                           .facts = std::move(facts)});
  return out;
}

std::vector<Change> changes(const Check& check, const Posture& before, const Posture& after) {
  const Check* const checks[] = {&check};
  return changes_between(domain, checks, &before, after);
}

Value record(const char* text) { return Value::object({{"record", text}, {"lookups", 3}}); }

}  // namespace

TEST_CASE("change: a level that moved is one row, named by its direction") {
  const auto up = changes(plain, posture(plain, 0, {}), posture(plain, 2, {}));
  REQUIRE(up.size() == 1);
  CHECK(up[0] == Change{.check = "plain",
                        .was = "absent",
                        .now = "reject",
                        .kind = "improvement",
                        .summary = "absent → reject"});
  CHECK(changes(plain, posture(plain, 2, {}), posture(plain, 1, {}))[0].kind == "weakening");
}

TEST_CASE("change: facts and findings that moved are told in words") {
  const auto facts = changes(plain, posture(plain, 1, record("a")), posture(plain, 1, record("b")));
  REQUIRE(facts.size() == 1);
  CHECK(facts[0].kind == "neutral");
  CHECK(facts[0].summary == "record: a → b");
  CHECK(facts[0].facts_was == record("a"));
  CHECK(facts[0].facts_now == record("b"));
  const auto found = changes(plain, posture(plain, 1, {}, {{.code = "old"}}),
                             posture(plain, 1, {}, {{.code = "new"}}));
  REQUIRE(found.size() == 1);
  CHECK(found[0].summary == "new: new; gone: old");
  const auto gone = changes(plain, posture(plain, 1, record("a")),
                            posture(plain, 1, Value::object({{"lookups", 3}})));
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].summary == "record: a → gone");
}

TEST_CASE("change: the check's own words come first, made safe for people") {
  const auto moved = changes(told, posture(told, 1, record("a")), posture(told, 0, record("b")));
  REQUIRE(moved.size() == 1);
  CHECK(moved[0].kind == "record-moved");
  CHECK(moved[0].summary == "old\xEF\xBF\xBD → new");
}

TEST_CASE("change: what differs between any two looks is no change") {
  const auto with = [](int ttl, const char* fetched) {
    return Value::object(
        {{"ttl_seconds", ttl},
         {"applies", Value::object({{"mode", "enforce"}, {"fetched_at", fetched}})},
         {"hosts", Value::list({Value::object({{"age_seconds", ttl}})})}});
  };
  CHECK(changes(plain, posture(plain, 1, with(60, "a")), posture(plain, 1, with(59, "b"))).empty());
  CHECK(changes(plain, posture(plain, 1, record("a"), {{.code = "soon", .seen = "in 23 d"}}),
                posture(plain, 1, record("a"), {{.code = "soon", .seen = "in 22 d"}}))
            .empty());
}

TEST_CASE("change: what only some looks can see is compared where both saw it") {
  const auto with = [](Value versions, const char* suite = "a") {
    return Value::object(
        {{"endpoints",
          Value::list({Value::object({{"versions", std::move(versions)}, {"suite", suite}})})}});
  };
  const auto compared = [](const Value& was, const Value& now) {
    return changes(plain, posture(plain, 1, was), posture(plain, 1, now)).size();
  };
  const Value modern = Value::list({"TLSv1.3"});
  CHECK(compared(with(modern), with(Value())) == 0);
  CHECK(compared(with(Value()), with(modern)) == 0);
  CHECK(compared(with(modern), with(Value::list({"TLSv1.2", "TLSv1.3"}))) == 1);
  CHECK(compared(with(modern), with(Value(), "b")) == 1);
  CHECK(compared(with(modern), Value::object({{"endpoints", Value::list({})}})) == 1);
}

TEST_CASE("change: a check seen for the first time in a later look says so") {
  const auto first = changes(plain, posture(plain, {}, {}), posture(plain, 1, record("a")));
  REQUIRE(first.size() == 1);
  CHECK(first[0] ==
        Change{.check = "plain", .now = "none", .kind = "first-sight", .facts_now = record("a")});
  CHECK(changes(plain, Posture{}, posture(plain, 1, record("a"))).size() == 1);
}

TEST_CASE("change: the first look and looks that saw nothing change nothing") {
  const Check* const checks[] = {&plain};
  const Posture seen = posture(plain, 1, record("a"));
  CHECK(changes_between(domain, checks, nullptr, seen).empty());
  CHECK(changes(plain, posture(plain, {}, {}), posture(plain, {}, {})).empty());
  Posture unseen = posture(plain, 0, record("b"));
  unseen.standings[0].unseen = Judgement{};
  CHECK(changes(plain, seen, unseen).empty());
  CHECK(changes(plain, seen, Posture{}).empty());
}
