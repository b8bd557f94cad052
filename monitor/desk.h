// Between looking and telling, for the whole fleet: gathers what the looks notice into incidents,
// doubts the monitor itself first, and keeps who must be told. Decides nothing itself
// (monitor/watch does). Network thread.
#pragma once

#include <functional>
#include <vector>

#include "exporter/snapshot.h"
#include "monitor/fleet/entry.h"
#include "monitor/watch/confirm.h"
#include "monitor/watch/fleet_health.h"
#include "monitor/watch/glance.h"
#include "monitor/watch/incident.h"

namespace mailfleet {

// Incidents that ended longer ago are dropped from memory; the store keeps them.
constexpr Seconds ended_incidents_shown{7 * 86400};

class Desk {
 public:
  using Tell = std::function<void(const Incident&)>;

  explicit Desk(const ConfirmSettings& settings)
      : settings_(settings), health_(settings.fleet_unknown_percent) {}
  void set_tell(Tell tell) { tell_ = std::move(tell); }
  void restore(std::vector<Incident> incidents);
  // Where a domain of the fleet stood when the monitor ended: what could not be seen then is not
  // seen now.
  void restore(const Name& domain, const Glance& glance);

  // Nothing may be confirmed now: the fleet is in doubt, a self-test failed, or the domain is under
  // announced maintenance.
  bool holds(const Name& domain, Time now) const;
  bool in_doubt() const;  // the fleet is in doubt, or a self-test failed
  void set_maintenance(std::function<bool(const Name&, Time)> is_announced) {
    is_announced_ = std::move(is_announced);
  }

  // What a look led to. The incidents that it changed, to be written in the look's transaction;
  // tell them once they are.
  std::vector<Incident> hear(const FleetEntry& entry, const LookOutcome& outcome,
                             const Posture& posture, Time now);
  void told(const std::vector<Incident>& incidents);
  // The same for what is about the monitor itself: called each second.
  std::vector<Incident> tick(Time now);
  // A self-test's outcome; whether it was good before. One that failed when the monitor ended
  // still fails until it is settled.
  bool self_test(const std::string& test, bool good);
  void no_self_test(const std::string& test) { self_tests_.erase(test); }
  void no_self_tests() { self_tests_.clear(); }
  // Raised by others: a held edition, a failing store.
  std::vector<Incident> raise_self(const std::string& kind, const std::string& evidence, Time now);
  std::vector<Incident> clear_self(const std::string& kind, Time now);

  // Domains that are no longer watched do not count for the fleet. What was told of them stands
  // until a person acknowledges it: they may only have slipped out of the list.
  void keep_only(const std::function<bool(const Name&)>& is_watched);
  // Empty when there is no such open incident.
  std::optional<Incident> acknowledge(int64_t id, const std::string& by, const std::string& reason,
                                      Time now);

  const IncidentBook& book() const { return book_; }
  std::vector<RegressionView> views() const;
  uint64_t version() const { return version_; }  // grows with each change

 private:
  std::string failed_tests() const;
  std::string unknown_figures(Time now);
  std::vector<int64_t> own_trouble(Time now);
  std::vector<int64_t> unseen_together(Time now);
  std::vector<Incident> copies(const std::vector<int64_t>& ids);

  ConfirmSettings settings_;
  FleetHealth health_;
  IncidentBook book_{};
  Tell tell_{};
  std::function<bool(const Name&, Time)> is_announced_{};
  std::map<std::string, bool> self_tests_{};
  std::vector<std::string> doubtful_{};  // as told last, and how
  std::string figures_{};
  std::optional<Time> doubtful_told_{};
  std::optional<Time> together_at_{};
  uint64_t version_ = 0;
};

}  // namespace mailfleet
