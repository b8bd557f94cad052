// What is kept in memory of the whole fleet: for each domain its row of the list and the summary
// that outside readers see. Facts, findings and evidence stay in the store. Network thread.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "checks/base/check.h"
#include "exporter/snapshot.h"
#include "monitor/fleet/entry.h"
#include "monitor/watch/glance.h"

namespace mailfleet {

struct Watched {
  FleetEntry entry;
  DomainPtr summary;
  uint64_t looks = 0;  // since the start
};

class MonitorState {
 public:
  explicit MonitorState(std::span<const Check* const> checks) : checks_(checks) {}

  // Makes these the domains. Known ones keep what was seen of them.
  void set_fleet(std::vector<FleetEntry> entries);
  // The row of a domain that is watched has changed.
  void change_entry(const FleetEntry& entry);
  // What the store remembers of a domain of the fleet; others are ignored.
  void restore(const Name& name, const Glance& glance, TrustView trust);
  // A look has ended. True when it was the last of a sweep.
  bool looked(const Name& name, const Glance& glance, TrustView trust);

  const Watched* find(const Name& name) const;
  const std::map<Name, Watched>& domains() const { return domains_; }
  size_t count(DomainState state) const;
  // Times that every domain has been looked at since the start.
  uint64_t sweeps() const { return sweeps_; }
  bool restored() const { return restored_; }
  uint64_t version() const { return version_; }  // grows with each change

 private:
  void count_remaining();

  std::span<const Check* const> checks_;
  std::map<Name, Watched> domains_{};
  uint64_t sweeps_ = 0;
  size_t remaining_ = 0;  // domains that the sweep under way still lacks
  uint64_t version_ = 0;
  bool restored_ = false;
};

// What outside readers see of a domain at a glance. `glance` may be null: not looked at yet.
DomainSummary summary_of(const FleetEntry& entry, const Glance* glance, TrustView trust,
                         std::span<const Check* const> checks);

}  // namespace mailfleet
