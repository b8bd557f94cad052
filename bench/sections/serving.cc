// metrics, feed, http, pages: what telling costs when everything is known.
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <stop_token>
#include <thread>

#include "bench/lab_process.h"
#include "bench/limit/http.h"
#include "bench/measure.h"
#include "bench/rig.h"
#include "bench/sections/sections.h"
#include "bench/synthetic.h"
#include "checks/registry.h"
#include "exporter/feed/signature.h"
#include "exporter/feed/verify.h"
#include "exporter/metrics/fleet_metrics.h"
#include "exporter/server.h"
#include "monitor/advice.h"

namespace mailfleet::bench {
namespace {

constexpr double budget_second = 1;  // of CPU, for an edition of 100,000 entries

size_t series_in(const std::string& text) {
  size_t lines = 0;
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) lines += text[at] != '#';
  return lines;
}

// The same number of series in prometheus-cpp's registry, written by its serialiser.
double registry_cost(size_t series) {
  prometheus::Registry registry;
  auto& family =
      prometheus::BuildGauge().Name("mailfleet_level").Help("a level").Register(registry);
  const size_t per_domain = all_checks().size();
  for (size_t i = 0; i < series; ++i)
    family
        .Add({{"domain", "d" + std::to_string(i / per_domain) + ".bench"},
              {"check", std::string(all_checks()[i % per_domain]->id)}})
        .Set(static_cast<double>(i % 5));
  const prometheus::TextSerializer serializer;
  return cpu_of([&] { (void)serializer.Serialize(registry.Collect()); });
}

struct NoDetails : Details {
  void domain(const Name&, size_t,
              std::function<void(std::optional<DomainDetails>)> answer) override {
    answer(std::nullopt);
  }
  void changes(std::optional<Name>, int64_t, size_t,
               std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)>
                   answer) override {
    answer({}, {});
  }
  void edition(uint64_t, EditionPart,
               std::function<void(std::optional<std::string>)> answer) override {
    answer(std::nullopt);
  }
  void sender(const Name&, const Address&, const std::string&,
              std::function<void(std::optional<SenderVerdict>)> answer) override {
    answer(std::nullopt);
  }
};

struct Web {
  explicit Web(size_t domains) : advice(load_advice()) {
    const Time now = wall_clock();
    snapshots.store(synthetic_snapshot(domains, now));
    ServerSettings settings{.listen = {"127.0.0.1:0"},
                            .base_url = "https://mail.example",
                            .title = "Benchmark",
                            .per_domain = PerDomain::none,
                            .advice = &advice,
                            .clock = wall_clock};
    server = std::make_unique<Server>(settings, snapshots, details, AdminActions{}, metrics);
    port = server->start().listen[0];
  }
  AdviceBook advice;
  SnapshotHolder snapshots{};
  NoDetails details{};
  SelfMetrics metrics{};
  std::unique_ptr<Server> server{};
  uint16_t port = 0;
};

// CPU of the server's thread: everything but the asking thread.
double serving_cost(uint16_t port, const std::string& request, size_t times) {
  KeepAliveClient client(port);
  client.ask(request);
  const double own = thread_cpu_seconds();
  const double all = cpu_of([&] {
    for (size_t i = 0; i < times; ++i) client.ask(request);
  });
  return (all - (thread_cpu_seconds() - own)) / static_cast<double>(times);
}

std::string etag_in(const std::string& answer) {
  const size_t at = answer.find("ETag: ");
  return at == std::string::npos ? "" : answer.substr(at + 6, answer.find('\r', at) - at - 6);
}

// Milliseconds, sorted.
std::vector<double> first_bytes(uint16_t port, const std::string& path, size_t times) {
  KeepAliveClient client(port);
  std::vector<double> out;
  for (size_t i = 0; i < times; ++i) out.push_back(client.first_byte(get_request(path)) * 1000);
  std::ranges::sort(out);
  return out;
}

// A fleet that is looked at again and again, and readers' view of another one that is made new each
// second, while something else is measured.
class Sweeping {
 public:
  Sweeping(SnapshotHolder& shown, size_t domains)
      : net_(make_internet({.domains = domains})),
        lab_(net_.world),
        looking_([this](std::stop_token stop) {
          WholeMonitor whole(lab_.config(), fleet_of(net_.names()));
          while (!stop.stop_requested()) whole.sweep();
        }),
        showing_([&shown](std::stop_token stop) {
          while (!stop.stop_requested()) {
            shown.store(std::make_shared<const Snapshot>(*shown.load()));
            std::this_thread::sleep_for(std::chrono::seconds(1));
          }
        }) {}

 private:
  LittleInternet net_;
  LabProcess lab_;
  std::jthread looking_;
  std::jthread showing_;
};

}  // namespace

