#include "monitor/loop.h"

#include <doctest/doctest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <map>

#include "monitor/snapshot_builder.h"
#include "monitor/store/database.h"
#include "monitor/store/history.h"
#include "monitor/store/wait_for.h"
#include "tests/reference.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view ladder[] = {"none", "some"};

// Two passes, a name and its child: enough to see answers come in any order.
Judgement judge_text(const Domain& domain, Facts& facts) {
  const DnsObservation& first = facts.dns(domain.name, DnsType::txt);
  const DnsObservation& second = facts.dns(domain.name.under("_x"), DnsType::txt);
  if (first.pending() || second.pending() || !first.known()) return {};
  if (domain.name.text() == "bug.test") throw std::runtime_error("a bug in a check");
  Value records = Value::list();
  for (const std::string& each : first.txt) records.push(each);
  return {.level = first.txt.empty() ? 0 : 1, .facts = Value::object({{"records", records}})};
}

std::vector<Move> compare_badly(const Domain& domain, const Judgement&, const Judgement&) {
  if (domain.name.text() == "worse.test") throw std::runtime_error("a bug in a comparison");
  return {};
}

const Check text_check{"text", "", ladder, judge_text, compare_badly};
const Check* const checks[] = {&text_check};

// Answers at once, with other TTLs and banners each time; those in `silent` when told to give up.
class FakeNet : public Prober {
 public:
  std::map<Name, std::vector<std::string>> texts{};
  size_t silent_every = 0;  // every n-th name
  size_t asked = 0;
  size_t most_waiting = 0;
  std::vector<AskMode> modes{};

  void ask(const Question& question, AskMode mode, Deadline, Answer answer) override {
    ++asked;
    modes.push_back(mode);
    const DnsQuestion& dns = std::get<DnsQuestion>(question);
    if (silent_every > 0 && std::hash<std::string>()(dns.name.text()) % silent_every == 0) {
      waiting_.emplace_back(question, std::move(answer));
      most_waiting = std::max(most_waiting, waiting_.size());
      return;
    }
    DnsObservation out{.outcome = Outcome::answered, .ttl_seconds = static_cast<uint32_t>(asked)};
    const auto found = texts.find(dns.name);
    if (found == texts.end())
      out.outcome = Outcome::absent;
    else
      out.txt = found->second;
    answer(std::move(out));
  }
  size_t waiting() const { return waiting_.size(); }
  // The deadline of everything that waits.
  bool give_up() {
    auto waiting = std::move(waiting_);
    waiting_.clear();
    for (auto& [question, answer] : waiting) answer(failed_observation(question, "deadline"));
    return !waiting.empty();
  }

 private:
  std::vector<std::pair<Question, Answer>> waiting_{};
};

struct Rig {
  fs::path folder;
  boost::asio::io_context io{1};
  Time now = *parse_time("2026-11-21T12:00:00Z");
  FakeNet net{};
  std::unique_ptr<Store> store{};
  std::unique_ptr<MonitorState> state{};
  Schedule schedule{ScheduleSettings{}};
  Desk desk{ConfirmSettings{}};
  std::unique_ptr<Loop> loop{};
  LoopSettings settings{};
  size_t reports = 0;
  size_t changes = 0;
  std::vector<FleetEntry> fleet{};

  Rig() {
    std::string pattern = (fs::temp_directory_path() / "mailfleet-loop-XXXXXX").string();
    folder = mkdtemp(pattern.data());
  }
  ~Rig() {
    store.reset();
    fs::remove_all(folder);
  }
  void add(const std::string& name, std::vector<std::string> txt = {"a"}) {
    fleet.emplace_back(*Name::parse(name));
    net.texts[*Name::parse(name)] = std::move(txt);
  }
  void start() {
    store.reset();
    store = std::make_unique<Store>(folder / "mailfleet.db");
    state = std::make_unique<MonitorState>(checks);
    state->set_fleet(fleet);
    loop = std::make_unique<Loop>(
        Loop::Parts{
            .store = *store,
            .prober = net,
            .state = *state,
            .schedule = schedule,
            .desk = desk,
            .reference = shipped_reference(),
            .checks = checks,
            .post = [this](std::function<void()> work) { boost::asio::post(io, std::move(work)); },
            .now = [this] { return now; }},
        settings);
    loop->listen([this](const LookReport& report) {
      ++reports;
      changes += report.changes.size();
    });
  }
  void sweep() {
    std::vector<Name> names;
    for (const FleetEntry& entry : fleet) names.push_back(entry.name);
    loop->look_at(names);
    run();
  }
  // Until everything that is in flight waits for the network.
  void run_until_asked(size_t waiting) {
    const auto guard = boost::asio::make_work_guard(io);
    io.restart();
    while (net.waiting() < waiting) io.run_one_for(std::chrono::seconds(10));
  }
  // Until nothing is in flight. The guard keeps the context alive while the store works.
  void run() {
    const auto guard = boost::asio::make_work_guard(io);
    io.restart();
    while (!loop->idle()) {
      if (io.poll() == 0 && !net.give_up()) io.run_one_for(std::chrono::seconds(10));
    }
  }
  std::vector<ChangeRow> change_rows() {
    std::vector<ChangeRow> out;
    const auto guard = boost::asio::make_work_guard(io);
    bool answered = false;
    store->ask<std::vector<ChangeRow>>(
        [](Database& database) { return read_changes(database, {}, 0, 100); },
        [this](std::function<void()> work) { boost::asio::post(io, std::move(work)); },
        [&](auto rows) {
          out = std::move(*rows);
          answered = true;
        });
    io.restart();
    while (!answered) io.run_one();
    return out;
  }
};

}  // namespace

