// What people announce over the admin listener: how it is read, and what the monitor makes of it.
#include "monitor/registrar.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <fstream>

#include "checks/registry.h"
#include "monitor/store/looks.h"
#include "monitor/store/value_json.h"
#include "monitor/store/wait_for.h"
#include "monitor/telling.h"
#include "monitor/word_reader.h"
#include "tests/scratch_folder.h"

using namespace mailfleet;

namespace {

const Time noon = *parse_time("2026-11-21T12:00:00Z");
Name name(const char* text) { return *Name::parse(text); }
Value body(const std::string& json) { return *parse_value(json); }
bool in_fleet(const Name& domain) { return domain.text() == "a.gov.uk"; }

std::string why_no_agreement(const std::string& json) {
  const auto read = read_agreement(name("a.gov.uk"), body(json), noon);
  const auto* misread = std::get_if<Misread>(&read);
  return misread ? misread->why : "";
}
std::string why_no_window(const std::string& json) {
  const auto read = read_maintenance(body(json), noon, in_fleet);
  const auto* misread = std::get_if<Misread>(&read);
  return misread ? misread->why : "";
}
// A window with one of its members said otherwise; `with` may say the whole rest.
std::string window(const std::string& from, const std::string& until,
                   const std::string& with = R"("domains":["a.gov.uk"])") {
  return R"({"by":"ann","reason":"r",)" + with + R"(,"from":")" + from + R"(","until":")" + until +
         "\"}";
}
bool says(const std::string& why, std::string_view part) { return why.find(part) != why.npos; }

// Never answers: nothing is looked at here.
class NoNetwork : public Prober {
 public:
  void ask(const Question&, AskMode, Deadline, Answer) override {}
};

// A monitor on a small fleet, started again and again on the same folder.
struct Office {
  ScratchFolder folder{ScratchFolder::Kind::memory};
  Time now = noon;
  NoNetwork network{};
  Config config = made();
  boost::asio::io_context io{1};
  SelfMetrics metrics{};
  SnapshotPtr shown{};
  std::unique_ptr<Monitor> monitor{};
  std::unique_ptr<SnapshotBuilder> builder{};
  std::unique_ptr<Telling> telling{};
  std::unique_ptr<Registrar> registrar{};

  Office() { start(); }
  ~Office() { stop(); }

  Config made() const {
    std::ofstream(folder.path() / "fleet.csv") << "domain,organisation,agreement,tls_ready\na.gov."
                                                  "uk,A,framework,2026-01-01\nb.gov.uk,B,,\n";
    Config out = parse_config("[monitor]\ncontrol_names = []\n[[fleet]]\nfile = \"fleet.csv\"\n",
                              folder.path() / "config.toml");
    out.monitor.data_dir = folder.path() / "data";
    return out;
  }
  Store::Post post() {
    return [this](std::function<void()> work) { boost::asio::post(io, std::move(work)); };
  }
  void start() {
    monitor = std::make_unique<Monitor>(io, config, load_fleet(config.fleets),
                                        Outside{.now = [this] { return now; },
                                                .steady = [this] { return now.time_since_epoch(); },
                                                .prober = &network});
    builder =
        std::make_unique<SnapshotBuilder>([this](SnapshotPtr next) { shown = std::move(next); });
    telling = std::make_unique<Telling>(io, config, *monitor, *builder, metrics,
                                        "http://monitor.example/");
    registrar = std::make_unique<Registrar>(*monitor, post());
  }
  void stop() {
    telling->stop();
    registrar.reset();
    telling.reset();
    builder.reset();
    monitor.reset();
    io.restart();
    io.poll();
  }
  void restart() {
    stop();
    start();
  }

  AdminResult hear(const std::function<void(AdminAnswer)>& say) {
    std::optional<AdminResult> out;
    say([&](AdminResult result) { out = std::move(result); });
    const auto guard = boost::asio::make_work_guard(io);
    io.restart();
    while (!out) io.run_one_for(std::chrono::seconds(10));
    return *out;
  }
  AdminResult agreement(const char* domain, const std::string& json) {
    return hear([&](AdminAnswer answer) {
      registrar->agreement(name(domain), {.body = body(json)}, answer);
    });
  }
  AdminResult maintenance(const std::string& json) {
    return hear([&](AdminAnswer answer) { registrar->maintenance({.body = body(json)}, answer); });
  }
  AdminResult end(int64_t id) {
    return hear([&](AdminAnswer answer) {
      registrar->end_maintenance(id, {.body = body(R"({"by":"ann","reason":"done"})")}, answer);
    });
  }
  AdminResult acknowledge(const char* domain, const std::string& json) {
    return hear([&](AdminAnswer answer) {
      telling->acknowledge(name(domain), {.body = body(json)}, answer);
    });
  }
  const FleetEntry& row(const char* domain) const {
    return monitor->state().find(name(domain))->entry;
  }
  bool holds(const char* domain) const { return monitor->desk().holds(name(domain), now); }
};

constexpr const char* recorded =
    R"({"by":"ann","reason":"signed","agreement":"letter of 3 May","tls_ready":"2026-12-01"})";
