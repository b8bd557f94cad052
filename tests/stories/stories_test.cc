// Every story of tests/stories is played by the monitor itself, and must end as it says.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "tests/roots.h"
#include "tests/stories/play.h"
#include "world/read_world.h"

using namespace mailfleet;
using namespace mailfleet::stories;

namespace {

namespace fs = std::filesystem;

std::vector<std::string> story_files() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(source_root() + "/tests/stories"))
    if (entry.path().extension() == ".toml") out.push_back(entry.path().string());
  std::ranges::sort(out);
  return out;
}

std::vector<Story> read_all() {
  std::vector<Story> out;
  for (const std::string& file : story_files())
    for (Story& story : load_stories(file)) {
      story.name = fs::path(file).filename().string() + ": " + story.name;
      out.push_back(std::move(story));
    }
  return out;
}

const std::vector<Story>& all_stories() {
  static const std::vector<Story> stories = read_all();
  return stories;
}

// Which stories this run plays: STORIES_PART=2/4 is every fourth, from the second on.
struct Part {
  size_t number{1};
  size_t parts{1};
};

Part part_to_play() {
  const char* text = std::getenv("STORIES_PART");
  if (!text) return {};
  Part out;
  char slash = 0;
  REQUIRE((std::istringstream(text) >> out.number >> slash >> out.parts));
  REQUIRE((slash == '/' && out.number >= 1 && out.number <= out.parts));
  return out;
}

// A line of transitions.txt.
struct Transition {
  std::string id{};
  std::string severity{};
  std::string kind{};
};

std::vector<Transition> transitions() {
  std::vector<Transition> out;
  std::ifstream file(source_root() + "/tests/stories/transitions.txt");
  for (std::string line; std::getline(file, line);) {
    Transition each;
    if (line.starts_with('#') ||
        !(std::istringstream(line) >> each.id >> each.severity >> each.kind))
      continue;
    out.push_back(each);
  }
  return out;
}

bool tells(const Story& story, const Transition& transition) {
  if (transition.severity == "none")
    return std::ranges::all_of(story.alerts,
                               [](const Expected& each) { return each.kind.starts_with("self-"); });
  return std::ranges::any_of(story.alerts, [&](const Expected& each) {
    return each.kind == transition.kind && each.severity == transition.severity;
  });
}

// One story that has everything, for planting errors: told, worse, told again, over.
constexpr std::string_view whole_story = R"(
name = "everything"
base = ["common", "council"]
length = "9h"
seen = ["dmarc dmarc-weakened"]
unseen = ["dkim"]
trust = { "council.example" = "active" }
[after.dns."_dmarc.council.example"]
txt = ["v=DMARC1; p=quarantine; rua=mailto:dmarc@council.example"]
[after.dns."s1._domainkey.council.example"]
rcode = "TIMEOUT"
[[act]]
after = "3h"
do = "recheck"
domain = "council.example"
[[event]]
after = "5h"
[event.dns."_dmarc.council.example"]
txt = ["v=DMARC1; p=none; rua=mailto:dmarc@council.example"]
[[act]]
after = "5h"
do = "recheck"
domain = "council.example"
[[alert]]
kind = "dmarc-weakened"
severity = "ticket"
domain = "council.example"
told = ["3h15m", "3h20m"]
ended = ["5h15m", "5h20m"]
confirm = "C1"
domain_count = 1
labels = { sector = "local-authority" }
[[alert]]
kind = "dmarc-weakened"
severity = "page"
domain = "council.example"
told = ["5h15m", "5h20m"]
[[moment]]
after = "3h5m"
open = ["suspected dmarc-weakened council.example"]
)";

struct Planted {
  const char* wanted;  // the first word of a complaint
  std::function<void(Story&, Played&)> plant;
};

