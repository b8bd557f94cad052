#include "monitor/probe/https_desk.h"

#include <algorithm>
#include <array>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <vector>

#include "monitor/probe/https_fetch.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::steady_timer;
using Answer = std::function<void(HttpsObservation)>;

HttpsObservation our_load(std::string why) {
  return {.outcome = Outcome::failed, .reason = HttpsReason::our_load, .why = std::move(why)};
}

// Reasons that our own lateness can cause.
bool depends_on_time(HttpsReason reason) {
  return reason == HttpsReason::timeout || reason == HttpsReason::slow ||
         reason == HttpsReason::tls_error || reason == HttpsReason::bad_http;
}

std::string word(const HttpsObservation& seen) {
  constexpr std::array<const char*, 11> words{"ok",          "refused",    "timeout",  "tls-error",
                                              "certificate", "http-error", "redirect", "too-large",
                                              "slow",        "bad-http",   "our-load"};
  return words[static_cast<size_t>(seen.reason)];
}

struct Waiter {
  uint64_t id = 0;
  Answer answer{};
  std::unique_ptr<Timer> timer{};
};

struct Job {
  HttpsQuestion question;
  AskMode mode = AskMode::normal;
  std::vector<Waiter> waiters{};
  bool running = false;
  bool requeued = false;  // once, when our loop was late
};
using JobPtr = std::shared_ptr<Job>;

struct Remembered {
  HttpsObservation seen{};
  Clock::time_point at{};
};

}  // namespace

class HttpsDesk::Work : public std::enable_shared_from_this<Work> {
 public:
  explicit Work(ProbePartsPtr parts)
      : parts_(std::move(parts)), places_(limits::https_concurrent) {}

  void stop() {
    jobs_.clear();
    places_.clear();
  }

  void ask(const HttpsQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
    if (mode == AskMode::normal) {
      if (const HttpsObservation* known = remembered(question)) {
        ++parts_->counters.answered_from_memory;
        return answer(*known);
      }
    }
    const auto key = std::make_pair(question, mode);
    const auto found = jobs_.find(key);
    const bool joins =
        found != jobs_.end() && (mode != AskMode::confirm || !found->second->running);
    const JobPtr job =
        joins ? found->second : std::make_shared<Job>(Job{.question = question, .mode = mode});
    add_waiter(job, deadline, std::move(answer));
    if (joins) return;
    jobs_.insert_or_assign(key, job);
    enqueue(job);
  }

 private:
  bool serves(const Remembered& known) const {
    const auto age = Clock::now() - known.at;
    return known.seen.reason == HttpsReason::ok ? age < parts_->settings.policy_interval
                                                : age < parts_->settings.https_retry;
  }

  const HttpsObservation* remembered(const HttpsQuestion& question) const {
    const auto found = memory_.find(question);
    return found != memory_.end() && serves(found->second) ? &found->second.seen : nullptr;
  }

  void remember(const HttpsQuestion& question, const HttpsObservation& seen) {
    if (seen.outcome != Outcome::answered) return;
    if (memory_.size() >= limits::remembered_endpoints) {
      std::erase_if(memory_, [&](const auto& entry) { return !serves(entry.second); });
      if (memory_.size() >= limits::remembered_endpoints) memory_.erase(memory_.begin());
    }
    memory_.insert_or_assign(question, Remembered{.seen = seen, .at = Clock::now()});
  }

  void add_waiter(const JobPtr& job, Deadline deadline, Answer answer) {
    const uint64_t id = ++last_waiter_;
    auto timer = std::make_unique<Timer>(parts_->io);
    timer->expires_at(std::min(deadline, Clock::now() + parts_->settings.queue_patience));
    timer->async_wait([weak = weak_from_this(), job, id](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) give_up(*job, id);
    });
    job->waiters.push_back({.id = id, .answer = std::move(answer), .timer = std::move(timer)});
  }

  static void give_up(Job& job, uint64_t id) {
    const auto found = std::ranges::find(job.waiters, id, &Waiter::id);
    if (found == job.waiters.end()) return;
    const Answer answer = std::move(found->answer);
    job.waiters.erase(found);
    answer(our_load("waited too long for its turn"));
  }

  void enqueue(const JobPtr& job) {
    places_.acquire([weak = weak_from_this(), job] {
      const auto self = weak.lock();
      if (!self) return;
      if (job->waiters.empty()) return self->leave(job);
      self->parts_->sockets.acquire([weak, job] {
        if (const auto again = weak.lock()) again->begin(job);
      });
    });
    parts_->counters.queues["https-waiting"] = places_.waiting();
  }

  void leave(const JobPtr& job) {
    forget(job);
    places_.release();
    parts_->counters.queues["https-waiting"] = places_.waiting();
  }

  void begin(const JobPtr& job) {
    job->running = true;
    parts_->lag.enter();
    Target target{.address = job->question.address, .port = parts_->settings.reach.https_port};
    for (const Address& source : parts_->settings.source_addresses)
      if (!target.source && source.is_v4() == target.address.is_v4()) target.source = source;
    fetch_https(parts_, job->question, target,
                [weak = weak_from_this(), job](HttpsFetched fetched) {
                  if (const auto self = weak.lock()) self->on_fetched(job, std::move(fetched));
                });
  }

  void on_fetched(const JobPtr& job, HttpsFetched fetched) {
    HttpsObservation& seen = fetched.observation;
    const bool lagged = parts_->lag.lagged_since(fetched.began);
    parts_->lag.leave();
    parts_->sockets.release();
    job->running = false;
    ++parts_->counters.probes[{"https", word(seen)}];
    parts_->counters.durations["https"].add(Clock::now() - fetched.began);
    if (lagged && depends_on_time(seen.reason)) {
      ++parts_->counters.requeued_for_lag;
      if (!job->requeued) {
        job->requeued = true;
        places_.release();
        return enqueue(job);
      }
      seen = our_load("our event loop was late");
    }
    remember(job->question, seen);
    const std::vector<Waiter> waiters = std::move(job->waiters);
    job->waiters.clear();
    leave(job);
    for (const Waiter& waiter : waiters) waiter.timer->cancel();
    for (const Waiter& waiter : waiters) waiter.answer(seen);
  }

  void forget(const JobPtr& job) {
    const auto found = jobs_.find({job->question, job->mode});
    if (found != jobs_.end() && found->second == job) jobs_.erase(found);
  }

  ProbePartsPtr parts_;
  Slots places_;
  std::map<std::pair<HttpsQuestion, AskMode>, JobPtr> jobs_{};
  std::map<HttpsQuestion, Remembered> memory_{};
  uint64_t last_waiter_ = 0;
};

HttpsDesk::HttpsDesk(ProbePartsPtr parts) : work_(std::make_shared<Work>(std::move(parts))) {}

HttpsDesk::~HttpsDesk() { work_->stop(); }

void HttpsDesk::ask(const HttpsQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
  work_->ask(question, mode, deadline, std::move(answer));
}

}  // namespace mailfleet