constexpr const char* withdrawn = R"({"by":"ann","reason":"by phone","withdraw":true})";

}  // namespace

TEST_CASE("registrar: an agreement is recorded with its date, or withdrawn, and nothing between") {
  CHECK(why_no_agreement(recorded).empty());
  CHECK(why_no_agreement(withdrawn).empty());
  const struct {
    const char* json;
    const char* why;
  } rows[] = {
      {R"({"reason":"r","agreement":"a","tls_ready":"2026-12-01"})", "\"by\""},
      {R"({"by":"ann","agreement":"a","tls_ready":"2026-12-01"})", "\"reason\""},
      {R"({"by":" ","reason":"r","agreement":"a","tls_ready":"2026-12-01"})", "\"by\""},
      {R"({"by":"a\nb","reason":"r","agreement":"a","tls_ready":"2026-12-01"})", "control"},
      {R"({"by":7,"reason":"r","agreement":"a","tls_ready":"2026-12-01"})", "\"by\""},
      {R"({"by":"ann","reason":"r","agreement":"","tls_ready":"2026-12-01"})", "\"agreement\""},
      {R"({"by":"ann","reason":"r","agreement":"a"})", "\"tls_ready\""},
      {R"({"by":"ann","reason":"r","agreement":"a","tls_ready":"soon"})", "\"tls_ready\""},
      {R"({"by":"ann","reason":"r","agreement":"a","tls_ready":1})", "\"tls_ready\""},
      {R"({"by":"ann","reason":"r","withdraw":false})", "\"withdraw\""},
      {R"({"by":"ann","reason":"r","withdraw":true,"agreement":"a"})", "not both"},
      {R"({})", "\"by\""},
  };
  for (const auto& row : rows)
    CHECK_MESSAGE(says(why_no_agreement(row.json), row.why), row.json, why_no_agreement(row.json));
  const std::string endless(max_word_octets + 1, 'x');
  CHECK(says(why_no_agreement(R"({"by":"ann","reason":")" + endless + R"(","withdraw":true})"),
             "longer than"));
}

TEST_CASE("registrar: a window names what is worked on, and ends") {
  const std::string from = "2026-11-21T20:00:00Z";
  const std::string until = "2026-11-22T06:00:00Z";
  CHECK(why_no_window(window(from, until)).empty());
  CHECK(why_no_window(window(from, until, R"("mx":["mx.new.example"])")).empty());
  CHECK(why_no_window(window("2026-11-01T00:00:00Z", until)).empty());  // it has begun
  CHECK(says(why_no_window(window(until, from)), "after \"from\""));
  CHECK(says(why_no_window(window(from, from)), "after \"from\""));
  CHECK(says(why_no_window(window("2026-11-20T00:00:00Z", "2026-11-21T12:00:00Z")), "past"));
  CHECK(says(why_no_window(window(from, "2026-12-22T20:00:01Z")), "longer than 31 days"));
  CHECK(says(why_no_window(window("2028-01-01T00:00:00Z", "2028-01-02T00:00:00Z")), "year"));
  CHECK(says(why_no_window(window("yesterday", until)), "\"from\""));
  CHECK(says(why_no_window(window(from, until, R"("domains":["b.gov.uk"])")),
             "b.gov.uk is not in the fleet list"));
  CHECK(says(why_no_window(window(from, until, R"("domains":["a..uk"])")), "no domain name"));
  CHECK(says(why_no_window(window(from, until, R"("domains":"a.gov.uk")")), "must be a list"));
  CHECK(says(why_no_window(window(from, until, R"("domains":[],"mx":[])")), "must name"));
  CHECK(says(why_no_window(window(from, until, R"("domains":[7])")), "no domain name"));
  std::string many;
  for (size_t i = 0; i <= max_window_names; ++i)
    many += (i ? ",\"" : "\"") + std::string("mx") + std::to_string(i) + ".example\"";
  CHECK(says(why_no_window(window(from, until, "\"mx\":[" + many + "]")), "at most"));
}

TEST_CASE("registrar: an agreement stands above the fleet list, over a reload and a restart") {
  Office office;
  CHECK(office.row("a.gov.uk").agreement == "framework");
  const AdminResult told = office.agreement("b.gov.uk", recorded);
  CHECK(told.status == 200);
  CHECK(told.body["tls_ready"].as_string() == "2026-12-01T00:00:00Z");
  CHECK(office.agreement("a.gov.uk", withdrawn).status == 200);
  CHECK(office.agreement("a.gov.uk", "{}").status == 422);
  const auto as_said = [&] {
    CHECK(office.row("b.gov.uk").agreement == "letter of 3 May");
    CHECK(office.row("b.gov.uk").tls_ready == parse_time("2026-12-01"));
    CHECK(office.monitor->state().find(name("b.gov.uk"))->summary->owner.tls_ready ==
          parse_time("2026-12-01"));
    CHECK(office.row("a.gov.uk").agreement.empty());
    CHECK(!office.row("a.gov.uk").tls_ready);
    CHECK(office.row("a.gov.uk").organisation == "A");
  };
  as_said();
  office.monitor->apply(office.config, load_fleet(office.config.fleets));
  as_said();
  office.restart();
  as_said();
}

