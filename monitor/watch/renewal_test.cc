#include "monitor/watch/renewal.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

const Time start = *parse_time("2026-01-01T00:00:00Z");
constexpr Seconds day{86400};

struct Seen {
  const char* host;
  int ends;  // day; 0: not seen
};

struct Host {
  RenewalHabits habits{};
  // A look on that day.
  void look(int on, std::vector<Seen> endpoints) {
    Value list = Value::list();
    for (const Seen& each : endpoints)
      list.push(Value::object(
          {{"host", each.host},
           {"not_after", each.ends ? Value(to_text(start + day * each.ends)) : Value()}}));
    Posture posture{.at = start + day * on};
    posture.standings.push_back({.check = "certificate",
                                 .level = 2,
                                 .seen = posture.at,
                                 .facts = Value::object({{"endpoints", list}})});
    learn_renewals(habits, posture);
  }
  std::string remark(int on, const char* host = "mx.a.uk") const {
    return renewal_remark(habits, host, start + day * on);
  }
  std::vector<int> left(const char* host = "mx.a.uk") const {
    std::vector<int> out;
    for (const Seconds each : habits.at(host).left) out.push_back(static_cast<int>(each / day));
    return out;
  }
};

}  // namespace

TEST_CASE("renewal: learnt from the second on, told when its time has passed") {
  Host host;
  host.look(0, {{"mx.a.uk", 90}});
  CHECK(host.remark(80).empty());
  host.look(60, {{"mx.a.uk", 150}});
  CHECK(host.remark(140).empty());  // once is no habit
  host.look(120, {{"mx.a.uk", 210}});
  CHECK(host.left() == std::vector{30, 30});
  CHECK(host.remark(180).empty());
  CHECK(host.remark(190) == "usually renewed with 30 days left; 20 left and not renewed");
  CHECK(host.remark(220) == "usually renewed with 30 days left; 0 left and not renewed");
  CHECK(host.remark(190, "mx.b.uk").empty());
}

TEST_CASE("renewal: one that came late does not move the habit") {
  Host host;
  int end = 90;
  host.look(0, {{"mx.a.uk", end}});
  for (const int left : {30, 29, 2, 31, 30, 28}) {
    host.look(end - left, {{"mx.a.uk", end - left + 90}});
    end += 90 - left;
  }
  CHECK(host.left() == std::vector{29, 2, 31, 30, 28});
  CHECK(host.remark(end - 20) == "usually renewed with 29 days left; 20 left and not renewed");
}

TEST_CASE("renewal: what is none") {
  Host host;
  host.look(0, {{"mx.a.uk", 90}, {"mx.a.uk", 95}});
  host.look(1, {{"mx.a.uk", 0}, {"mx.a.uk", 95}});  // the older one was not seen
  CHECK(host.habits.at("mx.a.uk").not_after == start + day * 90);
  host.look(2, {{"mx.a.uk", 90}, {"mx.a.uk", 95}});
  host.look(3, {{"mx.a.uk", 80}, {"mx.a.uk", 95}});  // back to an older one
  CHECK(host.left().empty());
  Posture unseen{.at = start + day * 4};
  unseen.standings.push_back({.check = "certificate", .level = 2, .unseen = Judgement{}});
  learn_renewals(host.habits, unseen);
  CHECK(host.habits.size() == 1);
  host.look(5, {{"mx.b.uk", 300}});  // another host: the old one is forgotten
  CHECK(host.habits.size() == 1);
  CHECK(host.left("mx.b.uk").empty());
}
