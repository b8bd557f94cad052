#include "monitor/probe/smtp_desk.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <vector>

#include "monitor/probe/address_lane.h"
#include "monitor/probe/smtp_probe.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
using Timer = boost::asio::steady_timer;
using Answer = std::function<void(SmtpObservation)>;

SmtpObservation our_load(std::string why) {
  return {.outcome = Outcome::failed, .reason = SmtpReason::our_load, .why = std::move(why)};
}

// Reasons that our own lateness can cause.
bool depends_on_time(SmtpReason reason) {
  return reason == SmtpReason::timeout || reason == SmtpReason::handshake_timeout ||
         reason == SmtpReason::closed;
}

struct Waiter {
  uint64_t id = 0;
  Answer answer{};
  std::unique_ptr<Timer> timer{};
};

// One thing to find out, for everybody who asked for it.
struct Job {
  SmtpQuestion question;
  AskMode mode = AskMode::normal;
  std::vector<Waiter> waiters{};
  Clock::time_point asked{};
  bool running = false;
  bool requeued = false;                   // once, when our loop was late
  std::optional<SmtpObservation> basic{};  // a deep scan's first session
  std::optional<TlsScan> scan{};           // and what it still wants to know

  bool wants_session() const { return !basic || (scan && scan->next()); }
  SmtpObservation result() const {
    SmtpObservation out = *basic;
    if (scan) out.support = scan->support();
    return out;
  }
};
using JobPtr = std::shared_ptr<Job>;
using JobKey = std::pair<SmtpQuestion, AskMode>;

struct Lane {
  AddressLane rules{};
  std::deque<JobPtr> waiting{};  // first come, first served
  std::unique_ptr<Timer> timer{};
};

struct Remembered {
  SmtpObservation seen{};
  std::optional<int> dh_bits{};
  Clock::time_point at{};
};

}  // namespace

bool is_conclusive(const SmtpObservation& seen) {
  if (seen.outcome != Outcome::answered) return false;
  switch (seen.reason) {
    case SmtpReason::none:
    case SmtpReason::not_offered:
    case SmtpReason::masked:
    case SmtpReason::starttls_5xx:
    case SmtpReason::injection:
    case SmtpReason::handshake_failed:
      return true;
    default:
      return false;
  }
}

class SmtpDesk::Work : public std::enable_shared_from_this<Work> {
 public:
  explicit Work(ProbePartsPtr parts) : parts_(std::move(parts)) {
    const ProbeSettings& settings = parts_->settings;
    policy_ = {.sessions = settings.per_address_per_minute,
               .window = settings.rate_window,
               .first_rest = std::min(settings.endpoint_period, settings.back_off_longest),
               .longest_rest = settings.back_off_longest};
  }

  void stop() {
    jobs_.clear();
    lanes_.clear();
  }

  void ask(const SmtpQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
    if (mode == AskMode::normal) {
      if (const SmtpObservation* known = remembered(question)) {
        ++parts_->counters.answered_from_memory;
        return answer(*known);
      }
      const auto lane = lanes_.find(question.address);
      if (lane != lanes_.end() && lane->second.rules.resting(Clock::now()))
        return answer(our_load("the server asked for a rest"));
    }
    const JobPtr job = job_for(question, mode);
    if (!job) return answer(our_load("too many questions wait for this address"));
    add_waiter(job, deadline, std::move(answer));
    serve(question.address);
  }

 private:
  // ---- memory

  std::chrono::milliseconds lifetime(const SmtpQuestion& question, const SmtpObservation& seen) {
    const bool deep = question.depth == SmtpDepth::deep && is_conclusive(seen);
    return deep ? parts_->settings.deep_interval : parts_->settings.endpoint_period;
  }

  const SmtpObservation* remembered(const SmtpQuestion& question) {
    const auto found = memory_.find(question);
    const auto now = Clock::now();
    if (found != memory_.end()) {
      const SmtpObservation& seen = found->second.seen;
      const auto lane = lanes_.find(question.address);
      const bool resting = lane != lanes_.end() && lane->second.rules.resting(now);
      if (resting || now < found->second.at + lifetime(question, seen)) return &seen;
    }
    return nullptr;
  }

  void remember(const SmtpQuestion& question, const SmtpObservation& seen,
                std::optional<int> dh_bits = {}) {
    if (seen.outcome != Outcome::answered) return;
    tidy();
    memory_.insert_or_assign(question,
                             Remembered{.seen = seen, .dh_bits = dh_bits, .at = Clock::now()});
  }

  void tidy() {
    if (std::max(memory_.size(), lanes_.size()) < limits::remembered_endpoints) return;
    const auto now = Clock::now();
    std::erase_if(memory_, [&](const auto& entry) {
      return now >= entry.second.at + lifetime(entry.first, entry.second.seen);
    });
    std::erase_if(lanes_, [&](const auto& entry) {
      return entry.second.waiting.empty() && entry.second.rules.idle(now, policy_);
    });
    if (memory_.size() >= limits::remembered_endpoints) memory_.erase(memory_.begin());
  }