TEST_CASE("registrar: a window holds alerts from its beginning to its end, over a restart") {
  Office office;
  const AdminResult told =
      office.maintenance(window("2026-11-21T20:00:00Z", "2026-11-22T06:00:00Z",
                                R"("domains":["a.gov.uk"],"mx":["mx.new.example"])"));
  CHECK(told.status == 200);
  REQUIRE(told.body["id"].as_int());
  CHECK(!office.holds("a.gov.uk"));
  office.restart();
  office.now = *parse_time("2026-11-21T20:00:00Z");
  CHECK(office.holds("a.gov.uk"));
  CHECK(!office.holds("b.gov.uk"));
  CHECK(office.end(99).status == 404);
  CHECK(office.end(*told.body["id"].as_int()).status == 200);
  CHECK(!office.holds("a.gov.uk"));
  CHECK(office.end(*told.body["id"].as_int()).status == 404);
  office.restart();
  CHECK(!office.holds("a.gov.uk"));
  CHECK(office.maintenance(window("2026-11-22T20:00:00Z", "2026-11-21T20:00:00Z")).status == 422);
}

TEST_CASE("registrar: there is a bound to what may be announced at once") {
  Office office;
  const std::string one = window("2026-11-21T20:00:00Z", "2026-11-22T06:00:00Z");
  for (size_t i = 0; i < max_windows; ++i)
    office.monitor->announce(
        {.id = static_cast<int64_t>(i), .from = noon, .until = noon + Seconds(3600)});
  CHECK(office.maintenance(one).status == 409);
  office.now += Seconds(3600);  // they are over
  CHECK(office.maintenance(one).status == 200);
}

TEST_CASE("telling: who is nowhere in our lists is said to be so") {
  Office office;
  const AdminResult unknown =
      office.acknowledge("elsewhere.example", R"({"by":"ann","reason":"r","entry":"withdraw"})");
  CHECK(unknown.status == 404);
  CHECK(says(unknown.detail, "elsewhere.example is neither in the fleet list"));
  // Known, and never looked at.
  CHECK(office.acknowledge("a.gov.uk", R"({"by":"ann","reason":"r","entry":"withdraw"})").status ==
        404);
  CHECK(office.acknowledge("a.gov.uk", R"({"by":"ann","reason":"r","regression":7})").status ==
        404);
  CHECK(office.acknowledge("a.gov.uk", R"({"by":"ann","reason":"r","edition":true})").status ==
        409);
}

TEST_CASE("telling: a trusted domain that left the fleet list can be opted out by a person") {
  Office office;
  Look look(name("gone.gov.uk"));
  look.posture.at = noon;
  look.trust = {
      .state = TrustState::active, .tier = Tier::t2, .since = noon, .pins = {"mx.gone.gov.uk"}};
  wait_for<Saved>(office.monitor->store(),
                  [&](Database& database) { return save_look(database, look, all_checks()); });
  office.restart();
  const std::string opt_out = R"({"by":"ann","reason":"owner wrote","entry":"withdraw"})";
  const AdminResult asked = office.acknowledge("gone.gov.uk", opt_out);
  CHECK(asked.status == 200);
  CHECK(asked.body["state"].as_string() == "suspended");
  office.now += least_withdrawal_wait;
  CHECK(office.acknowledge("gone.gov.uk", opt_out).body["state"].as_string() == "withdrawn");
}

TEST_CASE("telling: the list of exceptions is whole in the first edition after a restart") {
  Office office;
  for (const char* domain : {"a.gov.uk", "gone.gov.uk"}) {  // neither offers STARTTLS
    Look look(name(domain));
    look.posture.at = noon;
    look.posture.standings.push_back(
        {.check = "mx",
         .level = 1,
         .seen = noon,
         .facts = body(
             R"({"kind":"explicit","hosts":[{"host":"mx.a.gov.uk","addresses":["192.0.2.1"]}]})")});
    look.posture.standings.push_back(
        {.check = "starttls",
         .level = 0,
         .seen = noon,
         .facts = body(
             R"({"endpoints":[{"host":"mx.a.gov.uk","address":"192.0.2.1","reachable":true,"offered":false,"reason":"not-offered"}]})")});
    wait_for<Saved>(office.monitor->store(),
                    [&](Database& database) { return save_look(database, look, all_checks()); });
  }
  office.restart();
  office.telling->tick(office.now);
  const auto guard = boost::asio::make_work_guard(office.io);
  office.io.restart();
  std::string exceptions;
  for (int i = 0; i < 100 && exceptions.empty(); ++i) {
    office.io.run_one_for(std::chrono::milliseconds(100));
    office.builder->tick(office.monitor->state(), office.now,
                         std::chrono::steady_clock::now() + std::chrono::hours(i));
    for (const auto& [path, document] : office.shown->feed.documents)
      if (path == "/feed/v1/exceptions.json") exceptions = document->body;
  }
  INFO(exceptions);
  CHECK(says(exceptions, "\"a.gov.uk\""));
  CHECK(!says(exceptions, "gone.gov.uk"));  // it is no longer ours to tell of
}
