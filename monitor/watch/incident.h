// What is told to people: regressions gathered by what they share. Pure.
//
// Regressions with the same cause and kind are one incident, however many domains it touches; one
// without a cause stands alone. An incident's labels are fixed when it opens, so that the alert
// keeps its identity; growing worse closes it and opens its successor.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "monitor/watch/fleet_health.h"
#include "monitor/watch/regression.h"

namespace mailfleet {

struct Incident {
  int64_t id = 0;
  std::string kind{};
  std::string check{};
  std::string cause{};           // empty: the domain's own
  std::optional<Name> domain{};  // the only domain at opening
  std::string organisation{};    // of that domain; empty when there were several
  std::string contact{};         // likewise
  std::string sector{};          // shared by all at opening; else empty
  AlertLevel severity = AlertLevel::info;
  RegressionState state = RegressionState::suspected;
  std::set<Name> domains{};  // touched now
  std::string was{};
  std::string now{};
  std::string evidence{};  // what was seen, plain text
  Time since{};
  std::optional<Time> confirmed_at{};
  std::optional<Time> ended_at{};
  std::string ended_by{};  // who acknowledged, or "recovered", "superseded"
  std::string end_reason{};

  bool operator==(const Incident&) const = default;
};

// Whose domain it is, for the labels.
struct IncidentOwner {
  std::string organisation{};
  std::string sector{};
  std::string contact{};
};

class IncidentBook {
 public:
  // Takes up what a look at `domain` led to. Returns the ids of the incidents that changed in a way
  // that people must be told of, or that must be stored.
  std::vector<int64_t> apply(const Name& domain, const IncidentOwner& owner, const Notice& notice,
                             const std::string& evidence, Time now);
  // About the monitor itself: opens, or keeps open, an incident without a domain.
  std::vector<int64_t> raise_self(const std::string& kind, const std::string& evidence, Time now);
  bool is_open_self(const std::string& kind) const;
  std::vector<int64_t> clear_self(const std::string& kind, Time now);
  // Domains that cannot be seen for one cause: an information, no regression, and nobody's fault.
  // What is not among `together` any more has ended.
  std::vector<int64_t> unseen_together(const std::map<std::string, UnseenTogether>& together,
                                       Time now);
  // A domain left the fleet: it leaves its incidents.
  std::vector<int64_t> forget(const Name& domain, Time now);
  // Ends an open incident by a person's word. False when it is not open.
  bool acknowledge(int64_t id, const std::string& by, const std::string& reason, Time now);

  void restore(Incident incident);  // from the store
  const Incident* find(int64_t id) const;
  const std::map<int64_t, Incident>& all() const { return incidents_; }
  // Drops ended ones older than `before`.
  void prune(Time before);

 private:
  using Ids = std::vector<int64_t>;
  struct Seen;  // one notice with what goes with it
  Incident* open_of(const Name* domain, const Regression& regression);
  Incident& open_new(const Name* domain, const IncidentOwner& owner, const Regression& regression,
                     Time since);
  void suspect(Incident* open, const Seen& seen, Ids& changed);
  void confirm(Incident* open, const Seen& seen, Ids& changed);
  Incident& succeed(Incident& milder, const Seen& seen, Ids& changed);
  void leave(Incident& incident, const Name& domain, const std::string& why, Time now,
             Ids& changed);
  void end(Incident& incident, RegressionState state, const std::string& by, Time now);

  std::map<int64_t, Incident> incidents_{};
  std::map<std::string, int64_t> open_{};  // by what makes them one
  int64_t next_id_ = 1;
};

}  // namespace mailfleet
