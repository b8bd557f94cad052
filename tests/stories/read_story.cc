// From a story's file to a story. A file with [[row]] tables holds a story for each, which adds to
// what stands at the top; both may rest on a base, a file of the same form in bases/.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/stories/story.h"
#include "world/read_world.h"
#include "world/strict_table.h"

namespace mailfleet::stories {
namespace {

const std::vector<std::string> severities = {"info", "ticket", "page"};
const std::vector<std::string> fleet_columns = {
    "domain",         "organisation",      "organisation_cy", "sector",    "contact",
    "dkim_selectors", "sending_addresses", "parked",          "agreement", "tls_ready"};
constexpr const char* world_parts[] = {"dns", "smtp", "https"};
constexpr Seconds usual_wait_for_news = std::chrono::hours(4);

// "6h15m".
std::optional<Seconds> parse_moment(std::string_view text) {
  Seconds out{0};
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    while (end < text.size() && text[end] >= '0' && text[end] <= '9') ++end;
    const auto part = parse_duration(text.substr(at, end + 1 - at));
    if (!part) return {};
    out += std::chrono::duration_cast<Seconds>(*part);
    at = end + 1;
  }
  if (text.empty()) return {};
  return out;
}

Seconds moment(StrictTable& table, const std::string& key, std::optional<Seconds> standard) {
  const auto text = table.text(key);
  if (!text && standard) return *standard;
  const auto out = text ? parse_moment(*text) : std::nullopt;
  if (!out) refuse(table.file(), table.toml(), table.where() + " needs " + key + ", such as 6h15m");
  return *out;
}

std::optional<Window> window(StrictTable& table, const std::string& key) {
  const auto texts = table.texts(key);
  if (!texts) return {};
  const auto from = texts->size() == 2 ? parse_moment(texts->front()) : std::nullopt;
  const auto to = texts->size() == 2 ? parse_moment(texts->back()) : std::nullopt;
  if (!from || !to || *to < *from)
    table.refuse_key(key, "must be a time of beginning and one of end, such as [\"6h\", \"7h\"]");
  return Window{*from, *to};
}

// ---- putting tables together

void merge(toml::table& into, const toml::table& more) {
  for (const auto& [key, node] : more) {
    toml::table* have = into[key].as_table();
    if (have && node.is_table())
      merge(*have, *node.as_table());
    else
      into.insert_or_assign(key, node);
  }
}

std::string text_of(const toml::table& table) {
  std::ostringstream out;
  out << table;
  return out.str();
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

// The world, the fleet and the configuration of a story, while its parts are read.
class Stage {
 public:
  explicit Stage(std::string file) : file_(std::move(file)) {}

  // What base, file and row may all hold.
  void add(StrictTable& table) {
    for (const char* part : world_parts)
      if (const toml::table* found = table.table(part)) merge_part(part, *found);
    if (const toml::table* config = table.table("config")) merge(config_, *config);
    for (const toml::table* domain : tables(table, "domain")) add_domain(*domain);
    for (const toml::table* many : tables(table, "many")) add_many(*many);
    for (const toml::table* event : tables(table, "event")) {
      StrictTable when(*event, file_, "[[event]]");
      add_change(*event, moment(when, "after", {}));
    }
    if (const toml::table* other = table.table("other")) other_ = *other;
  }
  void add_change(const toml::table& change, Seconds at) {
    toml::table event = change;
    event.insert_or_assign("after", std::to_string(at.count()) + "s");
    events_.push_back(std::move(event));
  }

  static std::vector<const toml::table*> tables(StrictTable& above, const std::string& key) {
    std::vector<const toml::table*> out;
    const toml::node* node = above.take(key);
    if (!node) return out;
    if (!node->is_array_of_tables()) above.refuse_key(key, "is written [[" + key + "]]");
    for (const toml::node& item : *node->as_array()) out.push_back(item.as_table());
    return out;
  }

  void finish(Story& story) const {
    story.world = read_world(text_of(whole(nullptr)), file_);
    if (other_) {
      toml::table other = *other_;
      if (const auto when = other["when"].value<std::string>()) story.other_when = *when;
      if (story.other_when != "second-path" && story.other_when != "every-other")
        refuse(file_, *other_, "[other] when must be second-path or every-other");
      other.erase("when");
      story.other = read_world(text_of(whole(&other)), file_);
    }
    toml::table config = config_;
    config.insert_or_assign("fleet", toml::array{toml::table{{"file", "fleet.csv"}}});
    story.config = text_of(config);
    story.fleet = fleet_;
  }

 private:
  void merge_part(const char* part, const toml::table& more) {
    if (!world_.contains(part)) world_.insert(part, toml::table{});
    merge(*world_[part].as_table(), more);
  }

  void add_domain(const toml::table& domain) {
    StrictTable table(domain, file_, "[[domain]]");
    if (fleet_.empty())
      for (const std::string& column : fleet_columns)
        fleet_ += column + (column == fleet_columns.back() ? "\n" : ",");
    for (const std::string& column : fleet_columns)
      fleet_ += table.text(column).value_or("") + (column == fleet_columns.back() ? "\n" : ",");
    table.refuse_the_rest();
  }

  // A part of the world and a domain for each number, "{n}" in the text replaced by it.
  void add_many(const toml::table& many) {
    StrictTable table(many, file_, "[[many]]");
    const auto count = table.number("count", 1, 1000);
    const auto text = table.text("text");
    if (!count || !text) refuse(file_, many, "[[many]] needs count and text");
    table.refuse_the_rest();
    for (int64_t n = 1; n <= *count; ++n) {
      const toml::table one = toml::parse(replaced(*text, "{n}", std::to_string(n)), file_);
      StrictTable parts(one, file_, "[[many]]");
      add(parts);
      parts.refuse_the_rest();
    }
  }

  toml::table whole(const toml::table* other) const {
    toml::table out = world_;
    toml::array events;
    for (const toml::table& event : events_) events.push_back(event);
    if (other) {
      // From the start on, and again after each event: the other server goes its own way.
      toml::array apart;
      toml::table first = *other;
      first.insert_or_assign("after", "0s");
      apart.push_back(first);
      for (const toml::table& event : events_) {
        apart.push_back(event);
        toml::table again = *other;
        again.insert_or_assign("after", *event.get("after"));
        apart.push_back(again);
      }
      events = std::move(apart);
    }
    if (!events.empty()) out.insert_or_assign("event", events);
    return out;
  }

  std::string file_;
  toml::table world_{};
  toml::table config_{};
  std::vector<toml::table> events_{};
  std::optional<toml::table> other_{};
  std::string fleet_{};
};

// ---- what must come

Expected read_alert(const toml::table& toml, const std::string& file, Seconds change_at) {
  StrictTable table(toml, file, "[[alert]]");
  Expected out;
  out.kind = table.text("kind").value_or("");
  out.severity = table.word("severity", severities).value_or("");
  if (out.kind.empty() || out.severity.empty())
    refuse(file, toml, "[[alert]] needs kind and severity");
  out.domain = table.text("domain").value_or("");
  out.cause = table.text("cause").value_or("");
  out.told = window(table, "told").value_or(Window{change_at, change_at + usual_wait_for_news});
  out.ended = window(table, "ended");
  out.confirm = table.word("confirm", {"C0", "C1", "C2", "C3"}).value_or("");
  out.domains = table.texts("domains").value_or(std::vector<std::string>{});
  if (const auto count = table.number("domain_count", 0, 1000))
    out.domain_count = static_cast<size_t>(*count);
  if (const toml::table* labels = table.table("labels"))
    for (const auto& [name, value] : *labels)
      out.labels[std::string(name.str())] = value.value_or(std::string());
  table.refuse_the_rest();
  return out;
}

Act read_act(const toml::table& toml, const std::string& file) {
  StrictTable table(toml, file, "[[act]]");
  Act out{.at = moment(table, "after", {})};
  out.what = table.word("do", known_acts()).value_or("");
  out.kind = table.text("kind").value_or("");
  out.domain = table.text("domain").value_or("");
  if (out.what == "clock") {
    const std::string by = table.text("by").value_or("");
    const bool back = by.starts_with('-');
    const auto distance = parse_moment(back || by.starts_with('+') ? by.substr(1) : by);
    if (!distance) refuse(file, toml, "a clock jumps by a distance such as \"-365d\"");
    out.by = back ? -*distance : *distance;
  }
  if (out.what.empty()) refuse(file, toml, "[[act]] needs do");
  table.refuse_the_rest();
  return out;
}

void add_texts(StrictTable& table, const std::string& key, std::vector<std::string>& into) {
  for (std::string& each : table.texts(key).value_or(std::vector<std::string>{}))
    into.push_back(std::move(each));
}

// What the top of a file and a row may hold beside the stage.
void add_plot(StrictTable& table, Story& story) {
  story.length = moment(table, "length", story.length);
  story.tick = moment(table, "tick", story.tick);
  story.change_at = moment(table, "change_at", story.change_at);
  add_texts(table, "covers", story.covers);
  add_texts(table, "seen", story.seen);
  add_texts(table, "unseen", story.unseen);
  for (const toml::table* each : Stage::tables(table, "alert"))
    story.alerts.push_back(read_alert(*each, table.file(), story.change_at));
  for (const toml::table* each : Stage::tables(table, "act"))
    story.acts.push_back(read_act(*each, table.file()));
  for (const toml::table* each : Stage::tables(table, "moment")) {
    StrictTable at(*each, table.file(), "[[moment]]");
    story.moments.push_back({moment(at, "after", {}), {}});
    add_texts(at, "open", story.moments.back().open);
    at.refuse_the_rest();
  }
  if (const toml::table* trust = table.table("trust"))
    for (const auto& [domain, state] : *trust)
      story.trust[std::string(domain.str())] = state.value_or(std::string());
}

void add_changes(StrictTable& table, Stage& stage, const Story& story) {
  if (const toml::table* before = table.table("before")) stage.add_change(*before, Seconds(0));
  if (const toml::table* after = table.table("after")) stage.add_change(*after, story.change_at);
}

void finish(Stage& stage, Story& story) {
  std::ranges::stable_sort(story.moments, {}, &Moment::at);
  stage.finish(story);
}

void add_base(const std::string& path, const std::string& name, Stage& stage) {
  const std::string file = std::filesystem::path(path).parent_path() / "bases" / (name + ".toml");
  const toml::table toml = toml::parse_file(file);
  StrictTable table(toml, file, "a base");
  stage.add(table);
  table.refuse_the_rest();
}

}  // namespace

const std::vector<std::string>& known_acts() {
  static const std::vector<std::string> acts = {
      "restart",      "alertmanager-down", "alertmanager-up", "read-only", "writable",
      "clock",        "acknowledge",       "recheck",         "dns-lost",  "dns-back",
      "port-25-lost", "port-25-back",      "ipv6-lost",       "ipv6-back", "network-lost",
      "network-back"};
  return acts;
}

std::vector<Story> read_stories(std::string_view text, const std::string& path) {
  const toml::table toml = toml::parse(text, path);
  StrictTable table(toml, path, "a story");
  Stage stage(path);
  Story top{.tick = std::chrono::minutes(1), .change_at = std::chrono::hours(3)};
  top.length = std::chrono::hours(8);
  top.name = table.text("name").value_or("");
  for (const std::string& base : table.texts("base").value_or(std::vector<std::string>{}))
    add_base(path, base, stage);
  stage.add(table);
  add_plot(table, top);
  add_changes(table, stage, top);
  const auto rows = Stage::tables(table, "row");
  table.refuse_the_rest();
  std::vector<Story> out;
  for (const toml::table* each : rows) {
    StrictTable row(*each, path, "[[row]]");
    Stage own = stage;
    Story story = top;
    story.name += (story.name.empty() ? "" : ": ") + row.text("name").value_or("");
    own.add(row);
    add_plot(row, story);
    add_changes(row, own, story);
    row.refuse_the_rest();
    finish(own, story);
    out.push_back(std::move(story));
  }
  if (rows.empty()) {
    finish(stage, top);
    out.push_back(std::move(top));
  }
  return out;
}

std::vector<Story> load_stories(const std::string& path) {
  std::ostringstream text;
  std::ifstream file(path);
  if (!file || !(text << file.rdbuf())) throw WorldError(path + ": cannot be read");
  return read_stories(text.str(), path);
}

}  // namespace mailfleet::stories