TEST_CASE("loop: a sweep looks at every domain once and remembers") {
  Rig rig;
  rig.settings.max_in_flight = 7;
  for (int i = 0; i < 50; ++i) rig.add("d" + std::to_string(i) + ".test");
  rig.start();
  size_t sweeps = 0;
  rig.loop->on_sweep([&] { ++sweeps; });
  rig.sweep();
  CHECK(rig.reports == 50);
  CHECK(sweeps == 1);
  CHECK(rig.state->sweeps() == 1);
  CHECK(rig.state->count(DomainState::good) == 50);
  CHECK(rig.loop->counters().scans == 50);
  CHECK(rig.loop->counters().questions == 100);
  CHECK(rig.change_rows().empty());
}

TEST_CASE("loop: a quiet second sweep writes no change, a real one does") {
  Rig rig;
  for (int i = 0; i < 20; ++i) rig.add("d" + std::to_string(i) + ".test");
  rig.start();
  rig.sweep();
  rig.now += Seconds(3600);
  rig.sweep();  // every answer has another TTL
  CHECK(rig.changes == 0);
  CHECK(rig.change_rows().empty());
  CHECK(rig.state->sweeps() == 2);
  rig.net.texts[*Name::parse("d3.test")] = {"b"};
  rig.now += Seconds(3600);
  rig.sweep();
  const auto rows = rig.change_rows();
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].domain.text() == "d3.test");
  CHECK(rows[0].at == rig.now);
  CHECK(rows[0].summary == "records: [\"a\"] → [\"b\"]");
}

TEST_CASE("loop: a restart goes on where it was, unknown looks change nothing") {
  Rig rig;
  rig.add("a.test");
  rig.start();
  rig.sweep();
  rig.start();
  rig.now += Seconds(3600);
  rig.net.silent_every = 1;
  rig.sweep();
  CHECK(rig.changes == 0);
  CHECK(rig.state->find(rig.fleet[0].name)->summary->levels.at(0) == 1);  // carried
  rig.net.silent_every = 0;
  rig.net.texts.clear();
  rig.start();
  rig.sweep();
  CHECK(rig.changes == 1);
}

TEST_CASE("loop: 2,000 domains of which every fifth never answers") {
  Rig rig;
  for (int i = 0; i < 2000; ++i) rig.add("d" + std::to_string(i) + ".test");
  rig.net.silent_every = 5;
  rig.start();
  rig.sweep();
  CHECK(rig.reports == 2000);
  CHECK(rig.loop->counters().bugs == 0);
  CHECK(rig.state->count(DomainState::unknown) > 200);
  CHECK(rig.state->count(DomainState::good) > 1000);
  CHECK(rig.state->count(DomainState::good) + rig.state->count(DomainState::unknown) == 2000);
  CHECK(rig.net.most_waiting >= 2);
}

TEST_CASE("loop: a bug in a check or a comparison costs that look only") {
  Rig rig;
  rig.add("bug.test");
  rig.add("fine.test");
  rig.add("worse.test");
  rig.start();
  rig.sweep();
  CHECK(rig.reports == 3);
  CHECK(rig.state->find(*Name::parse("bug.test"))->summary->state == DomainState::unknown);
  rig.net.texts[*Name::parse("worse.test")] = {"b"};
  rig.sweep();
  CHECK(rig.loop->counters().bugs == 1);
  CHECK(rig.reports == 5);
  CHECK(rig.loop->in_flight() == 0);
}

TEST_CASE("loop: takes what is due, in the mode that its purpose asks for") {
  Rig rig;
  rig.add("a.test");
  rig.start();
  rig.schedule.set_domains({{.name = rig.fleet[0].name, .last_look = rig.now}}, rig.now);
  rig.loop->fill();
  CHECK(rig.loop->in_flight() == 0);
  rig.schedule.ask_at(rig.fleet[0].name, rig.now, Purpose::recheck);
  rig.loop->fill();
  CHECK(rig.loop->in_flight() == 1);
  rig.run();
  rig.schedule.ask_at(rig.fleet[0].name, rig.now, Purpose::confirmation);
  rig.loop->fill();
  rig.run();
  CHECK(rig.net.modes ==
        std::vector<AskMode>{AskMode::fresh, AskMode::fresh, AskMode::confirm, AskMode::confirm});
  rig.loop->halt();
  rig.schedule.ask_at(rig.fleet[0].name, rig.now, Purpose::recheck);
  rig.loop->fill();
  CHECK(rig.loop->in_flight() == 0);
}