void metrics_section(const Options& options, Report& report) {
  const size_t per_domain = all_checks().size();
  for (const size_t wanted : {size_t{10'000}, size_t{100'000}, size_t{1'000'000}}) {
    if (options.quick && wanted > 10'000) break;
    const auto snapshot = synthetic_snapshot(wanted / (per_domain + 6), wall_clock());
    std::string text = fleet_metrics(*snapshot, all_checks(), PerDomain::all);
    const size_t series = series_in(text);
    report.add(compare(
        options, "metrics", std::to_string(series) + " series (limit: prometheus-cpp)", "s",
        [&] { return registry_cost(series); },
        [&] {
          // As MetricsPage does: the memory of the text before is used again.
          return cpu_of([&] {
            text = fleet_metrics(*snapshot, all_checks(), PerDomain::all, {}, std::move(text));
          });
        },
        "<= 0.05"));
  }
}

void feed_section(const Options& options, Report& report) {
  const size_t entries = options.scaled(100'000, 1000);
  const Time now = wall_clock();
  const Edition edition = synthetic_edition(entries, now);
  const SigningKey key = SigningKey::generate();
  std::string body;
  std::string signature;
  const auto budget = [] { return budget_second; };
  report.add(compare(
      options, "feed", std::to_string(entries) + " entries: build and sign (limit: the budget)",
      "s", budget,
      [&] {
        return cpu_of([&] {
          body = edition_json(edition);
          signature = minisign_text(key, body, edition_comment(edition));
        });
      },
      "<= 1"));
  report.add(compare(
      options, "feed", "the same: verify (limit: the budget)", "s", budget,
      [&] {
        return cpu_of([&] {
          const Verification seen = verify_edition(body, signature, {key.public_key()}, {}, now);
          report.expect(seen.verdict == Verdict::accepted, "feed: a good edition refused");
        });
      },
      "<= 1"));
  report.add({.section = "feed",
              .metric = "size",
              .product = static_cast<double>(body.size()) / 1e6,
              .unit = "MB"});
}

void http_section(const Options& options, Report& report) {
  const size_t times = options.scaled(20'000, 200);
  Web web(options.scaled(1000, 100));
  const std::string whole = get_request("/api/v1/summary");
  KeepAliveClient client(web.port);
  const std::string answer = client.ask(whole);
  const std::string tag = etag_in(answer);
  report.expect(!tag.empty(), "http: no ETag");
  const std::string cached = get_request("/api/v1/summary", "If-None-Match: " + tag + "\r\n");
  const std::string unchanged = client.ask(cached);
  report.expect(unchanged.starts_with("HTTP/1.1 304"), "http: no 304 to its own ETag");
  const auto row = [&](const std::string& metric, const std::string& request,
                       const std::string& canned) {
    report.add(compare(
        options, "http", metric + " (limit: canned answer, epoll)", "µs",
        [&] {
          const BareServer bare(canned);
          return serving_cost(bare.port(), request, times) * 1e6;
        },
        [&] { return serving_cost(web.port, request, times) * 1e6; }));
  };
  row("cached body", whole, answer);
  row("304", cached, unchanged);
}

void pages_section(const Options& options, Report& report) {
  const size_t domains = options.scaled(100'000, 1000);
  const size_t times = options.scaled(50, 3);
  Web web(domains);
  const std::string fleet = std::to_string(domains) + " domains: ";
  const auto row = [&](const std::string& metric, const std::string& path, double budget_ms) {
    Row out = repeat(options, "pages", fleet + metric + " (limit: the budget)", "ms",
                     [&] { return median(first_bytes(web.port, path, times)); });
    out.limit = budget_ms;
    out.ratio = out.product / budget_ms;
    out.gate = "<= 1";
    report.add(out);
  };
  row("fleet page, first byte", "/", 50);
  row("fleet page, filtered", "/?sector=health&state=failing", 50);
  row("look-up page", "/lookup?q=someone%40d777.bench", 5);
  row("look-up API", "/api/v1/lookup?q=d777.bench", 5);
  const Sweeping sweeping(web.snapshots, options.scaled(500, 20));
  const auto busy_row = [&](const std::string& metric, const std::string& path, double budget_ms) {
    const auto all = first_bytes(web.port, path, times * 8);
    report.add({.section = "pages",
                .metric = fleet + metric + ", while a sweep runs (limit: the budget)",
                .limit = budget_ms,
                .product = all[all.size() / 2],
                .ratio = all[all.size() / 2] / budget_ms,
                .unit = "ms",
                .gate = "<= 1"});
    report.add({.section = "pages",
                .metric = fleet + metric + ", the same, 99 %",
                .product = all[(all.size() - 1) * 99 / 100],
                .unit = "ms"});
  };
  busy_row("fleet page, first byte", "/", 50);
  busy_row("look-up page", "/lookup?q=someone%40d777.bench", 5);
}

}  // namespace mailfleet::bench
