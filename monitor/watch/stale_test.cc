#include "monitor/watch/stale.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Name domain = *Name::parse("a.uk");
const Time start = *parse_time("2026-11-21T12:00:00Z");

Posture unseen_since(Time at, Time seen) {
  Posture posture{.at = at};
  posture.standings.push_back(
      {.check = "starttls",
       .level = 3,
       .seen = seen,
       .unseen =
           Judgement{.facts = Value::object(
                         {{"endpoints", Value::list({Value::object({{"host", "mx.big.uk"}})})}})}});
  posture.standings.push_back({.check = "dmarc", .level = 3, .seen = at});
  return posture;
}

}  // namespace

TEST_CASE("stale: told once after the promise, ended when it is seen") {
  DomainWatch watch;
  const ConfirmSettings settings;
  const auto look = [&](int hours, bool trusted, bool hold = false) {
    const Time at = start + Seconds(hours * 3600);
    const auto notices =
        notice_stale(watch, domain, unseen_since(at, start), {at, false, trusted, hold}, settings);
    return notices.empty() ? std::string_view("nothing") : to_text(notices.front().decision);
  };
  CHECK(look(24, true) == "nothing");
  CHECK(look(25, false) == "nothing");
  CHECK(look(25, true, true) == "nothing");
  CHECK(look(25, true) == "confirmed");
  CHECK(look(26, true) == "nothing");
  CHECK(watch.regressions.front().now == "not seen: starttls");
  Posture seen{.at = start};
  CHECK(notice_stale(watch, domain, seen, {start, false, true, false}, settings).front().decision ==
        Decision::resolved);
  CHECK(watch.regressions.empty());
}

TEST_CASE("stale: a check that follows its unknown itself is not told twice") {
  DomainWatch watch;
  watch.regressions.push_back(
      {.check = "starttls", .kind = "something-failing", .confirm = Confirmation::c4});
  const Time at = start + Seconds(25 * 3600);
  const LookContext look{at, false, true, false};
  CHECK(notice_stale(watch, domain, unseen_since(at, start), look, {}).empty());
  watch.regressions[0].check = "dane";
  CHECK(notice_stale(watch, domain, unseen_since(at, start), look, {}).size() == 1);
}

TEST_CASE("stale: what an unseen check may share with others") {
  using Causes = std::vector<std::pair<std::string, std::string>>;
  Posture posture = unseen_since(start, start);
  CHECK(unseen_causes(domain, posture) == Causes{{"starttls", "endpoint:mx.big.uk"}});
  // Who runs the host is known: his other hosts share it.
  posture.standings.push_back(
      {.check = "mx",
       .level = 3,
       .seen = start,
       .facts = Value::object(
           {{"hosts", Value::list({Value::object({{"host", "mx.big.uk"}, {"operator", "big"}})})},
            {"dns", Value::object({{"ns", Value::list({"ns1.dns.uk", "ns2.dns.uk"})}})}})});
  CHECK(unseen_causes(domain, posture) == Causes{{"starttls", "operator:big"}});
  // Nothing could be asked: the name servers, else the domain alone.
  posture.standings[0].unseen = Judgement{};
  CHECK(unseen_causes(domain, posture) == Causes{{"starttls", "ns:ns1.dns.uk"}});
  posture.standings.pop_back();
  CHECK(unseen_causes(domain, posture) == Causes{{"starttls", "a.uk"}});
}

TEST_CASE("stale: of two mail hosts the one that was not seen") {
  Posture posture = unseen_since(start, start);
  posture.standings[0].unseen->facts = Value::object(
      {{"endpoints",
        Value::list({Value::object({{"host", "mx1.a.uk"}, {"reachable", true}, {"offered", true}}),
                     Value::object({{"host", "mx2.b.uk"}, {"reachable", false}})})}});
  CHECK(unseen_causes(domain, posture).front().second == "endpoint:mx2.b.uk");
}

TEST_CASE("stale: what many share is one cause") {
  DomainWatch watch;
  const Time later = start + Seconds(80 * 3600);
  const auto notices =
      notice_stale(watch, domain, unseen_since(later, start), {.now = later}, ConfirmSettings{});
  REQUIRE(notices.size() == 1);
  CHECK(notices.front().regression.cause == "endpoint:mx.big.uk");
}
