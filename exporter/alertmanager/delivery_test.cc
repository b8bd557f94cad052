#include "exporter/alertmanager/delivery.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>

using namespace mailfleet;

namespace {

const Time start = *parse_time("2026-11-21T12:00:00Z");

Incident incident(int64_t id) {
  return {.id = id,
          .kind = "starttls-lost",
          .check = "starttls",
          .cause = "endpoint:mx.a.uk",
          .domain = Name::parse("a.uk"),
          .organisation = "A Council",
          .contact = "it@a.uk",
          .sector = "local-authority",
          .severity = AlertLevel::page,
          .state = RegressionState::confirmed,
          .domains = {*Name::parse("a.uk"), *Name::parse("b.uk")},
          .was = "TLSv1.3",
          .now = "not offered",
          .evidence = "250-mx\x01 \xe2\x80\xae",
          .since = start - Seconds(1800),
          .confirmed_at = start};
}

struct Desk {
  Delivery delivery{{"http://am1:9093", "http://am2:9093"}, {.base_url = "https://m.example/"}};
  Time now = start;
  // Posts until nothing is due; `answer` decides. Returns what was posted, "am1:1,2 am2:1,2".
  std::string post(PostOutcome (*answer)(const Delivery::Post&)) {
    std::string out;
    for (int i = 0; i < 20; ++i) {
      const auto posts = delivery.due(now);
      if (posts.empty()) break;
      for (const auto& each : posts) {
        out += (out.empty() ? "" : " ") + each.member.substr(7, 3) + ":";
        for (const int64_t id : each.incidents) out += std::to_string(id);
        delivery.ended(each, answer(each), now);
      }
    }
    return out;
  }
};

PostOutcome takes_all(const Delivery::Post&) { return PostOutcome::accepted; }
PostOutcome first_is_down(const Delivery::Post& post) {
  return post.member.find("am1") != std::string::npos ? PostOutcome::failed : PostOutcome::accepted;
}
PostOutcome dislikes_two(const Delivery::Post& post) {
  return std::ranges::find(post.incidents, 2) != post.incidents.end() ? PostOutcome::refused
                                                                      : PostOutcome::accepted;
}

}  // namespace

TEST_CASE("alert: names, labels and what is never told") {
  CHECK(alert_name("dmarc-reporting-lost") == "DmarcReportingLost");
  CHECK(alert_name("self-prober-degraded") == "MailfleetProberDegraded");
  const AlertSettings settings{.base_url = "https://m.example/"};
  const auto alert = alert_of(incident(1), settings, start);
  REQUIRE(alert);
  CHECK(alert->labels == std::map<std::string, std::string>{{"alertname", "StarttlsLost"},
                                                            {"kind", "starttls-lost"},
                                                            {"severity", "page"},
                                                            {"check", "starttls"},
                                                            {"domain", "a.uk"},
                                                            {"cause", "endpoint:mx.a.uk"},
                                                            {"sector", "local-authority"},
                                                            {"organisation", "A Council"}});
  CHECK(fault_of(*alert).empty());
  CHECK(alert->annotations.at("domains") == "a.uk b.uk");
  CHECK(alert->annotations.at("contact") == "it@a.uk");
  CHECK(alert->annotations.at("runbook_url") == "https://m.example/runbooks/starttls-lost");
  CHECK(alert->annotations.at("description").find('\x01') == std::string::npos);
  CHECK(alert->annotations.at("description")
            .starts_with("Before: TLSv1.3\nNow: not offered\nSeen: "));
  CHECK(alert->starts_at == start);
  CHECK(alert->ends_at == start + Seconds(240));
  Incident other = incident(1);
  other.severity = AlertLevel::info;
  CHECK(!alert_of(other, settings, start));
  other = incident(1);
  other.confirmed_at.reset();
  CHECK(!alert_of(other, settings, start));
  other = incident(1);
  other.ended_at = start + Seconds(60);
  CHECK(alert_of(other, settings, start + Seconds(120))->ends_at == start + Seconds(60));
  CHECK(alert_of(other, settings, start + Seconds(120))->starts_at == start);
  CHECK(!alert_of(other, settings, start + Seconds(60 + 901)));
}

TEST_CASE("delivery: every member is told once, and again each interval") {
  Desk desk;
  desk.delivery.update(incident(1), desk.now);
  desk.delivery.update(incident(2), desk.now);
  CHECK(desk.delivery.queued() == 2);
  CHECK(desk.post(takes_all) == "am1:12 am2:12");
  CHECK(desk.delivery.queued() == 0);
  desk.now += Seconds(30);
  desk.delivery.update(incident(1), desk.now);  // the same: nothing new to say
  CHECK(desk.post(takes_all).empty());
  CHECK(desk.delivery.next_due(desk.now) == start + Seconds(60));
  desk.now += Seconds(30);
  CHECK(desk.post(takes_all) == "am1:12 am2:12");
}

