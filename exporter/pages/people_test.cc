// Campaigns, the poster, orders of the fleet, and the description of the API: what each may say.
#include <doctest/doctest.h>
#include <httplib.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <set>

#include "embedded.h"
#include "exporter/pages/campaigns_page.h"
#include "exporter/pages/fleet_figures.h"
#include "exporter/pages/html.h"
#include "exporter/pages/reports_section.h"
#include "exporter/selection.h"
#include "exporter/site.h"
#include "tests/web_sample.h"

using namespace mailfleet;
namespace json = boost::json;

namespace {

DomainSummary seen(const char* name) {
  DomainSummary out(*Name::parse(name));
  out.last_look = sample_now();
  return out;
}

std::string get(const SampleServer& server, const std::string& path) {
  httplib::Client client("127.0.0.1", server.ports.listen[0]);
  const auto result = client.Get(path);
  REQUIRE(result);
  CHECK(result->status == 200);
  return result->body;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string in_order(const Snapshot& snapshot, Order order, size_t limit) {
  std::string out;
  Selection selection{.order = order, .limit = limit};
  for (int pages = 0; pages < 20; ++pages) {
    const Selected page = select(snapshot, selection);
    for (const DomainSummary* each : page.domains) out += each->name.text() + " ";
    if (!page.next) return out;
    selection.after = *read_cursor(*page.next);
  }
  return "no end";
}

}  // namespace

TEST_CASE("campaigns: ready, behind and not known are three things") {
  DomainSummary domain = seen("x.example");
  CHECK(readiness_of(domain) == Readiness::unknown);
  domain.trust.eligibility.t1 = true;
  CHECK(readiness_of(domain) == Readiness::ready);
  domain.trust.eligibility.t1 = false;
  CHECK(readiness_of(domain) == Readiness::behind);
  domain.trust.eligibility.takes_no_mail = true;
  CHECK(readiness_of(domain) == Readiness::no_mail);
  domain.last_look.reset();
  CHECK(readiness_of(domain) == Readiness::unknown);
}

TEST_CASE("campaigns: the export names whom to write to, and no formula") {
  Snapshot snapshot;
  const auto add = [&](const char* name, const char* contact, std::optional<bool> t1) {
    DomainSummary domain = seen(name);
    domain.owner = {.organisation = "=1+1", .sector = "council", .contact = contact};
    domain.trust.eligibility.t1 = t1;
    snapshot.domains.push_back(std::make_shared<const DomainSummary>(std::move(domain)));
  };
  add("behind.example", "it@behind.example", false);
  add("dark.example", "it@dark.example", std::nullopt);
  add("ready.example", "it@ready.example", true);
  const CampaignView campaign{.name = "c", .sector = "council"};
  const std::string all = campaign_csv(snapshot, campaign, std::nullopt);
  CHECK(has(all, "\"ready.example\""));
  CHECK(has(all, "\"'=1+1\""));
  const std::string behind = campaign_csv(snapshot, campaign, Readiness::behind);
  CHECK(has(behind, "\"it@behind.example\",behind,"));
  CHECK_FALSE(has(behind, "dark.example"));
  CHECK_FALSE(has(behind, "ready.example"));
  CHECK_FALSE(
      has(campaign_csv(snapshot, {.name = "c", .sector = "other"}, std::nullopt), "ready.example"));
}

TEST_CASE("poster: only whom the look-up says yes to, and until when") {
  const SampleServer server;
  const std::string english = get(server, "/poster");
  CHECK(has(english, "@cardiff.gov.uk"));
  CHECK(has(english, "@powys.gov.uk"));
  CHECK_FALSE(has(english, "@gwent.police.uk"));  // suspended
  CHECK_FALSE(has(english, "@silent.gov.uk"));    // not known
  CHECK(has(english, "Take it down after 22 November 2026, 11:50 UTC."));
  const std::string welsh = get(server, "/cy/poster?paper=a3");
  CHECK(has(welsh, "Cyngor Caerdydd"));
  CHECK(has(welsh, "mf-poster--a3"));
  CHECK_FALSE(has(get(server, "/poster?sector=police"), "@cardiff.gov.uk"));
}

TEST_CASE("selection: every order holds every domain once, page by page") {
  const auto snapshot = sample_snapshot();
  CHECK(in_order(*snapshot, Order::state, 2) ==
        "gwent.police.uk hostile.example silent.gov.uk bridgend.gov.uk new.gov.uk cardiff.gov.uk "
        "powys.gov.uk ");
  CHECK(in_order(*snapshot, Order::findings, 3).starts_with("gwent.police.uk hostile.example "));
  CHECK(in_order(*snapshot, Order::looked, 1).starts_with("new.gov.uk "));
  for (const Order order :
       {Order::name, Order::organisation, Order::state, Order::findings, Order::looked})
    CHECK(in_order(*snapshot, order, 3).size() == in_order(*snapshot, Order::name, 100).size());
}

TEST_CASE("figures: sectors add up, and each unknown has one reason") {
  const auto snapshot = sample_snapshot();
  const FleetFigures figures = figures_of(*snapshot, sample_checks());
  size_t total = 0;
  for (const auto& [sector, states] : figures.sectors)
    for (const size_t count : states) total += count;
  CHECK(total == snapshot->domains.size());
  for (size_t i = 0; i < sample_checks().size(); ++i) {
    const UnknownReasons& reasons = figures.unknown[i];
    CHECK(reasons.pending + reasons.silent + reasons.mx + reasons.other ==
          figures.tally.unknown[i]);
  }
}

TEST_CASE("pages: a sender is judged by what was seen, or not at all") {
  const SampleServer server;
  const std::string page = "/domains/cardiff.gov.uk?ip=";
  CHECK(has(get(server, page + "192.0.2.1"), "It would pass"));
  CHECK(has(get(server, page + "192.0.2.2"), "It would not pass"));
  CHECK(has(get(server, page + "192.0.2.3"), "We cannot say"));
  CHECK(has(get(server, page + "nonsense"), "not an IP address"));
  CHECK(has(get(server, page + "192.0.2.1&from=jo@elsewhere.example"), "not an e-mail address"));
}

TEST_CASE("pages: the button to look again is on the admin listener only, and needs the token") {
  std::string asked;
  const SampleServer server(
      sample_snapshot(),
      {.recheck = [&](const Name& name, const AdminRequest&, AdminAnswer answer) {
        asked = name.text();
        answer({.status = 202});
      }});
  httplib::Client open("127.0.0.1", server.ports.listen[0]);
  httplib::Client admin("127.0.0.1", server.ports.admin.front());
  const std::string page = "/domains/cardiff.gov.uk";
  CHECK_FALSE(has(open.Get(page)->body, "/recheck"));
  CHECK(has(admin.Get(page)->body, "action=\"/domains/cardiff.gov.uk/recheck\""));
  const auto post = [&](httplib::Client& client, const std::string& token) {
    return client.Post(page + "/recheck", httplib::Params{{"token", token}});
  };
  CHECK(post(open, "secret-token")->status == 404);
  CHECK(post(admin, "wrong")->get_header_value("Location") == page + "?recheck=refused");
  CHECK(asked.empty());
  CHECK(post(admin, "secret-token")->get_header_value("Location") == page + "?recheck=asked");
  CHECK(asked == "cardiff.gov.uk");
}

TEST_CASE("timeline: spans fill the row, what is written is escaped") {
  const Time from = sample_now() - std::chrono::hours(10);
  const std::string svg =
      timeline_svg({{"<b>", {{from, "mf-tone-5"}, {from + std::chrono::hours(5), "mf-tone-1"}}}},
                   from, sample_now(), "a", "b", "c \"d\"");
  CHECK(has(svg, "&lt;b&gt;"));
  CHECK(has(svg, "aria-label=\"c &quot;d&quot;\""));
  CHECK(has(svg, "x=\"300\" y=\"2\" width=\"330\""));
  CHECK(has(svg, "x=\"630\" y=\"2\" width=\"330\""));
}

TEST_CASE("pages: reports are shown where there are some, and what they say is escaped") {
  const SampleServer server;
  const std::string english = get(server, "/domains/cardiff.gov.uk");
  CHECK(has(english, "Reports from other mail systems"));
  CHECK(has(english, "3, of which 66.6 % passed"));
  CHECK(has(english, "8: 5 succeeded, 3 failed"));
  CHECK(has(english, "<code>&lt;script&gt;"));
  CHECK(has(get(server, "/cy/domains/cardiff.gov.uk"), "3, a phasiodd 66.6 % ohonynt"));
  CHECK_FALSE(has(get(server, "/domains/gwent.police.uk"), "Reports from other"));
  const json::value told = json::parse(get(server, "/api/v1/domains/cardiff.gov.uk"));
  CHECK(told.at("reports").at("dmarc").at("messages") == 3);
  CHECK(told.at("reports").at("tls_rpt").at("failure") == 3);
  CHECK(json::parse(get(server, "/api/v1/domains/gwent.police.uk")).at("reports").is_null());
}

TEST_CASE("pages: a share is rounded down, so that 100 % means all") {
  CHECK(share_text(0, 0) == "0.0");
  CHECK(share_text(1'000'000'000'000, 0) == "100.0");
  CHECK(share_text(999'999, 1) == "99.9");
  CHECK(share_text(4'000'000'000'000'000'000, 1) == "99.9");
  CHECK(share_text(4'000'000'000'000'000'000, 4'000'000'000'000'000'000) == "50.0");
  CHECK(share_text(0, 7) == "0.0");
}

TEST_CASE("api: what is described is what is there") {
  std::set<std::string> described;
  const SampleServer server;
  const json::value document = json::parse(get(server, "/openapi.json"));
  for (const auto& path : document.at("paths").as_object())
    for (const auto& method : path.value().as_object())
      described.insert(std::string(method.key()) + " " + std::string(path.key()));
  const SnapshotHolder snapshots;
  SampleDetails details(snapshots);
  SelfMetrics metrics;
  const auto act = [](const Name&, const AdminRequest&, AdminAnswer) {};
  const AdminActions actions{
      .reload = [](const AdminRequest&, AdminAnswer) {},
      .recheck = act,
      .acknowledge = act,
      .agreement = act,
      .maintenance = [](const AdminRequest&, AdminAnswer) {},
      .end_maintenance = [](int64_t, const AdminRequest&, AdminAnswer) {}};
  const ServerSettings settings{.clock = sample_now};
  const Site site{settings, snapshots, details, actions, metrics, sample_checks(), {}};
  std::vector<Route> routes;
  add_api_routes(site, routes);
  add_admin_routes(site, routes);
  add_lookup_routes(site, routes);
  add_metrics_routes(site, routes);
  for (const Route& route : routes) {
    if (route.pattern == "/lookup" || route.pattern == "/cy/lookup") continue;  // pages
    const std::string method = route.method == "GET" ? "get " : "post ";
    CHECK_MESSAGE(described.contains(method + route.pattern), route.pattern);
    described.erase(method + route.pattern);
  }
  for (const std::string& each : described)  // documents of one route
    CHECK_MESSAGE(each.starts_with("get /feed/v1/"), each);
}
