// From a change in the world to an Alertmanager of Debian's, and Prometheus on the monitor: the
// program itself, a lab in place of the Internet, and servers that others wrote.
#include <doctest/doctest.h>
#include <httplib.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "monitor/store/value_json.h"
#include "tests/integration/scratch.h"
#include "tests/roots.h"
#include "world/lab.h"
#include "world/read_world.h"

using namespace mailfleet;

namespace {

// a.example weakens DMARC while the mail host that b.example and c.example share drops STARTTLS;
// then the first is mended, and then the other.
constexpr std::string_view world_text = R"(
[dns."a.example"]
mx = ["10 mx.a.example"]
[dns."_dmarc.a.example"]
txt = ["v=DMARC1; p=reject; rua=mailto:d@a.example"]
[dns."mx.a.example"]
a = ["198.51.100.1"]
[smtp."mx.a.example"]
[dns."b.example"]
mx = ["10 mx.shared.example"]
[dns."c.example"]
mx = ["10 mx.shared.example"]
[dns."mx.shared.example"]
a = ["198.51.100.2"]
[smtp."mx.shared.example"]

[[event]]
after = "1h"
[event.dns."_dmarc.a.example"]
txt = ["v=DMARC1; p=none; rua=mailto:d@a.example"]
[event.smtp."mx.shared.example"]
misbehaviour = "no-starttls"

[[event]]
after = "2h"
[event.dns."_dmarc.a.example"]
txt = ["v=DMARC1; p=reject; rua=mailto:d@a.example"]

[[event]]
after = "3h"
[event.smtp."mx.shared.example"]
misbehaviour = "none"
)";

std::string url(uint16_t port) { return "http://127.0.0.1:" + std::to_string(port); }

// The value at a path of a server; null while it does not answer.
Value get(uint16_t port, const std::string& path) {
  httplib::Client client("127.0.0.1", port);
  client.set_read_timeout(5);
  const auto answer = client.Get(path);
  if (!answer || answer->status != 200) return {};
  return parse_value(answer->body).value_or(Value());
}

std::string text(const Value& value) { return std::string(value.as_string().value_or("")); }

// A lab on a thread of its own, whose events happen when the test says so.
class LabThread {
 public:
  explicit LabThread(const std::string& folder)
      : lab_(network_, read_world(world_text, "world.toml"), {.folder = folder},
             std::chrono::floor<Seconds>(std::chrono::system_clock::now())),
        thread_([this] { network_.run(); }) {}
  ~LabThread() {
    network_.stop();
    thread_.join();
  }
  LabThread(const LabThread&) = delete;
  LabThread& operator=(const LabThread&) = delete;

  void next_event() {
    std::promise<bool> happened;
    boost::asio::post(network_, [&] { happened.set_value(lab_.next_event()); });
    REQUIRE(happened.get_future().get());
  }
  // The lab's own word, but what was asked is not remembered for long.
  std::string config() const {
    std::string out = lab_.config_fragment();
    const std::string_view ttl = "cache_max_ttl = \"5s\"";
    const size_t at = out.find(ttl);
    REQUIRE(at != std::string::npos);
    return out.replace(at, ttl.size(), "cache_max_ttl = \"1s\"");
  }

 private:
  boost::asio::io_context network_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      network_.get_executor()};
  Lab lab_;
  std::thread thread_;
};

