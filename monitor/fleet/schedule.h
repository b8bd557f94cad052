// Which domain is to be looked at when. Pure: it is told the time.
//
// Each domain has a place of its own in the interval of its group, from a hash of its name, so that
// looks are spread evenly and stay so over restarts; each time it comes up to 5 % earlier or later.
// What is overdue (after a start, or because it was never seen) is spread again: never seen first,
// then the longest unseen, at no more than the usual rate, or five a second in a small fleet. A
// domain that could not be seen comes less often, up to four intervals or a day. Besides, looks can
// be asked for at a moment (a confirmation, a re-check): those go before all others.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

enum class Group : uint8_t { trusted, monitored, parked };  // trusted: suspended ones too
enum class Purpose : uint8_t { regular, recheck, confirmation };
enum class Sight : uint8_t { seen, unseen };

struct ScheduleSettings {
  Seconds monitored = std::chrono::hours(6);
  Seconds trusted = std::chrono::hours(1);
  Seconds parked = std::chrono::hours(24);
  bool operator==(const ScheduleSettings&) const = default;
};

struct ScheduledDomain {
  Name name;
  Group group = Group::monitored;
  std::optional<Time> last_look{};  // empty: never looked at
};

struct DueDomain {
  Name name;
  Purpose purpose = Purpose::regular;
};

class Schedule {
 public:
  explicit Schedule(const ScheduleSettings& settings) : settings_(settings) {}

  // Makes these the domains: at the start and on a reload. Known ones keep what was asked for and
  // whether they are being looked at; others go away.
  void set_domains(const std::vector<ScheduledDomain>& domains, Time now);
  void set_settings(const ScheduleSettings& settings, Time now);
  void set_group(const Name& name, Group group, Time now);  // nothing happens for an unknown name

  // Asks for a look at `at` (perhaps in the past). At most 16 wait for one domain; more are dropped
  // from the far end. Unknown names are ignored.
  void ask_at(const Name& name, Time at, Purpose purpose);

  // Takes up to `most` domains that are due, asked ones first. Each is then being looked at, and
  // does not come again before `done`.
  std::vector<DueDomain> take_due(Time now, size_t most);
  void done(const Name& name, Time now, Sight sight);
  // We could not see anything, and now can: those that were unseen are overdue.
  void forget_failures(Time now);

  std::optional<Time> next_due() const;  // empty: nothing waits
  size_t size() const { return domains_.size(); }
  size_t waiting(Time now) const;  // due and not taken, up to 10,000
  size_t running() const { return running_; }

 private:
  struct Asked {
    Time at{};
    Purpose purpose = Purpose::recheck;
  };
  struct State {
    uint64_t hash = 0;  // of the name
    Group group = Group::monitored;
    std::optional<Time> last_look{};
    Time regular{};              // in `regular_` unless being looked at
    std::vector<Asked> asked{};  // by time; the first is in `asked_` unless being looked at
    int failures = 0;            // looks in a row that saw nothing
    bool looking = false;
  };
  using Domains = std::map<Name, State>;
  using Key = std::tuple<Time, uint64_t, const Name*>;  // the hash makes ties fair and repeatable

  Seconds interval_of(Group group) const;
  Time slot_after(const State& state, Time earliest) const;
  Time regular_time(const State& state) const;
  void spread_overdue(std::vector<Domains::value_type*> overdue, Group group, Time now);
  void plan(const std::vector<Domains::value_type*>& domains, Time now);
  void queue(const Name& name, State& state);
  void unqueue(const Name& name, const State& state);
  void follow_clock(Time now);
  void take(Domains::iterator found, Time now, std::vector<DueDomain>& out);

  ScheduleSettings settings_;
  Domains domains_{};
  std::set<Key> regular_{};
  std::set<Key> asked_{};
  size_t running_ = 0;
  Time latest_{};  // that was seen
};

}  // namespace mailfleet