  // A deep scan begins with the same session as a basic look; one that is fresh enough serves.
  bool begin_from_memory(Job& job) {
    if (job.question.depth == SmtpDepth::basic || job.basic) return false;
    SmtpQuestion shallow = job.question;
    shallow.depth = SmtpDepth::basic;
    const auto found = memory_.find(shallow);
    if (found == memory_.end()) return false;
    const Remembered& known = found->second;
    const bool fresh = job.mode == AskMode::normal
                           ? Clock::now() < known.at + parts_->settings.endpoint_period
                           : known.at >= job.asked;
    if (fresh) take_basic(job, known.seen, known.dh_bits);
    return fresh;
  }

  static void take_basic(Job& job, const SmtpObservation& seen, std::optional<int> dh_bits) {
    job.basic = seen;
    if (job.question.depth == SmtpDepth::deep && seen.reason == SmtpReason::none && seen.tls)
      job.scan.emplace(job.question.host, *seen.tls, dh_bits);
  }

  // ---- who asks for what

  // An open job that answers this question too, or a new one; null when the line is full.
  JobPtr job_for(const SmtpQuestion& question, AskMode mode) {
    for (const AskMode other : {mode, AskMode::fresh, AskMode::confirm}) {
      if (other != mode && mode != AskMode::normal) continue;
      const auto found = jobs_.find({question, other});
      // A confirmation wants a session that begins after it was asked for.
      if (found != jobs_.end() && (mode != AskMode::confirm || !found->second->running))
        return found->second;
    }
    Lane& lane = lanes_[question.address];
    if (lane.waiting.size() >= limits::queued_per_address) return nullptr;
    auto job =
        std::make_shared<Job>(Job{.question = question, .mode = mode, .asked = Clock::now()});
    jobs_.insert_or_assign({question, mode}, job);
    lane.waiting.push_back(job);
    return job;
  }

  void add_waiter(const JobPtr& job, Deadline deadline, Answer answer) {
    const uint64_t id = ++last_waiter_;
    auto timer = std::make_unique<Timer>(parts_->io);
    timer->expires_at(std::min(deadline, Clock::now() + parts_->settings.queue_patience));
    timer->async_wait([weak = weak_from_this(), job, id](const boost::system::error_code& error) {
      if (const auto self = weak.lock(); self && !error) self->give_up(job, id);
    });
    job->waiters.push_back({.id = id, .answer = std::move(answer), .timer = std::move(timer)});
  }

  // This waiter's time is up. What is known by now is better than nothing; the work goes on for
  // the others and for the memory, unless it has not begun and nobody else wants it.
  void give_up(const JobPtr& job, uint64_t id) {
    const auto found = std::ranges::find(job->waiters, id, &Waiter::id);
    if (found == job->waiters.end()) return;
    const Answer answer = std::move(found->answer);
    job->waiters.erase(found);
    if (job->waiters.empty() && !job->running && (!job->basic || job->mode != AskMode::normal)) {
      std::erase(lanes_[job->question.address].waiting, job);
      forget(job);
      serve(job->question.address);
    }
    answer(job->basic ? job->result() : our_load("waited too long for its turn"));
  }

  void forget(const JobPtr& job) {
    const auto found = jobs_.find({job->question, job->mode});
    if (found != jobs_.end() && found->second == job) jobs_.erase(found);
  }

  // ---- one address

  void serve(const Address& address) {
    note_queues();
    const auto found = lanes_.find(address);
    if (found == lanes_.end()) return;
    Lane& lane = found->second;
    const auto now = Clock::now();
    if (lane.waiting.empty()) {
      lane.timer.reset();  // nobody left to wait for
      if (lane.rules.idle(now, policy_)) lanes_.erase(found);
      return;
    }
    const auto free_at = lane.rules.free_at(now, policy_);
    if (free_at == Clock::time_point::max()) return;  // the running session comes back here
    if (free_at > now) return wait_for_lane(lane, address, free_at);
    JobPtr job = lane.waiting.front();
    lane.waiting.pop_front();
    begin_from_memory(*job);
    const bool stay_away = job->mode == AskMode::normal && lane.rules.resting(now);
    if (stay_away && !job->basic) job->basic = our_load("the server asked for a rest");
    if (job->basic && (stay_away || !job->wants_session())) return complete_later(job);
    lane.rules.began(now, policy_);
    job->running = true;
    parts_->sockets.acquire([weak = weak_from_this(), job] {
      if (const auto self = weak.lock()) self->begin(job);
    });
  }

  void wait_for_lane(Lane& lane, const Address& address, Clock::time_point until) {
    if (!lane.timer) lane.timer = std::make_unique<Timer>(parts_->io);
    lane.timer->expires_at(until);
    lane.timer->async_wait(
        [weak = weak_from_this(), address](const boost::system::error_code& error) {
          if (const auto self = weak.lock(); self && !error) self->serve(address);
        });
  }

