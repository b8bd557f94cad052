#include "tests/stories/play.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <fstream>

#include "checks/registry.h"
#include "monitor/log.h"
#include "monitor/monitor.h"
#include "monitor/snapshot_builder.h"
#include "monitor/store/database.h"
#include "monitor/telling.h"
#include "tests/scratch_folder.h"
#include "tests/stories/network.h"

namespace mailfleet::stories {
namespace {

namespace fs = std::filesystem;

// A story's day, far from any real one.
constexpr Time story_start{Seconds(1'893'974'400)};  // 2030-01-07T00:00:00Z
// A domain that asks for a look at once again and again has a bug.
constexpr int max_rounds = 10'000;

class Scratch {
 public:
  void write(const char* name, const std::string& text) const {
    std::ofstream(folder_.path() / name) << text;
  }
  const fs::path& folder() const { return folder_.path(); }

 private:
  ScratchFolder folder_{ScratchFolder::Kind::memory};  // every commit is flushed
};

std::string state_of(const RegressionView& view) {
  std::string out = view.state + " " + view.kind;
  if (!view.cause.empty()) return out + " " + view.cause;
  return out + (view.domain ? " " + view.domain->text() : "");
}

class Player {
 public:
  explicit Player(const Story& story)
      : story_(story),
        network_(story, story_start,
                 {.now = [this] { return now(); },
                  .elapsed = [this] { return Milliseconds(elapsed_); }}) {
    scratch_.write("config.toml", story.config);
    scratch_.write("fleet.csv", story.fleet);
    config_ = parse_config(story.config, scratch_.folder() / "config.toml");
    config_.monitor.data_dir = scratch_.folder() / "data";
  }

  Played run() {
    start();
    while (elapsed_ < story_.length) {
      elapsed_ = next();
      const bool acted = act();
      step(acted);
      look_around();
    }
    stop();
    out_.start = story_start;
    out_.alerts = receiver_.alerts();
    for (const std::string& each : receiver_.complaints()) out_.complaints.push_back(each);
    return std::move(out_);
  }

 private:
  Time now() const { return story_start + elapsed_ + skew_; }

  void start() {
    monitor_ = std::make_unique<Monitor>(io_, config_, load_fleet(config_.fleets),
                                         Outside{.now = [this] { return now(); },
                                                 .steady = [this] { return elapsed_; },
                                                 .prober = &network_});
    builder_ = std::make_unique<SnapshotBuilder>([this](SnapshotPtr next) { shown_ = next; });
    telling_ = std::make_unique<Telling>(
        io_, config_, *monitor_, *builder_, metrics_, "http://monitor.example/",
        [this](boost::asio::io_context&, const PostTarget&, const std::string&,
               const std::string& body, std::chrono::milliseconds, const auto& answer) {
          boost::asio::post(io_, [this, body, answer] { posted(body, answer); });
        });
    monitor_->schedule_all();
    monitor_->loop().listen([this](const LookReport& report) {
      telling_->looked(report);
      looked(report);
    });
    step();
    look_around();
  }

  // As a kill would leave it: what is on the disk is all that is left.
  void stop() {
    monitor_->loop().halt();
    telling_->stop();
    settle(true);
    telling_.reset();
    builder_.reset();
    monitor_.reset();
    io_.restart();
    io_.poll();
  }

  template <class Answer>
  void posted(const std::string& body, const Answer& answer) {
    if (!telling_) return;
    if (receiver_.down) return answer(0, "connection refused");
    receiver_.take(body, story_start + elapsed_, elapsed_);
    answer(200, "");
  }

  void looked(const LookReport& report) {
    out_.trust[report.name.text()] = to_text(report.entry.state);
    if (elapsed_ < story_.change_at) return;
    for (const Change& change : report.changes) out_.seen.insert(change.check + " " + change.kind);
    for (const Standing& standing : report.posture.standings)
      if (standing.unseen) out_.unseen.insert(std::string(standing.check));
  }

  // The moment when something may happen next.
  Seconds next() const {
    Seconds out = std::min(story_.length, elapsed_ + story_.tick);
    if (const auto due = monitor_->schedule().next_due())
      out = std::min(out, std::max(*due - story_start - skew_, elapsed_ + Seconds(1)));
    for (const Act& each : story_.acts)
      if (each.at > elapsed_) out = std::min(out, each.at);
    for (const Moment& each : story_.moments)
      if (each.at > elapsed_) out = std::min(out, each.at);
    return out;
  }

  void step(bool acted = false) {
    monitor_->loop().fill();
    telling_->tick(now());
    settle(acted);
    telling_->tick(now());  // what the looks led to
    settle();
    snapshot_time_ += std::chrono::seconds(1);
    builder_->tick(monitor_->state(), now(), snapshot_time_);
  }

  // Until nothing is in flight. Where nothing was begun, the store need not be waited for: that
  // costs a change of threads each time.
  void settle(bool begun = false) {
    const auto guard = boost::asio::make_work_guard(io_);
    for (int round = 0; round < max_rounds; ++round) {
      io_.restart();
      const bool ran = io_.poll() > 0;
      const bool told = monitor_->desk().version() != settled_version_;
      if (!begun && !told && !ran && monitor_->loop().idle()) return;
      settled_version_ = monitor_->desk().version();
      if (begun || told || !monitor_->loop().idle()) wait_for_store();
      begun = false;
    }
    throw std::runtime_error("the monitor never comes to rest");
  }

  void wait_for_store() {
    bool done = false;
    monitor_->store().run([](Database&) {}, post(), [&done](bool) { done = true; });
    io_.restart();
    while (!done) io_.run_one();
  }

  Store::Post post() {
    return [this](std::function<void()> work) { boost::asio::post(io_, std::move(work)); };
  }

  void look_around() {
    receiver_.look(story_start + elapsed_, elapsed_);
    if (!shown_) return;
    for (const RegressionView& each : shown_->regressions)
      out_.incidents.insert_or_assign(each.id, each);
    for (const Moment& moment : story_.moments) {
      if (moment.at != elapsed_) continue;
      std::vector<std::string> open;
      for (const RegressionView& each : shown_->regressions)
        if (!each.resolved_at) open.push_back(state_of(each));
      std::ranges::sort(open);
      out_.moments.push_back(std::move(open));
    }
  }

  bool act() {
    bool acted = false;
    for (const Act& each : story_.acts) {
      if (each.at != elapsed_) continue;
      act(each);
      acted = true;
    }
    return acted;
  }

  void act(const Act& act) {
    const std::string& what = act.what;
    if (what == "restart") {
      stop();
      start();
    } else if (what == "alertmanager-down" || what == "alertmanager-up") {
      receiver_.down = what == "alertmanager-down";
      receiver_.forgive();
    } else if (what == "read-only" || what == "writable") {
      query_only(what == "read-only");
    } else if (what == "clock") {
      skew_ += act.by;
      receiver_.forgive();
    } else if (what == "acknowledge") {
      acknowledge(act);
    } else if (what == "recheck") {
      monitor_->schedule().ask_at(*Name::parse(act.domain), now(), Purpose::recheck);
    } else {
      network(what);
    }
  }

  void network(const std::string& what) {
    const bool lost = what.ends_with("-lost");
    if (what.starts_with("dns")) network_.no_dns = lost;
    if (what.starts_with("port-25")) network_.no_smtp = lost;
    if (what.starts_with("ipv6")) network_.no_ipv6 = lost;
    if (what.starts_with("network"))
      network_.no_dns = network_.no_smtp = network_.no_https = network_.no_ipv6 = lost;
  }

  void query_only(bool on) {
    monitor_->store().run(
        [on](Database& database) {
          database.execute(on ? "PRAGMA query_only = ON" : "PRAGMA query_only = OFF");
        },
        post(), {});
  }

  void acknowledge(const Act& act) {
    for (const auto& [id, incident] : monitor_->desk().book().all()) {
      if (incident.kind != act.kind || incident.ended_at) continue;
      const Value body = Value::object(
          {{"by", "on call"}, {"reason", "agreed with the owner"}, {"regression", id}});
      const Name domain = act.domain.empty() ? *incident.domains.begin() : *Name::parse(act.domain);
      telling_->acknowledge(
          domain, {.client = "127.0.0.1", .body = body}, [this](const AdminResult& result) {
            if (result.status != 200)
              out_.complaints.push_back("act: not acknowledged: " + result.detail);
          });
      return;
    }
    out_.complaints.push_back("act: no open " + act.kind + " to acknowledge at " +
                              in_words(elapsed_));
  }

  const Story& story_;
  Scratch scratch_{};
  Config config_{};
  Seconds elapsed_{0};
  Seconds skew_{0};  // of the monitor's clock
  boost::asio::io_context io_{1};
  StoryNetwork network_;
  SelfMetrics metrics_{};
  Receiver receiver_{};
  Played out_{};
  SnapshotPtr shown_{};
  std::chrono::steady_clock::time_point snapshot_time_{};
  uint64_t settled_version_ = 0;  // of the desk
  std::unique_ptr<Monitor> monitor_{};
  std::unique_ptr<SnapshotBuilder> builder_{};
  std::unique_ptr<Telling> telling_{};
};

}  // namespace

Played play(const Story& story) {
  set_log(LogLevel::error, LogFormat::logfmt);
  Played out = Player(story).run();
  set_log(LogLevel::info, LogFormat::logfmt);
  return out;
}

}  // namespace mailfleet::stories
