// docs/metrics.md, docs/api.md and docs/checks.md are what the code says of itself: this test
// writes them in memory and compares. After a change of metrics, routes or findings, write them
// anew:
//
//     MAILFLEET_WRITE_DOCS=1 build/dev/tests/project_test -tc='docs*'
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "checks/base/text.h"
#include "checks/registry.h"
#include "exporter/api/admin.h"
#include "exporter/site.h"
#include "monitor/advice.h"
#include "tests/metric_names.h"
#include "tests/roots.h"
#include "tests/web_sample.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void must_be(const char* path, const std::string& text) {
  const fs::path file = fs::path(source_root()) / path;
  if (std::getenv("MAILFLEET_WRITE_DOCS") != nullptr) std::ofstream(file, std::ios::binary) << text;
  const bool same = read(file) == text;
  CHECK_MESSAGE(same, path, " is not what the code says; see the head of tests/docs_test.cc");
}

std::string metrics_page(const Metrics& metrics) {
  std::string out =
      "# Metrics\n\nWhat `/metrics` says. Made from the code by `tests/docs_test.cc`; do not "
      "edit.\n\n"
      "Names and labels are promises from 0.1.0 on. Times are instants in seconds since 1970. What "
      "is "
      "unknown is absent, or a level\nof its own; there is no value that means \"none\". Labels "
      "come "
      "from closed sets, except `domain` and `cause`. Series of single\ndomains "
      "(`mailfleet_domain_…`) can be switched: `[metrics] per_domain`, and `?shard=i&shards=n` for "
      "part of them.\n\n| metric | type | labels | meaning |\n| --- | --- | --- | --- |\n";
  for (const auto& [name, metric] : metrics) {
    std::string labels;
    for (const std::string& label : metric.labels) labels += (labels.empty() ? "" : ", ") + label;
    out += "| `" + name + "` | " + metric.type + " | " + labels + " | " + metric.help + " |\n";
  }
  return out;
}

struct SampleSite {
  SampleSite() {
    const auto done = [](const auto&...) {};
    actions.reload = done;
    actions.recheck = done;
    actions.acknowledge = done;
    actions.agreement = done;
    actions.maintenance = done;
    actions.end_maintenance = done;
    settings.clock = sample_now;
    snapshots.store(sample_snapshot());
    add_api_routes(site, routes);
    add_metrics_routes(site, routes);
    add_admin_routes(site, routes);
    add_feed_routes(site, routes);
    add_page_routes(site, routes);
    add_lookup_routes(site, routes);
  }
  ServerSettings settings{};
  SnapshotHolder snapshots{};
  SampleDetails details{snapshots};
  AdminActions actions{};
  SelfMetrics metrics{};
  Site site{
      settings, snapshots, details, actions, metrics, sample_checks(), [](auto work) { work(); }};
  std::vector<Route> routes{};
};

std::string rows(const std::vector<Route>& routes,
                 const std::function<bool(const Route&)>& wanted) {
  std::string out = "| method | path | answer |\n| --- | --- | --- |\n";
  std::vector<std::string> lines;
  for (const Route& route : routes)
    if (wanted(route))
      lines.push_back("| " + route.method + " | `" + route.pattern + "` | " + route.summary +
                      " |\n");
  std::ranges::sort(lines);
  for (const std::string& line : lines) out += line;
  return out + "\n";
}

bool under(const Route& route, std::string_view part) { return route.pattern.starts_with(part); }
bool is_page(const Route& route) {
  return route.audience == Audience::anyone && !under(route, "/api/") && !under(route, "/feed/");
}

std::string api_page(const std::vector<Route>& routes) {
  return "# HTTP\n\nWhat can be asked. Made from the route table by `tests/docs_test.cc`; do not "
         "edit.\n\n"
         "Anyone may ask; only the admin listener changes anything. Times are RFC 3339 in UTC; "
         "`null` means that "
         "something could not\nbe known. Lists are `{\"items\": […], \"next\": CURSOR or null}` "
         "and take `?cursor=` "
         "and `?limit=` (1 to 1,000, else 100). Faults are\n`application/problem+json` (RFC 9457). "
         "Answers have an "
         "`ETag` and are compressed where that pays. HEAD goes wherever GET does.\n\n"
         "## The API\n\n" +
         rows(routes,
              [](const Route& r) { return under(r, "/api/") && r.audience == Audience::anyone; }) +
         "`/api/v1/domains` takes `?state=`, `?sector=`, `?q=`; `/api/v1/regressions` takes "
         "`?state=` (suspected, "
         "confirmed, resolved,\nacknowledged) and `?severity=` (page, ticket, info); "
         "`/api/v1/lookup` takes `?q=`.\n\n"
         "## The trusted list\n\n" +
         rows(routes, [](const Route& r) { return under(r, "/feed/"); }) +
         "## Pages, metrics, health\n\nPages are also there in Welsh, under `/cy/`.\n\n" +
         rows(routes, [](const Route& r) { return is_page(r) && !under(r, "/cy"); }) +
         "## The admin listener\n\nOn `[http] admin_listen`, with `Authorization: Bearer TOKEN` "
         "(the token of "
         "`admin_token_file`) and a JSON body. 401 without\nthe token, 403 without a token file, "
         "415 for another type. "
         "Each act is a row of the audit table and a line of the log.\n\n" +
         rows(routes, [](const Route& r) { return r.audience == Audience::admin; }) +
         "`by` and `reason` say who and why, in up to 300 octets each. `acknowledge` takes one of "
         "`regression` (its id),\n`edition` (true) and `entry` (`change`, `withdraw`, `readmit`). "
         "`agreement` takes `agreement` (text) and `tls_ready` (date),\nor `withdraw` (true); it "
         "stands above the fleet list. `maintenance` takes `domains` and `mx` (lists of names, one "
         "may be\nleft out), `from` and `until` (at most 31 days apart), and answers with the "
         "`id` that ends it. What does not say what is\nneeded is 422, what the store does not "
         "take 503; either has changed nothing.\n";
}