  void begin(const JobPtr& job) {
    ++sessions_;
    parts_->lag.enter();
    SmtpVisit visit{.host = job->question.host,
                    .target = {.address = job->question.address,
                               .port = parts_->settings.reach.smtp_port,
                               .source = source_for(*job)}};
    if (job->scan) visit.attempt = job->scan->next();
    visit_smtp(parts_, std::move(visit), [weak = weak_from_this(), job](SmtpVisited visited) {
      if (const auto self = weak.lock()) self->on_visited(job, std::move(visited));
    });
  }

  // A confirmation comes from a second address of ours when there is one.
  std::optional<Address> source_for(const Job& job) const {
    std::optional<Address> chosen;
    for (const Address& source : parts_->settings.source_addresses) {
      if (source.is_v4() != job.question.address.is_v4()) continue;
      if (chosen && job.mode == AskMode::confirm) return source;
      if (!chosen) chosen = source;
    }
    return chosen;
  }

  void on_visited(const JobPtr& job, SmtpVisited visited) {
    --sessions_;
    const bool lagged = parts_->lag.lagged_since(visited.began);
    parts_->lag.leave();
    parts_->sockets.release();
    count(*job, visited);
    const Address address = job->question.address;
    lanes_[address].rules.ended(Clock::now(), visited.asked_to_go_away, policy_);
    if (wants_more(job, visited, lagged)) {
      job->running = false;
      lanes_[address].waiting.push_back(job);
    } else {
      complete(job);
    }
    serve(address);
  }

  // Takes in what a session brought; true when the job needs another one.
  bool wants_more(const JobPtr& job, SmtpVisited& visited, bool lagged) {
    if (job->scan) {
      if (visited.asked_to_go_away) return false;  // what was not tested stays out
      if (lagged) visited.answer = TlsAnswer::inconclusive;
      add_attempt(*job->scan, visited);
      return job->wants_session() && (job->mode == AskMode::normal || !job->waiters.empty());
    }
    if (lagged && depends_on_time(visited.observation.reason)) {
      ++parts_->counters.requeued_for_lag;
      job->basic = our_load("our event loop was late");
      if (!job->requeued) {
        job->requeued = true;
        job->basic.reset();
        return true;
      }
      return false;
    }
    SmtpQuestion shallow = job->question;
    shallow.depth = SmtpDepth::basic;
    remember(shallow, visited.observation, visited.dh_bits);
    take_basic(*job, visited.observation, visited.dh_bits);
    return job->wants_session();
  }

  static void add_attempt(TlsScan& scan, const SmtpVisited& visited) {
    if (!scan.next()->hello.empty()) return scan.add(visited.hello);
    scan.add(visited.answer, visited.observation.tls.value_or(TlsSession{}), visited.dh_bits);
  }

  void complete(const JobPtr& job) {
    job->running = false;
    const SmtpObservation result = job->result();
    // A scan that was broken off must be made again.
    if (job->question.depth == SmtpDepth::deep && !job->wants_session())
      remember(job->question, result);
    forget(job);
    const std::vector<Waiter> waiters = std::move(job->waiters);
    job->waiters.clear();
    for (const Waiter& waiter : waiters) waiter.timer->cancel();
    for (const Waiter& waiter : waiters) waiter.answer(result);
  }

  // From the event loop, since serve() may run inside ask().
  void complete_later(const JobPtr& job) {
    boost::asio::post(parts_->io, [weak = weak_from_this(), job] {
      const auto self = weak.lock();
      if (!self) return;
      self->complete(job);
      self->serve(job->question.address);
    });
  }

  // ---- counting

  void count(const Job& job, const SmtpVisited& visited) {
    const std::string kind = job.scan ? "smtp-deep" : "smtp";
    const SmtpReason reason = visited.observation.reason;
    const std::string word(to_text(reason));
    ++parts_->counters.probes[{kind, word.empty() ? "ok" : word}];
    parts_->counters.durations[kind].add(visited.known - visited.began);
  }

  void note_queues() {
    auto& queues = parts_->counters.queues;
    queues["smtp-questions"] = jobs_.size();
    queues["smtp-sessions"] = sessions_;
    queues["sockets-waiting"] = parts_->sockets.waiting();
    queues["handshakes-waiting"] = parts_->handshakes.waiting();
  }

  ProbePartsPtr parts_;
  LanePolicy policy_{};
  std::map<JobKey, JobPtr> jobs_{};
  std::map<Address, Lane> lanes_{};
  std::map<SmtpQuestion, Remembered> memory_{};
  size_t sessions_ = 0;
  uint64_t last_waiter_ = 0;
};

SmtpDesk::SmtpDesk(ProbePartsPtr parts) : work_(std::make_shared<Work>(std::move(parts))) {}

SmtpDesk::~SmtpDesk() { work_->stop(); }

void SmtpDesk::ask(const SmtpQuestion& question, AskMode mode, Deadline deadline, Answer answer) {
  work_->ask(question, mode, deadline, std::move(answer));
}

}  // namespace mailfleet