TEST_CASE("delivery: while the clock is doubted only what has ended is given an end") {
  Desk desk;
  desk.delivery.update(incident(1), desk.now);
  const auto open = desk.delivery.due(desk.now, Delivery::ClockTrust::doubted);
  REQUIRE(open.size() == 2);
  CHECK(open.front().body.find("startsAt") != std::string::npos);
  CHECK(open.front().body.find("endsAt") == std::string::npos);
  for (const auto& each : open) desk.delivery.ended(each, PostOutcome::accepted, desk.now);
  Incident over = incident(1);
  over.state = RegressionState::resolved;
  over.ended_at = start + Seconds(60);
  desk.now += Seconds(60);
  desk.delivery.update(over, desk.now);
  const auto ended = desk.delivery.due(desk.now, Delivery::ClockTrust::doubted);
  REQUIRE(ended.size() == 2);
  CHECK(ended.front().body.find("\"endsAt\":\"" + to_text(start + Seconds(60))) !=
        std::string::npos);
}

TEST_CASE("delivery: a member that is away hears it when it is back, with pauses between") {
  Desk desk;
  desk.delivery.update(incident(1), desk.now);
  CHECK(desk.post(first_is_down) == "am1:1 am2:1");
  CHECK(desk.delivery.queued() == 1);
  CHECK(desk.delivery.oldest() == start);
  CHECK(desk.post(first_is_down).empty());
  desk.now += Seconds(1);
  CHECK(desk.post(first_is_down) == "am1:1");
  desk.now += Seconds(1);
  CHECK(desk.post(first_is_down).empty());  // two seconds now
  desk.now += Seconds(1);
  CHECK(desk.post(takes_all) == "am1:1");
  CHECK(desk.delivery.counters().failed == 2);
}

TEST_CASE(
    "delivery: one that is refused never takes the others with it, and is not pressed again") {
  Desk desk;
  for (int64_t id = 1; id <= 3; ++id) desk.delivery.update(incident(id), desk.now);
  const std::string posted = desk.post(dislikes_two);
  CHECK(posted == "am1:123 am2:123 am1:1 am2:1 am1:2 am2:2 am1:3 am2:3");
  CHECK(desk.delivery.counters().refused == 2);
  CHECK(desk.delivery.counters().sent == 4);
  desk.now += Seconds(60);
  CHECK(desk.post(takes_all) == "am1:13 am2:13");
}

TEST_CASE("delivery: one at which a member fails does not keep the others from it") {
  Desk desk;
  for (int64_t id = 1; id <= 3; ++id) desk.delivery.update(incident(id), desk.now);
  const auto fails_at_one = [](const Delivery::Post& post) {
    return std::ranges::find(post.incidents, 1) != post.incidents.end() ? PostOutcome::failed
                                                                        : PostOutcome::accepted;
  };
  std::string posted;
  for (int i = 0; i < 30; ++i) {
    posted += desk.post(fails_at_one) + " ";
    desk.now += Seconds(1);
  }
  // Three batches, then alone; and once more alone, while the others are told.
  CHECK(posted.find("am1:123 am2:123 am1:123 am2:123  am1:123 am2:123") == 0);
  CHECK(desk.delivery.queued() == 1);
  CHECK(desk.delivery.counters().sent == 4);
  // What is new is not made to wait behind it.
  desk.now += Seconds(60);
  desk.delivery.update(incident(4), desk.now);
  CHECK(desk.post(fails_at_one).find("am1:234") == 0);
}

TEST_CASE("delivery: pauses grow to the time between two sendings and no further") {
  Delivery delivery({"http://am1:9093"}, {.resend_interval = Seconds(5)});
  Time now = start;
  delivery.update(incident(1), now);
  std::string pauses;
  for (Time last = now; now < start + Seconds(25); now += Seconds(1))
    for (const auto& each : delivery.due(now)) {
      pauses += std::to_string((now - std::exchange(last, now)).count()) + " ";
      delivery.ended(each, PostOutcome::failed, now);
    }
  CHECK(pauses == "0 1 2 4 5 5 5 ");
}

TEST_CASE("delivery: an end is told at once and for a quarter of an hour") {
  Desk desk;
  desk.delivery.update(incident(1), desk.now);
  desk.post(takes_all);
  Incident ended = incident(1);
  ended.state = RegressionState::resolved;
  ended.ended_at = desk.now += Seconds(5);
  desk.delivery.update(ended, desk.now);
  CHECK(desk.post(takes_all) == "am1:1 am2:1");
  desk.now += Seconds(14 * 60);
  CHECK(desk.post(takes_all) == "am1:1 am2:1");
  desk.now += Seconds(2 * 60);
  CHECK(desk.post(takes_all).empty());
}