std::string in_cell(std::string text) {
  for (size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
    text.insert(at, "\\");
  return text;
}

std::string finding_row(const std::string& code, const Advice& advice) {
  const std::string rule =
      in_cell(advice.title) + (advice.when.empty() ? "" : " (" + in_cell(advice.when) + ")");
  return "| `" + code + "` | " + advice.severity + " | " + rule + " | " + in_cell(advice.source) +
         " |\n";
}

// Every finding of every check, by the file that explains it.
std::string checks_page() {
  std::string out =
      "# What is checked, and by which rule\n\n"
      "Every finding that can be told about a domain, with its severity and the text it rests on. "
      "Made from the\n`advice.toml` beside each check by `tests/docs_test.cc`; do not edit. That "
      "the severities are those of the code\nis held by `tests/coverage/every_code_test.cc`. The "
      "levels of each check, the decisions where a standard leaves room,\nand what a check does "
      "not do stand in its README.\n\n"
      "`fail`: a MUST is broken, or protection is absent. `advice`: legal, but worth changing. "
      "`info`: to know. What could not\nbe seen is never a finding against a domain.\n";
  for (const Check* check : all_checks()) {
    const std::string id(check->id);
    const std::string path = "checks/" + id + "/advice.toml";
    AdviceBook book;
    book.add(path, read(fs::path(source_root()) / path));
    out += "\n## " + id + ": " + std::string(check->title) + "\n\nLevels, weakest first: ";
    for (size_t i = 0; i < check->ladder.size(); ++i)
      out += (i ? ", " : "") + std::string(check->ladder[i]);
    out += ". More in [checks/" + id + "/README.md](../checks/" + id + "/README.md).\n\n" +
           "| finding | severity | rule | source |\n| --- | --- | --- | --- |\n";
    for (const auto& [code, advice] : book.all()) out += finding_row(code, advice);
  }
  return out;
}

}  // namespace

TEST_CASE("docs: checks.md lists every finding with its rule and where that is written") {
  must_be("docs/checks.md", checks_page());
  // A domain owner who disagrees must find the text.
  const std::regex reference("(RFC [0-9]+|GOV\\.UK|BOD|NCSC|security\\.gov\\.uk)");
  const AdviceBook book = load_advice();
  for (const auto& [code, advice] : book.all())
    CHECK_MESSAGE(std::regex_search(advice.source, reference), code);
}

TEST_CASE("docs: metrics.md is what /metrics says") {
  const Metrics metrics = all_metrics();
  for (const auto& [name, metric] : metrics)
    CHECK_MESSAGE((!metric.help.empty() && !metric.type.empty()), name);
  must_be("docs/metrics.md", metrics_page(metrics));
}

TEST_CASE("docs: no metric of the code is missing from metrics.md") {
  const Metrics metrics = all_metrics();
  const std::regex quoted("\"((mailfleet|process)_[a-z_]+)[\"{]");
  size_t found = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(source_root()) / "exporter/metrics")) {
    if (entry.path().extension() != ".cc" || entry.path().string().ends_with("_test.cc")) continue;
    const std::string text = read(entry.path());
    for (std::sregex_iterator each(text.begin(), text.end(), quoted), end; each != end;
         ++each, ++found)
      CHECK_MESSAGE(metrics.contains((*each)[1]), (*each)[1].str());
  }
  CHECK(found > 40);
}

TEST_CASE("docs: api.md is the route table") {
  const SampleSite sample;
  for (const Route& route : sample.routes) CHECK_MESSAGE(!route.summary.empty(), route.pattern);
  must_be("docs/api.md", api_page(sample.routes));
}
