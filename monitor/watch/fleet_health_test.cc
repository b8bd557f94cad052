#include "monitor/watch/fleet_health.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

Name domain(int i) { return *Name::parse("d" + std::to_string(i) + ".gov.uk"); }

}  // namespace

TEST_CASE("fleet health: more than a tenth unknown at once is about us") {
  FleetHealth health(10);
  for (int i = 0; i < 100; ++i) health.look(domain(i), {});
  for (int i = 0; i < 10; ++i) health.look(domain(i), {{"dmarc", domain(i).text()}});
  CHECK(!health.in_doubt());
  health.look(domain(10), {{"dmarc", domain(10).text()}});
  CHECK(health.doubtful() == std::vector<std::string>{"dmarc"});
  health.look(domain(10), {});
  CHECK(!health.in_doubt());
}

TEST_CASE("fleet health: what shares a cause counts as one") {
  FleetHealth health(10);
  for (int i = 0; i < 100; ++i)
    health.look(domain(i),
                i < 60 ? std::vector<std::pair<std::string, std::string>>{{"starttls", "mx.big.uk"}}
                       : std::vector<std::pair<std::string, std::string>>{});
  CHECK(health.unknown_causes("starttls") == 1);
  CHECK(!health.in_doubt());
  for (int i = 0; i < 60; ++i) health.forget(domain(i));
  CHECK(health.unknown_causes("starttls") == 0);
  CHECK(health.domains() == 40);
}

TEST_CASE("fleet health: a handful is no fleet") {
  FleetHealth health(10);
  for (int i = 0; i < 4; ++i) health.look(domain(i), {});
  health.look(domain(0), {{"mx", "d0.gov.uk"}});
  health.look(domain(1), {{"mx", "d1.gov.uk"}});
  CHECK(!health.in_doubt());
  health.look(domain(2), {{"mx", "d2.gov.uk"}});
  CHECK(health.in_doubt());
}

TEST_CASE("fleet health: who is unseen together, and for what") {
  FleetHealth health(10);
  for (int i = 0; i < 4; ++i)
    health.look(domain(i), {{"starttls", "operator:big"}, {"certificate", "operator:big"}});
  for (int i = 4; i < 6; ++i) health.look(domain(i), {{"starttls", "endpoint:mx.small.uk"}});
  for (int i = 6; i < 9; ++i) health.look(domain(i), {{"spf", domain(i).text()}});
  auto together = health.together();
  REQUIRE(together.size() == 1);
  CHECK(together["operator:big"].domains.size() == 4);
  CHECK(together["operator:big"].checks == std::set<std::string>{"certificate", "starttls"});
  for (int i = 0; i < 2; ++i) health.look(domain(i), {});
  CHECK(health.together().empty());
}
