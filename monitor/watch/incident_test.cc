#include "monitor/watch/incident.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

struct Desk {
  IncidentBook book{};
  Time now = *parse_time("2026-11-21T12:00:00Z");

  std::vector<int64_t> hear(const char* domain, Decision decision, const char* kind,
                            const char* cause = "", AlertLevel severity = AlertLevel::page) {
    const Notice notice{.decision = decision,
                        .check = "starttls",
                        .regression = {.check = "starttls",
                                       .kind = kind,
                                       .cause = cause,
                                       .severity = severity,
                                       .was = "tls",
                                       .now = "plaintext",
                                       .since = now}};
    return book.apply(*Name::parse(domain), {"Council", "local-authority"}, notice,
                      "EHLO without STARTTLS", now);
  }
  size_t open() const {
    size_t count = 0;
    for (const auto& [id, each] : book.all()) count += each.state == RegressionState::confirmed;
    return count;
  }
};

}  // namespace

TEST_CASE("incident: one cause is one incident, however many domains it touches") {
  Desk desk;
  for (int i = 0; i < 300; ++i)
    desk.hear(("d" + std::to_string(i) + ".gov.uk").c_str(), Decision::confirmed, "cert-expired",
              "endpoint:mx.x.uk");
  REQUIRE(desk.open() == 1);
  const Incident& only = desk.book.all().begin()->second;
  CHECK(only.domains.size() == 300);
  CHECK(only.domain->text() == "d0.gov.uk");  // fixed when it opened
  for (int i = 0; i < 300; ++i)
    desk.hear(("d" + std::to_string(i) + ".gov.uk").c_str(), Decision::resolved, "cert-expired",
              "endpoint:mx.x.uk");
  CHECK(desk.open() == 0);
  CHECK(only.state == RegressionState::resolved);
}

TEST_CASE("incident: suspected by several, it names no single domain when it is sure") {
  Desk desk;
  desk.hear("a.uk", Decision::suspected, "starttls-lost", "endpoint:mx.x.uk");
  desk.hear("b.uk", Decision::suspected, "starttls-lost", "endpoint:mx.x.uk");
  CHECK(desk.open() == 0);
  desk.hear("a.uk", Decision::confirmed, "starttls-lost", "endpoint:mx.x.uk");
  REQUIRE(desk.open() == 1);
  CHECK(!desk.book.all().begin()->second.domain);
}

TEST_CASE("incident: without a cause each domain and kind stands alone") {
  Desk desk;
  desk.hear("a.uk", Decision::confirmed, "dmarc-weakened");
  desk.hear("b.uk", Decision::confirmed, "dmarc-weakened");
  desk.hear("a.uk", Decision::confirmed, "dmarc-removed");
  CHECK(desk.open() == 3);
}

TEST_CASE("incident: a refuted suspicion leaves no trace that is told") {
  Desk desk;
  desk.hear("a.uk", Decision::suspected, "dmarc-removed");
  desk.hear("a.uk", Decision::refuted, "dmarc-removed");
  CHECK(desk.open() == 0);
  CHECK(desk.book.all().begin()->second.confirmed_at == std::nullopt);
}

TEST_CASE("incident: growing worse opens a successor with its own identity") {
  Desk desk;
  desk.hear("a.uk", Decision::confirmed, "cert-expiring", "", AlertLevel::ticket);
  const auto changed =
      desk.hear("a.uk", Decision::confirmed, "cert-expiring", "", AlertLevel::page);
  CHECK(changed.size() == 2);
  CHECK(desk.open() == 1);
  CHECK(desk.book.find(1)->ended_by == "superseded");
  CHECK(desk.book.find(2)->severity == AlertLevel::page);
  desk.hear("a.uk", Decision::resolved, "cert-expiring", "", AlertLevel::page);
  CHECK(desk.open() == 0);
}

TEST_CASE("incident: restored after a restart it is the same one") {
  Desk desk;
  desk.hear("a.uk", Decision::confirmed, "dmarc-removed");
  Desk after;
  after.book.restore(*desk.book.find(1));
  after.hear("a.uk", Decision::resolved, "dmarc-removed");
  CHECK(after.book.find(1)->state == RegressionState::resolved);
  after.hear("b.uk", Decision::confirmed, "dmarc-removed");
  CHECK(after.book.find(2) != nullptr);
}

TEST_CASE("incident: about the monitor itself, once") {
  Desk desk;
  CHECK(desk.book.raise_self("self-prober-degraded", "31 % unknown", desk.now).size() == 1);
  CHECK(desk.book.raise_self("self-prober-degraded", "31 % unknown", desk.now).empty());
  // The same incident with newer figures.
  CHECK(desk.book.raise_self("self-prober-degraded", "32 % unknown", desk.now) ==
        std::vector<int64_t>{1});
  CHECK(desk.book.clear_self("self-prober-degraded", desk.now).size() == 1);
  CHECK(desk.book.clear_self("self-prober-degraded", desk.now).empty());
}

TEST_CASE("incident: acknowledged once, by name") {
  Desk desk;
  desk.hear("a.uk", Decision::confirmed, "mx-moved");
  CHECK(desk.book.acknowledge(1, "kim", "announced", desk.now));
  CHECK(!desk.book.acknowledge(1, "kim", "announced", desk.now));
  CHECK(desk.book.find(1)->ended_by == "kim");
  CHECK(desk.book.forget(*Name::parse("a.uk"), desk.now).empty());
}

TEST_CASE("incident: what is unseen together is one information, and ends by itself") {
  IncidentBook book;
  const Time start = *parse_time("2026-11-21T12:00:00Z");
  const UnseenTogether big{.domains = {*Name::parse("a.uk"), *Name::parse("b.uk")},
                           .checks = {"certificate", "starttls"}};
  const auto opened = book.unseen_together({{"operator:big", big}}, start);
  REQUIRE(opened.size() == 1);
  const Incident& incident = *book.find(opened.front());
  CHECK(incident.severity == AlertLevel::info);  // never posted
  CHECK(incident.cause == "operator:big");
  CHECK(!incident.domain);
  CHECK(incident.domains == big.domains);
  CHECK(incident.now == "not seen: certificate, starttls");
  CHECK(book.unseen_together({{"operator:big", big}}, start + Seconds(60)).empty());
  CHECK(book.unseen_together({}, start + Seconds(90)) == opened);
  CHECK(incident.state == RegressionState::resolved);
  CHECK(book.unseen_together({}, start + Seconds(95)).empty());
}
