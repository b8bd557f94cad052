// Who has been told what: plans the posts to each Alertmanager. Pure; the sockets are sender.h's.
//
// Every member of a cluster is told by itself. A change is sent at once, everything open again each
// resend_interval. A member that fails is tried again with growing pauses, never longer than
// resend_interval; one that refuses a batch (400), or fails at it again and again, is sent its
// alerts one by one, so that a bad one never takes the good ones with it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exporter/alertmanager/alert.h"

namespace mailfleet {

constexpr size_t max_alerts_in_post = 64;
constexpr Seconds first_pause{1};
constexpr Seconds longest_pause{60};
constexpr int failures_until_single = 3;  // of batches in a row; then one by one

enum class PostOutcome : uint8_t { accepted, refused, failed };

struct DeliveryCounters {
  uint64_t sent = 0;     // alerts that a member accepted
  uint64_t failed = 0;   // alerts in posts that failed
  uint64_t refused = 0;  // alerts that a member would not take, or that we would not send
};

class Delivery {
 public:
  Delivery(std::vector<std::string> members, AlertSettings settings);

  // Takes the incident as it stands now; a change is due at once.
  void update(const Incident& incident, Time now);

  struct Post {
    std::string member{};
    std::vector<int64_t> incidents{};
    std::string body{};
  };
  // What to post now, at most one post a member that has none under way.
  // doubted: `now` may lie far behind; no open alert is given an end that may have passed.
  enum class ClockTrust : uint8_t { good, doubted };
  std::vector<Post> due(Time now, ClockTrust clock = ClockTrust::good);
  void ended(const Post& post, PostOutcome outcome, Time now);
  // When `due` is worth asking again.
  Time next_due(Time now) const;

  // Changes that some member has not accepted yet, and the moment of the oldest.
  size_t queued() const;
  std::optional<Time> oldest() const;
  const DeliveryCounters& counters() const { return counters_; }

 private:
  struct Told {
    uint64_t version = 0;
    Time at{};
    bool refused = false;  // until it changes
  };
  struct Member {
    std::map<int64_t, Told> told{};
    std::set<int64_t> on_the_way{};   // changes in the post that is under way
    std::map<int64_t, int> singly{};  // were in a bad batch; how often they failed alone
    int failures = 0;                 // of batches in a row
    bool under_way = false;
    Seconds pause{0};
    Time not_before{};
  };
  struct Held {
    Incident incident{};
    uint64_t version = 1;
    Time changed{};
  };
  static bool waits(const Member& member, const Held& held);
  bool is_due(const Member& member, const Held& held, Time now) const;
  std::vector<int64_t> choose(const Member& member, Time now) const;
  void refused(Member& member, const Post& post);
  void failed(Member& member, const Post& post, Time now);
  void forget_old(Time now);

  AlertSettings settings_;
  std::map<std::string, Member> members_{};
  std::map<int64_t, Held> held_{};
  DeliveryCounters counters_{};
};

}  // namespace mailfleet
