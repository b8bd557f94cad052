#include "monitor/scan.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/table.h"

using namespace mailfleet;

namespace {

constexpr std::string_view ladder[] = {"bad", "good"};

Judgement judge_two_steps(const Domain& domain, Facts& facts) {
  const DnsObservation& first = facts.dns(domain.name, DnsType::txt);
  if (first.pending()) return {};
  const DnsObservation& second = facts.dns(domain.name.under("next"), DnsType::txt);
  if (!second.known()) return {};
  return {.level = second.txt.empty() ? 0 : 1};
}

Judgement judge_endless(const Domain& domain, Facts& facts) {
  std::optional<Name> name = domain.name;
  while (name) {
    name = name->under("x");
    if (facts.dns(name, DnsType::txt).pending()) return {};
  }
  return {.level = 1};
}

Judgement judge_greedy(const Domain& domain, Facts& facts) {
  for (int i = 0; i < 300; ++i) facts.dns(domain.name.under("n" + std::to_string(i)), DnsType::a);
  return {};
}

Judgement judge_buggy(const Domain&, Facts&) { throw std::runtime_error("a bug in a check"); }

const Check two_steps{"two-steps", "", ladder, judge_two_steps};
const Check endless{"endless", "", ladder, judge_endless};
const Check greedy{"greedy", "", ladder, judge_greedy};
const Check buggy{"buggy", "", ladder, judge_buggy};

ScanResult scan(Table& table, std::vector<const Check*> checks) {
  ScanResult out;
  run_scan(domain_named("council.gov.uk"), checks, table, AskMode::normal, table.now,
           Deadline::max(), [&](ScanResult result) { out = std::move(result); });
  return out;
}

}  // namespace

TEST_CASE("scan: asks what is missing until nothing is") {
  Table table;
  table.txt("next.council.gov.uk", "here");
  const ScanResult result = scan(table, {&two_steps, &two_steps});
  CHECK(result.passes == 3);
  CHECK(result.questions == 2);  // shared by both checks
  CHECK(result.judgements[0].level == 1);
  CHECK(result.judgements[1].level == 1);
  CHECK(result.complete);
}

TEST_CASE("scan: a domain that needs more than the limits is unknown, with a finding") {
  Table table;
  for (const Check* check : {&endless, &greedy}) {
    const ScanResult result = scan(table, {check, &two_steps});
    CHECK(!result.complete);
    CHECK(!result.judgements[0].level);
    CHECK(has_finding(result.judgements[0], "scan-limit"));
    CHECK(result.passes <= max_passes);
    CHECK(result.questions <= max_questions);
  }
}

TEST_CASE("scan: a bug in one check leaves that one unknown") {
  Table table;
  const ScanResult result = scan(table, {&buggy, &two_steps});
  CHECK(!result.complete);
  CHECK(!result.judgements[0].level);
  CHECK(result.judgements[1].level == 0);
}
