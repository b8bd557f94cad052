#include "monitor/probe/resolver.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "checks/base/text.h"
#include "monitor/probe/unbound_thread.h"

namespace mailfleet {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A second try comes from a cache that does not remember the first one's failure.
ResolverPath path_of(AskMode mode, bool again, bool second_path) {
  const ResolverPath other = second_path ? ResolverPath::fresh : ResolverPath::confirm;
  switch (mode) {
    case AskMode::normal:
      return again ? ResolverPath::fresh : ResolverPath::cached;
    case AskMode::fresh:
      return again ? other : ResolverPath::fresh;
    case AskMode::confirm:
      return again && !second_path ? ResolverPath::fresh : ResolverPath::confirm;
  }
  return ResolverPath::cached;
}

std::string outcome_word(const DnsObservation& seen) {
  switch (seen.outcome) {
    case Outcome::answered:
      return "ok";
    case Outcome::absent:
      return "absent";
    case Outcome::bogus:
      return "bogus";
    default:
      return seen.status == DnsStatus::timeout   ? "timeout"
             : seen.status == DnsStatus::refused ? "refused"
                                                 : "servfail";
  }
}

}  // namespace

class Resolver::Desk : public std::enable_shared_from_this<Desk> {
 public:
  Desk(boost::asio::io_context& io, const ResolverSettings& settings, ProbeCounters& counters)
      : io_(io),
        timer_(io),
        timeout_(settings.timeout),
        second_path_(!settings.second_forward.empty()),
        counters_(counters) {}

  void start(const ResolverSettings& settings) {
    // The thread must not keep the desk alive, nor touch it: it only posts.
    thread_ = std::make_unique<UnboundThread>(settings, [&io = io_, weak = weak_from_this()] {
      boost::asio::post(io, [weak] {
        if (const auto self = weak.lock()) self->on_tray();
      });
    });
  }

  void stop() {
    thread_.reset();
    waiting_.clear();
    running_.clear();
    due_.clear();
    rearm();
  }

  void ask(const DnsQuestion& question, AskMode mode, Deadline deadline,
           std::function<void(DnsObservation)> answer) {
    waiting_.push_back(
        {.question = question, .mode = mode, .deadline = deadline, .answer = std::move(answer)});
    admit();
  }

 private:
  struct Query {
    DnsQuestion question;
    AskMode mode = AskMode::normal;
    Deadline deadline{};
    std::function<void(DnsObservation)> answer{};
    Clock::time_point began{};
    Clock::time_point due{};  // when it is looked at again, unless an answer comes first
    bool again = false;       // this is the second try
    bool resting = false;     // between the tries
  };

  void admit() {
    while (!waiting_.empty() && running_.size() < limits::dns_outstanding) {
      Query query = std::move(waiting_.front());
      waiting_.pop_front();
      query.began = Clock::now();
      const uint64_t id = ++last_id_;
      Query& placed = running_.emplace(id, std::move(query)).first->second;
      // Waited past its deadline for a place: that was us, not them.
      if (placed.began >= placed.deadline) {
        boost::asio::post(io_, [self = shared_from_this(), id] {
          self->finish(id, {.outcome = Outcome::failed,
                            .status = DnsStatus::timeout,
                            .why = "our queue was too long"});
        });
        continue;
      }
      send(id, placed);
    }
    counters_.queues["dns-waiting"] = waiting_.size();
    counters_.queues["dns-outstanding"] = running_.size();
  }

  void send(uint64_t id, Query& query) {
    ++counters_.resolver_queries;
    query.resting = false;
    thread_->ask(id, query.question, path_of(query.mode, query.again, second_path_));
    wait_until(id, query, std::min(query.deadline, query.began + timeout_));
  }

  void wait_until(uint64_t id, Query& query, Clock::time_point when) {
    due_.erase({query.due, id});
    query.due = when;
    due_.emplace(when, id);
    rearm();
  }

  // One timer serves all questions, and is touched only when the earliest moves forward: a timer a
  // question would be a system call a question. With nothing due it must not keep the loop alive.
  void rearm() {
    if (due_.empty()) {
      armed_ = Clock::time_point::max();
      timer_.cancel();
      return;
    }
    if (due_.begin()->first >= armed_) return;
    armed_ = due_.begin()->first;
    timer_.expires_at(armed_);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
      if (error) return;
      if (const auto self = weak.lock()) self->on_timer();
    });
  }

  void on_timer() {
    armed_ = Clock::time_point::max();
    const auto now = Clock::now();
    while (!due_.empty() && due_.begin()->first <= now) {
      const uint64_t id = due_.begin()->second;
      due_.erase(due_.begin());
      on_time(id);
    }
    rearm();
  }

  void on_time(uint64_t id) {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    if (found->second.resting) return send(id, found->second);
    thread_->cancel(id);
    finish(id,
           {.outcome = Outcome::failed, .status = DnsStatus::timeout, .why = "no answer in time"});
  }

  void on_tray() {
    if (!thread_) return;
    for (const WireAnswer& answer : thread_->take()) on_wire(answer);
  }

  void on_wire(const WireAnswer& answer) {
    const auto found = running_.find(answer.id);
    if (found == running_.end() || found->second.resting) return;
    Query& query = found->second;
    DnsObservation seen = answer.delivered
                              ? read_dns_packet(answer.packet, query.question, answer.validation)
                              : DnsObservation{.outcome = Outcome::failed,
                                               .status = DnsStatus::servfail,
                                               .why = for_display(answer.validation.why_bogus)};
    if (seen.outcome == Outcome::failed && !query.again && rest(answer.id, query)) return;
    finish(answer.id, std::move(seen));
  }

  // A pause with jitter before the second try, when there is time for one.
  bool rest(uint64_t id, Query& query) {
    const auto pause = milliseconds(std::uniform_int_distribution<int>(100, 400)(random_));
    const auto end = std::min(query.deadline, query.began + timeout_);
    if (Clock::now() + 2 * pause >= end) return false;
    ++counters_.resolver_retries;
    query.again = query.resting = true;
    wait_until(id, query, Clock::now() + pause);
    return true;
  }

  void finish(uint64_t id, DnsObservation seen) {
    auto node = running_.extract(id);
    if (node.empty()) return;
    Query query = std::move(node.mapped());
    due_.erase({query.due, id});
    if (due_.empty()) rearm();
    ++counters_.probes[{"dns", outcome_word(seen)}];
    counters_.durations["dns"].add(Clock::now() - query.began);
    admit();
    query.answer(std::move(seen));
  }

  boost::asio::io_context& io_;
  boost::asio::steady_timer timer_;
  Clock::time_point armed_ = Clock::time_point::max();
  std::set<std::pair<Clock::time_point, uint64_t>> due_{};
  const milliseconds timeout_;
  const bool second_path_;
  ProbeCounters& counters_;
  std::unique_ptr<UnboundThread> thread_{};
  std::deque<Query> waiting_{};
  std::map<uint64_t, Query> running_{};
  uint64_t last_id_ = 0;
  std::minstd_rand random_{std::random_device{}()};
};

Resolver::Resolver(boost::asio::io_context& io, const ResolverSettings& settings,
                   ProbeCounters& counters)
    : desk_(std::make_shared<Desk>(io, settings, counters)) {
  desk_->start(settings);
}

Resolver::~Resolver() { desk_->stop(); }

void Resolver::ask(const DnsQuestion& question, AskMode mode, Deadline deadline,
                   std::function<void(DnsObservation)> answer) {
  desk_->ask(question, mode, deadline, std::move(answer));
}

}  // namespace mailfleet