const Planted planted[] = {
    {"missing", [](Story& story, Played&) { story.alerts.push_back(story.alerts.back()); }},
    {"missing", [](Story& story, Played&) { story.alerts[0].kind = "dmarc-removed"; }},
    {"missing", [](Story& story, Played&) { story.alerts[0].domain = "signed.example"; }},
    {"missing",
     [](Story& story, Played&) { story.alerts[0].cause = "endpoint:mx1.council.example"; }},
    {"missing", [](Story&, Played& played) { played.alerts.pop_back(); }},
    {"missing", [](Story&, Played& played) { played.alerts.clear(); }},
    {"extra", [](Story& story, Played&) { story.alerts.clear(); }},
    {"extra", [](Story& story, Played&) { story.alerts.pop_back(); }},
    {"extra", [](Story& story, Played&) { story.alerts[0].kind = "dmarc-removed"; }},
    {"extra", [](Story&, Played& played) { played.alerts.push_back(played.alerts.back()); }},
    {"extra",
     [](Story&, Played& played) {
       RegressionView noted = played.incidents.begin()->second;
       noted.severity = AlertLevel::info;
       played.incidents.emplace(99, noted);
     }},
    {"severity", [](Story& story, Played&) { story.alerts[1].severity = "ticket"; }},
    {"severity", [](Story& story, Played&) { story.alerts[1].severity = "info"; }},
    {"time",
     [](Story& story, Played&) {
       story.alerts[0].told = {Seconds(0), Seconds(3600)};
     }},
    {"time", [](Story& story, Played&) { story.alerts[0].told.first += Seconds(600); }},
    {"time", [](Story&, Played& played) { *played.alerts[0].told += Seconds(3600); }},
    {"order", [](Story& story, Played&) { std::swap(story.alerts[0], story.alerts[1]); }},
    {"ended", [](Story& story, Played&) { story.alerts[0].ended.reset(); }},
    {"ended", [](Story& story, Played&) { story.alerts[0].ended->second -= Seconds(600); }},
    {"ended", [](Story& story, Played&) { story.alerts[1].ended = story.alerts[0].ended; }},
    {"ended", [](Story&, Played& played) { played.alerts[0].ended.reset(); }},
    {"label", [](Story& story, Played&) { story.alerts[0].labels["sector"] = "health"; }},
    {"label", [](Story&, Played& played) { played.alerts[0].labels.erase("sector"); }},
    {"domains", [](Story& story, Played&) { story.alerts[0].domain_count = 2; }},
    {"domains", [](Story& story, Played&) { story.alerts[0].domains = {"signed.example"}; }},
    {"confirm", [](Story& story, Played&) { story.alerts[0].confirm = "C0"; }},
    {"confirm", [](Story& story, Played&) { story.alerts[0].confirm = "C3"; }},
    {"moment", [](Story& story, Played&) { story.moments[0].open = {}; }},
    {"moment",
     [](Story& story, Played&) {
       story.moments[0].open = {"confirmed dmarc-weakened council.example"};
     }},
    {"seen", [](Story& story, Played&) { story.seen = {"spf spf-open"}; }},
    {"unseen", [](Story& story, Played&) { story.unseen = {"spf"}; }},
    {"trust", [](Story& story, Played&) { story.trust["council.example"] = "suspended"; }},
    {"trust", [](Story& story, Played&) { story.trust["nobody.example"] = "active"; }},
    {"delivery", [](Story&, Played& played) { played.alerts[0].labels["kind"] = "spf-open"; }},
    {"delivery", [](Story&, Played& played) { played.incidents.clear(); }}};

std::string posted(const std::string& labels, const char* starts, const char* ends,
                   const char* summary = "a summary") {
  return R"([{"labels":{"alertname":"X","kind":"x","check":"dmarc","domain":"a.example",)" +
         labels + R"(},"annotations":{"summary":")" + summary +
         R"(","description":"d","runbook_url":"r","page":"p","domains":"a.example"},"startsAt":")" +
         starts + R"(","endsAt":")" + ends + R"("}])";
}

constexpr const char* one = "2030-01-07T01:00:00Z";
constexpr const char* two = "2030-01-07T02:00:00Z";
constexpr const char* three = "2030-01-07T03:00:00Z";
const std::string page = R"("severity":"page")";

}  // namespace

TEST_CASE("stories: each ends as it says") {
  const char* only = std::getenv("STORY");  // a part of a name, for whoever writes one
  const Part part = part_to_play();
  size_t played = 0;
  for (size_t at = 0; at < all_stories().size(); ++at) {
    const Story& story = all_stories()[at];
    if (only ? story.name.find(only) == std::string::npos : at % part.parts != part.number - 1)
      continue;
    CAPTURE(story.name);
    const auto begin = std::chrono::steady_clock::now();
    for (const std::string& complaint : complaints(story, play(story))) FAIL_CHECK(complaint);
    const auto taken = std::chrono::steady_clock::now() - begin;
    if (only) MESSAGE(story.name << ": " << std::chrono::duration<double>(taken).count() << " s");
    ++played;
  }
  CHECK(played >= (only ? 1 : 60 / part.parts));
}

TEST_CASE("stories: every transition that has a meaning is told by one, as it should be") {
  const std::vector<Story>& stories = all_stories();
  const std::vector<Transition> known = transitions();
  CHECK(known.size() == 93);
  for (const Transition& each : known) {
    CAPTURE(each.id);
    std::vector<const Story*> covering;
    for (const Story& story : stories)
      if (std::ranges::find(story.covers, each.id) != story.covers.end())
        covering.push_back(&story);
    CHECK_MESSAGE(!covering.empty(), "no story covers it");
    const auto as_it_should = [&](const Story* story) { return tells(*story, each); };
    if (each.severity == "none")
      CHECK(std::ranges::all_of(covering, as_it_should));
    else
      CHECK(std::ranges::any_of(covering, as_it_should));
  }
  for (const Story& story : stories)
    for (const std::string& id : story.covers)
      CHECK_MESSAGE(std::ranges::find(known, id, &Transition::id) != known.end(),
                    story.name << ": " << id);
}

