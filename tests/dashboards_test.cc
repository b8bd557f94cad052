// The dashboards as people maintain them: each panel says what it shows, in which unit, from
// metrics that there are, and leads to pages that there are. tests/deploy/dashboards runs their
// queries.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <regex>

#include "exporter/api/admin.h"
#include "tests/metric_names.h"
#include "tests/roots.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

constexpr const char* boards[] = {"fleet", "domain", "monitor"};

std::string source(const char* board) {
  std::ifstream in(fs::path(source_root()) / "grafana/dashboards" / (std::string(board) + ".json"));
  return {std::istreambuf_iterator<char>(in), {}};
}

const Value& member(const Value& object, std::string_view key) {
  static const Value nothing;
  for (const auto& [name, value] : object.members())
    if (name == key) return value;
  return nothing;
}
std::string text(const Value& object, std::string_view key) {
  return std::string(member(object, key).as_string().value_or(""));
}
int64_t number(const Value& object, std::string_view key) {
  return member(object, key).as_int().value_or(-1);
}

using Faults = std::vector<std::string>;

void check_query(const std::string& query, const Metrics& metrics, Faults& faults) {
  static const std::regex series("(mailfleet|process)_[a-z_]+(?![a-z_:])");
  static const std::regex recorded("[a-z_]+:[a-z_]+:[a-z0-9]+");
  static const std::string rules = [] {
    std::ifstream in(fs::path(source_root()) / "grafana/rules/mailfleet-recording.rules.yml");
    return std::string(std::istreambuf_iterator<char>(in), {});
  }();
  std::string rest;
  auto end = query.begin();
  for (std::sregex_iterator each(query.begin(), query.end(), recorded), last; each != last;
       ++each) {
    rest.append(end, (*each)[0].first);
    end = (*each)[0].second;
    if (rules.find("record: " + each->str() + "\n") == rules.npos)
      faults.push_back("nothing records " + each->str());
  }
  rest.append(end, query.end());
  for (std::sregex_iterator each(rest.begin(), rest.end(), series), last; each != last; ++each)
    if (!family_of(metrics, each->str())) faults.push_back("there is no metric " + each->str());
  if (query.find("instance=\"$instance\"") == query.npos && query != "vector(0)")
    faults.push_back("adds up monitors side by side: " + query);
}

void check_link(const Value& link, Faults& faults) {
  const std::string url = text(link, "url");
  if (!url.starts_with("${pages}/")) return faults.push_back("leads elsewhere: " + url);
  static const std::string runbooks = "${pages}/runbooks/";
  const std::string runbook = url.starts_with(runbooks) ? url.substr(runbooks.size()) : "";
  if (!runbook.empty() && !runbook.starts_with("${") &&
      !fs::exists(fs::path(source_root()) / "docs/runbooks" / (runbook + ".md")))
    faults.push_back("there is no runbook " + runbook);
}

void check_panel(const Value& panel, const Metrics& metrics, Faults& faults) {
  const std::string title = text(panel, "title");
  if (text(panel, "description").size() < 15) faults.push_back(title + ": says not what it shows");
  const Value& defaults = member(member(panel, "fieldConfig"), "defaults");
  if (text(defaults, "unit").empty()) faults.push_back(title + ": has no unit");
  if (member(panel, "targets").items().empty()) faults.push_back(title + ": asks nothing");
  for (const Value& target : member(panel, "targets").items())
    check_query(text(target, "expr"), metrics, faults);
  for (const Value& link : member(panel, "links").items()) check_link(link, faults);
}

// Grafana's grid is 24 wide.
void check_place(const Value& panel, std::vector<std::string>& grid, Faults& faults) {
  const Value& place = member(panel, "gridPos");
  for (int64_t y = number(place, "y"); y < number(place, "y") + number(place, "h"); ++y) {
    if (grid.size() <= static_cast<size_t>(y))
      grid.resize(static_cast<size_t>(y) + 1, std::string(24, ' '));
    for (int64_t x = number(place, "x"); x < number(place, "x") + number(place, "w"); ++x)
      if (x < 0 || x > 23 ||
          std::exchange(grid[static_cast<size_t>(y)][static_cast<size_t>(x)], 'x') == 'x')
        return faults.push_back(text(panel, "title") + ": lies over another, or outside");
  }
}

Faults faults_of(const std::string& json) {
  Faults out;
  const auto board = parse_json_object(json);
  if (!board) return {"is no JSON object"};
  const Metrics metrics = all_metrics();
  std::set<int64_t> ids;
  std::vector<std::string> grid;
  for (const Value& panel : member(*board, "panels").items()) {
    if (!ids.insert(number(panel, "id")).second) out.push_back("an id is there twice");
    check_place(panel, grid, out);
    if (text(panel, "type") != "row") check_panel(panel, metrics, out);
  }
  for (const Value& link : member(*board, "links").items())
    if (text(link, "type") == "link") check_link(link, out);
  if (ids.size() < 8) out.push_back("has hardly a panel");
  return out;
}

std::string with(std::string json, const std::string& from, const std::string& to) {
  const size_t at = json.find(from);
  REQUIRE_MESSAGE(at != json.npos, from);
  return json.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("dashboards: every panel is explained, placed, and made of metrics that there are") {
  for (const char* board : boards)
    for (const std::string& fault : faults_of(source(board)))
      CHECK_MESSAGE(false, board, ": ", fault);
}

TEST_CASE("dashboards: planted faults are found") {
  const std::string good = source("monitor");
  for (const auto& [from, to] : std::initializer_list<std::pair<const char*, const char*>>{
           {"mailfleet_loop_lag_seconds{", "mailfleet_loop_lagg_seconds{"},
           {"mailfleet_store_write_seconds_bucket", "mailfleet_store_write_seconds"},
           {":p95{", ":p96{"},
           {"process_resident_memory_bytes{instance=", "process_resident_memory_bytes{job="},
           {"\"description\": \"Since the process started.\"", "\"description\": \"\""},
           {"\"unit\": \"bytes\"", "\"unit\": \"\""},
           {"/runbooks/self-test-failed", "/runbooks/self-test-gone"},
           {"\"x\": 3,", "\"x\": 2,"}})
    CHECK_MESSAGE(faults_of(with(good, from, to)).size() == 1, to);
}