TEST_CASE("snapshot: published when something changed, at most once a second") {
  MonitorState state(checks);
  state.set_fleet({FleetEntry(*Name::parse("b.test")), FleetEntry(*Name::parse("a.test"))});
  std::vector<SnapshotPtr> published;
  SnapshotBuilder builder([&](SnapshotPtr next) { published.push_back(std::move(next)); });
  std::chrono::steady_clock::time_point now{};
  const auto tick = [&](int milliseconds) {
    now += std::chrono::milliseconds(milliseconds);
    builder.tick(state, Time{}, now);
    return published.size();
  };
  CHECK(tick(0) == 1);
  CHECK(tick(5000) == 1);
  Posture posture{.at = Time(Seconds(5))};
  posture.standings.push_back({.check = "text",
                               .level = 1,
                               .seen = Time(Seconds(5)),
                               .findings = {{"x", Severity::advice, "", ""}}});
  const Glance glance = glance_of(*Name::parse("a.test"), posture);
  CHECK_FALSE(state.looked(*Name::parse("a.test"), glance, {}));
  CHECK(tick(1) == 2);
  CHECK(state.looked(*Name::parse("b.test"), glance, {}));
  CHECK(tick(999) == 2);
  CHECK(tick(1) == 3);
  CHECK_FALSE(published[1]->ready);
  CHECK(published[2]->ready);
  CHECK(published[2]->sweeps == 1);
  REQUIRE(published[2]->domains.size() == 2);
  const DomainSummary& first = *published[2]->domains[0];
  CHECK(first.name.text() == "a.test");
  CHECK(first.state == DomainState::attention);
  CHECK(first.levels == std::vector<int8_t>{1});
  CHECK(first.seen == std::vector<Time>{Time(Seconds(5))});
  CHECK(first.advices == 1);
  CHECK(first.last_look == Time(Seconds(5)));
  state.set_fleet({FleetEntry(*Name::parse("b.test")), FleetEntry(*Name::parse("c.test"))});
  CHECK_FALSE(state.looked(*Name::parse("a.test"), glance, {}));  // it left
  CHECK_FALSE(state.looked(*Name::parse("b.test"), glance, {}));
  CHECK(state.looked(*Name::parse("c.test"), glance, {}));
  CHECK(state.sweeps() == 2);
}

namespace {

DomainMemory remembered(Store& store, const Name& name) {
  return *wait_for<std::optional<DomainMemory>>(
      store, [name](Database& database) { return read_memory(database, name, checks); });
}

// Opts the domain out, as a person's word would.
Store::Work opt_out(const Name& name, Time at) {
  return [name, at](Database& database) {
    auto memory = read_memory(database, name, checks);
    if (!memory) return;
    ask_withdrawal(memory->trust, at);
    save_word(database, name, memory->watch, memory->trust, {}, at);
  };
}

}  // namespace

TEST_CASE("loop: a person's word and a look at the same time: neither undoes the other") {
  Rig rig;
  rig.add("a.test");
  const Name name = *Name::parse("a.test");
  rig.start();
  rig.sweep();
  REQUIRE(!remembered(*rig.store, name).trust.withdraw_asked);

  // The word comes while the look waits for the network.
  rig.net.silent_every = 1;
  rig.net.texts[name] = {"b"};
  rig.now += Seconds(60);
  rig.loop->look_at({name});
  rig.run_until_asked(2);
  bool taken = false;
  rig.loop->change({name}, opt_out(name, rig.now), [&](bool stored) { taken = stored; });
  rig.now += Seconds(1);
  rig.run();
  CHECK(taken);
  CHECK(remembered(*rig.store, name).trust.withdraw_asked == rig.now - Seconds(1));
  CHECK(rig.reports == 2);

  // It comes when the look has been judged and waits for the store, together with the next.
  rig.net.silent_every = 0;
  rig.now += Seconds(60);
  const Time asked = rig.now;
  rig.loop->listen([&](const LookReport&) {
    rig.loop->change({name},
                     [name, asked](Database& database) {
                       auto memory = read_memory(database, name, checks);
                       memory->trust.pins = {"said.test"};
                       save_word(database, name, memory->watch, memory->trust, {}, asked);
                     },
                     {});
  });
  rig.loop->look_at({name, name, name});
  rig.run();
  const DomainMemory after = remembered(*rig.store, name);
  CHECK(after.trust.pins == std::vector<std::string>{"said.test"});
  CHECK(after.trust.withdraw_asked);
  CHECK(after.trust.last_look == asked);  // nor is the look lost
}