TEST_CASE("stories: an error planted in one is found") {
  const std::string path = source_root() + "/tests/stories/planted.toml";
  const std::vector<Story> whole = read_stories(whole_story, path);
  REQUIRE(whole.size() == 1);
  const Played played = play(whole.front());
  for (const std::string& complaint : complaints(whole.front(), played)) FAIL_CHECK(complaint);
  for (size_t at = 0; at < std::size(planted); ++at) {
    CAPTURE(at);
    const Planted& each = planted[at];
    Story story = whole.front();
    Played other = played;
    each.plant(story, other);
    const auto found = complaints(story, other);
    std::string all;
    for (const std::string& line : found) all += line + "; ";
    CHECK_MESSAGE(std::ranges::any_of(found,
                                      [&](const std::string& line) {
                                        return line.starts_with(std::string(each.wanted) + ":");
                                      }),
                  std::string(each.wanted) << " not among: " << all);
  }
}

TEST_CASE("stories: an error planted in what happens is found") {
  struct Row {
    const char* what;
    const char* with;
    const char* wanted;
  };
  const Row rows[] = {{"p=quarantine; rua", "p=reject; rua", "missing"},  // it never weakens
                      {"p=none; rua", "p=quarantine; rua", "missing"},    // nor more
                      {"p=quarantine; rua=mailto:dmarc@council.example", "p=quarantine", "extra"},
                      {"after = \"5h\"\n[event", "after = \"4h\"\n[event", "time"},
                      {"rcode = \"TIMEOUT\"", "rcode = \"NXDOMAIN\"", "extra"}};
  for (const Row& row : rows) {
    std::string text(whole_story);
    const size_t at = text.find(row.what);
    REQUIRE(at != std::string::npos);
    text.replace(at, std::string_view(row.what).size(), row.with);
    if (std::string_view(row.wanted) == "time")
      text.replace(text.find("after = \"5h\""), 12, "after = \"4h\"");
    const Story story = read_stories(text, source_root() + "/tests/stories/planted.toml").front();
    std::string all;
    bool found = false;
    for (const std::string& line : complaints(story, play(story))) {
      all += line + "; ";
      found |= line.starts_with(std::string(row.wanted) + ":");
    }
    CHECK_MESSAGE(found, row.with << ": " << row.wanted << " not among: " << all);
  }
}

TEST_CASE("stories: what cannot be understood is refused") {
  const std::string path = source_root() + "/tests/stories/planted.toml";
  for (const char* text : {
           "nmae = \"x\"",
           "base = [\"common\"]\n[[alert]]\nkind = \"x\"",
           "base = [\"common\"]\n[[alert]]\nkind = \"x\"\nseverity = \"loud\"",
           "base = [\"common\"]\n[[alert]]\nkind = \"x\"\nseverity = \"page\"\ntold = [\"2h\", "
           "\"1h\"]",
           "base = [\"common\"]\n[[act]]\nafter = \"1h\"\ndo = \"nothing\"",
           "base = [\"common\"]\n[[act]]\ndo = \"restart\"",
           "base = [\"common\"]\n[[act]]\nafter = \"1h\"\ndo = \"clock\"",
           "base = [\"common\"]\n[after.dns.\"a.example\"]\nxyz = [\"x\"]",
           "base = [\"common\"]\nlength = \"soon\"",
           "base = [\"common\"]\n[other]\nwhen = \"never\"",
           "base = [\"common\"]\n[[row]]\ntold = 1",
       }) {
    CAPTURE(text);
    CHECK_THROWS_AS(read_stories(text, path), WorldError);
  }
}

TEST_CASE("stories: the receiver complains about what a person would") {
  const Time now = *parse_time("2030-01-07T01:30:00Z");
  const auto complains = [&](const std::vector<std::string>& bodies, Time last) {
    Receiver receiver;
    for (const std::string& body : bodies) receiver.take(body, now, Seconds(5400));
    receiver.look(last, Seconds(5400));
    return receiver.complaints().empty() ? std::string() : receiver.complaints().front();
  };
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  CHECK(complains({posted(page, one, two), posted(page, one, three)}, now).empty());
  CHECK(complains({posted(page, one, two), posted(page, one, one)}, now).empty());
  CHECK(has(complains({posted(page, one, two)}, *parse_time(three)), "ran out"));
  CHECK(has(complains({posted(page, one, two), posted(page, "2030-01-07T01:10:00Z", two)}, now),
            "start moved"));
  CHECK(has(complains({posted(page, one, one), posted(page, one, two)}, now), "fires again"));
  CHECK(has(complains({posted(page, two, one)}, now), "ends before"));
  CHECK(has(complains({posted(page, one, two, "")}, now), "no annotation summary"));
  CHECK(has(complains({posted(R"("severity":"info")", one, two)}, now), "not for people"));
}