// Takes what Alertmanager notifies people of: "firing StarttlsLost" and how often.
class Pager {
 public:
  Pager() : port_(static_cast<uint16_t>(server_.bind_to_any_port("127.0.0.1"))) {
    server_.Post("/", [this](const httplib::Request& request, httplib::Response&) {
      const Value body = parse_value(request.body).value_or(Value());
      const std::lock_guard lock(mutex_);
      for (const Value& alert : body["alerts"].items())
        ++told_[text(alert["status"]) + " " + text(alert["labels"]["alertname"])];
    });
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~Pager() {
    server_.stop();
    thread_.join();
  }
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  uint16_t port() const { return port_; }
  std::map<std::string, int> told() const {
    const std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  httplib::Server server_{};
  uint16_t port_;
  std::thread thread_{};
  mutable std::mutex mutex_{};
  std::map<std::string, int> told_{};
};

class Site {
 public:
  Site() {
    scratch_.write("fleet.csv",
                   "domain,organisation,sector\na.example,A Council,local-authority\n"
                   "b.example,B Board,health\nc.example,C Board,health\n");
    scratch_.write("config.toml",
                   "[monitor]\ndata_dir = \"data\"\ninterval = \"1s\"\ninterval_trusted = \"1s\"\n"
                   "control_names = [\"a.example\"]\n"
                   "[confirm]\ncontent_wait = \"1s\"\ncontent_count = 2\nabsence_wait = \"1s\"\n"
                   "connection_wait = \"2s\"\nrecovery_wait = \"1s\"\n"
                   "[http]\nlisten = [\"127.0.0.1:" +
                       std::to_string(monitor_port) +
                       "\"]\nadmin_listen = []\nbase_url = \"https://monitor.example\"\n"
                       "[alertmanager]\nurls = [\"" +
                       url(alertmanager_port) +
                       "\"]\nresend_interval = \"2s\"\n[[fleet]]\nfile = \"fleet.csv\"\n" +
                       lab.config());
    scratch_.write("alertmanager.yml",
                   "route: {receiver: pager, group_by: ['...'], group_wait: 0s, "
                   "group_interval: 1s, repeat_interval: 1h}\n"
                   "receivers: [{name: pager, webhook_configs: [{url: '" +
                       url(pager.port()) + "/'}]}]\n");
    scratch_.write("prometheus.yml",
                   "global: {scrape_interval: 1s, evaluation_interval: 1s}\n"
                   "rule_files: ['" +
                       source_root() +
                       "/grafana/rules/*.rules.yml']\n"
                       "scrape_configs: [{job_name: mailfleet, static_configs: "
                       "[{targets: ['127.0.0.1:" +
                       std::to_string(monitor_port) + "']}]}]\n");
  }

  void start_monitor() {
    monitor_ = scratch_.start(
        {binary_root() + "/mailfleet", "serve", "--config", scratch_.path("config.toml")},
        "monitor.log");
    scratch_.wait_for(monitor_port);
  }
  void kill_monitor() { scratch_.end(monitor_, SIGKILL); }
  void start_alertmanager() {
    scratch_.serve({program("prometheus-alertmanager", "prometheus-alertmanager"),
                    "--config.file=" + scratch_.path("alertmanager.yml"),
                    "--storage.path=" + scratch_.path("alertmanager"),
                    "--web.listen-address=127.0.0.1:" + std::to_string(alertmanager_port),
                    "--cluster.listen-address="},
                   alertmanager_port);
  }
  void start_prometheus() {
    scratch_.serve(
        {program("prometheus", "prometheus"), "--config.file=" + scratch_.path("prometheus.yml"),
         "--storage.tsdb.path=" + scratch_.path("prometheus"),
         "--web.listen-address=127.0.0.1:" + std::to_string(prometheus_port)},
        prometheus_port);
  }

  // The alerts that are firing at the Alertmanager, by name.
  std::map<std::string, Value> firing() const {
    std::map<std::string, Value> out;
    const Value alerts = get(alertmanager_port, "/api/v2/alerts");
    for (const Value& alert : alerts.items()) out[text(alert["labels"]["alertname"])] = alert;
    return out;
  }
  bool swept() const {
    return get(monitor_port, "/api/v1/summary")["sweeps"].as_int().value_or(0) > 0;
  }
  // The monitor's own word on a kind: suspected, confirmed, resolved; empty when it has none.
  std::string state_of(const std::string& kind) const { return text(entry(kind)["state"]); }
  Value entry(const std::string& kind) const {
    const Value regressions = get(monitor_port, "/api/v1/regressions");
    for (const Value& each : regressions["items"].items())
      if (text(each["kind"]) == kind) return each;
    return {};
  }
  std::string metrics(uint16_t port) const {
    const auto answer = httplib::Client("127.0.0.1", port).Get("/metrics");
    return answer ? answer->body : "";
  }
  std::string metric(uint16_t port, const std::string& series) const {
    const std::string body = metrics(port);
    const size_t at = body.find("\n" + series + " ");
    if (at == std::string::npos) return {};
    const size_t from = at + series.size() + 2;
    return body.substr(from, body.find('\n', from) - from);
  }
  // What promtool says of them: nothing, when they are right.
  std::string promtool_on(const std::string& metrics) const {
    scratch_.write("metrics", metrics);
    return scratch_.run({"/bin/sh", "-c",
                         program("promtool", "prometheus") + " check metrics < " +
                             scratch_.path("metrics") + " 2>&1"});
  }
  std::string log() const { return scratch_.read("monitor.log") + scratch_.read("server.log"); }

 private:
  Scratch scratch_{};
  pid_t monitor_ = 0;

 public:
  const uint16_t monitor_port = free_port();
  const uint16_t alertmanager_port = free_port();
  const uint16_t prometheus_port = free_port();
  Pager pager{};
  LabThread lab{scratch_.path("")};
};

const std::map<std::string, int> both_fired{{"firing DmarcWeakened", 1},
                                            {"firing StarttlsLost", 1}};

// What is promised of the monitor itself and of its fleet, with the type of each.
constexpr std::array promised_metrics{
    "mailfleet_domains gauge",
    "mailfleet_checks gauge",
    "mailfleet_regressions gauge",
    "mailfleet_trust_entries gauge",
    "mailfleet_build_info gauge",
    "mailfleet_domain_level gauge",
    "mailfleet_ladder_info gauge",
    "mailfleet_domain_certificate_not_after_timestamp_seconds gauge",
    "mailfleet_domain_last_seen_timestamp_seconds gauge",
    "mailfleet_domain_trusted gauge",
    "mailfleet_regression gauge",
    "mailfleet_scans_total counter",
    "mailfleet_sweeps_total counter",
    "mailfleet_changes_total counter",
    "mailfleet_probes_total counter",
    "mailfleet_probe_duration_seconds histogram",
    "mailfleet_queue_length gauge",
    "mailfleet_loop_lag_seconds gauge",
    "mailfleet_alerts_sent_total counter",
    "mailfleet_alerts_failed_total counter",
    "mailfleet_alert_queue_length gauge",
    "mailfleet_decisions_total counter",
    "mailfleet_heartbeat_timestamp_seconds gauge",
    "mailfleet_store_write_seconds histogram",
    "mailfleet_resolver_queries_total counter",
    "mailfleet_config_last_reload_successful gauge",
    "mailfleet_config_last_reload_success_timestamp_seconds gauge",
    "mailfleet_self_test_ok gauge",
    "process_cpu_seconds_total counter"};

// Starts the monitor, lets the world grow worse, and waits until it is sure.
void weaken(Site& site) {
  site.start_monitor();
  REQUIRE(eventually([&] { return site.swept(); }));
  site.lab.next_event();
  REQUIRE(eventually([&] {
    return site.state_of("dmarc-weakened") == "confirmed" &&
           site.state_of("starttls-lost") == "confirmed";
  }));
}

}  // namespace

TEST_CASE(
    "alerting: a weakening reaches Alertmanager once with all that is promised, and its end") {
  Site site;
  INFO(site.log());
  site.start_alertmanager();
  site.start_monitor();
  site.start_prometheus();
  REQUIRE(eventually([&] { return site.swept(); }));
  site.lab.next_event();
  REQUIRE(eventually([&] { return site.firing().size() == 2; }));

  const auto firing = site.firing();
  const Value& dmarc = firing.at("DmarcWeakened");
  CHECK(to_json(dmarc["labels"]) ==
        R"({"alertname":"DmarcWeakened","check":"dmarc","domain":"a.example",)"
        R"("kind":"dmarc-weakened","organisation":"A Council","sector":"local-authority",)"
        R"("severity":"ticket"})");
  const Value& annotations = dmarc["annotations"];
  CHECK(text(annotations["summary"]) == "dmarc weakened: a.example");
  CHECK(text(annotations["description"]).starts_with("Before: reject\nNow: none\n"));
  CHECK(text(annotations["description"]).find("\nFirst: ") != std::string::npos);
  CHECK(text(annotations["domains"]) == "a.example");
  CHECK(text(annotations["page"]) == "https://monitor.example/domains/a.example");
  CHECK(text(annotations["runbook_url"]) == "https://monitor.example/runbooks/dmarc-weakened");
  CHECK(text(dmarc["generatorURL"]) == "https://monitor.example/domains/a.example");
  const Value& lost = firing.at("StarttlsLost")["labels"];
  CHECK(text(lost["cause"]) == "endpoint:mx.shared.example");
  CHECK(text(lost["sector"]) == "health");
  CHECK(eventually([&] {
    return text(site.firing()["StarttlsLost"]["annotations"]["domains"]) == "b.example c.example";
  }));
  CHECK(eventually([&] { return site.pager.told() == both_fired; }));

  // Prometheus: the monitor is scraped, and no rule of ours is at fault.
  CHECK(eventually([&] {
    const Value found = get(site.prometheus_port,
                            "/api/v1/query?query=mailfleet_regression%7Bkind%3D%22starttls-"
                            "lost%22%7D")["data"]["result"];
    return found.items().size() == 1;
  }));
  size_t rules = 0;
  CHECK(eventually([&] {
    rules = 0;
    bool good = true;
    const Value answer = get(site.prometheus_port, "/api/v1/rules");
    for (const Value& group : answer["data"]["groups"].items())
      for (const Value& rule : group["rules"].items()) {
        ++rules;
        good = good && text(rule["health"]) == "ok" && text(rule["lastError"]).empty();
      }
    return good && rules > 15;
  }));

  const std::string metrics = site.metrics(site.monitor_port);
  for (const char* each : promised_metrics)
    CHECK_MESSAGE(metrics.find("# TYPE " + std::string(each) + "\n") != std::string::npos, each);
  CHECK(site.promtool_on(metrics).empty());
  CHECK(site.metric(site.monitor_port, "mailfleet_decisions_total{decision=\"confirmed\"}") > "0");
  CHECK(site.metric(site.monitor_port, "mailfleet_self_test_ok{test=\"resolver\"}") == "1");
  CHECK(site.metric(site.monitor_port, "mailfleet_self_test_ok{test=\"port-25\"}") == "1");

  site.lab.next_event();
  site.lab.next_event();
  CHECK(eventually([&] { return site.firing().empty(); }));
  std::map<std::string, int> ended = both_fired;
  ended["resolved DmarcWeakened"] = 1;
  ended["resolved StarttlsLost"] = 1;
  CHECK(eventually([&] { return site.pager.told() == ended; }));
  CHECK(site.metric(site.monitor_port, "mailfleet_alerts_failed_total") == "0");
}

TEST_CASE("alerting: killed between the change and the post, and again; it is told once") {
  Site site;
  INFO(site.log());
  weaken(site);
  const std::string confirmed_at = text(site.entry("dmarc-weakened")["confirmed_at"]);
  site.kill_monitor();

  site.start_alertmanager();
  CHECK(site.firing().empty());
  site.start_monitor();
  REQUIRE(eventually([&] { return site.firing().size() == 2; }));
  const Value first = site.firing()["DmarcWeakened"];
  CHECK(parse_time(text(first["startsAt"]).substr(0, 19) + "Z") == parse_time(confirmed_at));
  site.kill_monitor();

  site.start_monitor();
  Value again;
  REQUIRE(eventually([&] {
    again = site.firing()["DmarcWeakened"];
    return text(again["updatedAt"]) > text(first["updatedAt"]) &&
           site.metric(site.monitor_port, "mailfleet_alerts_sent_total") > "0";
  }));
  CHECK(text(again["fingerprint"]) == text(first["fingerprint"]));
  CHECK(text(again["startsAt"]) == text(first["startsAt"]));
  CHECK(eventually([&] { return site.pager.told() == both_fired; }));
}

TEST_CASE("alerting: an Alertmanager that was away for the whole story learns how it ended") {
  Site site;
  INFO(site.log());
  weaken(site);
  site.lab.next_event();
  REQUIRE(eventually([&] { return site.state_of("dmarc-weakened") == "resolved"; }));
  CHECK(site.metric(site.monitor_port, "mailfleet_alert_queue_length") == "2");
  CHECK(site.metric(site.monitor_port, "mailfleet_alert_queue_oldest_timestamp_seconds") > "17");
  CHECK(site.metric(site.monitor_port, "mailfleet_alerts_failed_total") != "0");

  site.start_alertmanager();
  CHECK(eventually(
      [&] { return site.metric(site.monitor_port, "mailfleet_alert_queue_length") == "0"; }));
  const auto firing = site.firing();
  CHECK(firing.size() == 1);
  CHECK(firing.contains("StarttlsLost"));
  CHECK(eventually([&] {
    return site.metric(site.alertmanager_port,
                       R"(alertmanager_alerts_received_total{status="resolved",version="v2"})") >
           "0";
  }));
  CHECK(site.pager.told() == std::map<std::string, int>{{"firing StarttlsLost", 1}});
}
