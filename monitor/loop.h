// Takes the domains that are due, keeps a number of scans in flight, and carries each look to its
// end: remember what was known, ask and judge, compare, write it down in one transaction, tell the
// state. Decides nothing. Network thread.
//
// A look that fails by a bug of ours, or because the store cannot be read, is logged and counted;
// the domain comes again and the others go on.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>

#include "monitor/desk.h"
#include "monitor/fleet/schedule.h"
#include "monitor/notice.h"
#include "monitor/prober.h"
#include "monitor/scan.h"
#include "monitor/state.h"
#include "monitor/store/looks.h"
#include "monitor/store/store.h"

namespace mailfleet {

struct LoopSettings {
  size_t max_in_flight = 500;  // scans
  Seconds scan_deadline{600};  // of one scan, absolute
  ConfirmSettings confirm{};
  TrustSettings trust{};
  // Hosts of an announced migration of the domain; may be empty.
  std::function<std::vector<std::string>(const Name&, Time)> announced_mx{};
  std::function<bool()> clock_is_good{};  // asked before each look; empty: it is
};

// A look that has ended, for whoever listens.
struct LookReport {
  const Name& name;
  const Posture& posture;
  const TrustView& trust;
  const std::vector<Change>& changes;
  const TrustEntry& entry;
  const std::optional<TrustTransition>& transition;
  const std::optional<RememberedPolicy>& remembered;
  size_t alerts = 0;
  size_t questions = 0;
  bool stored = false;  // on the disk
};

struct LoopCounters {
  uint64_t scans = 0;
  uint64_t changes = 0;
  uint64_t alerts = 0;
  uint64_t questions = 0;
  uint64_t bugs = 0;                                 // looks that ended with an exception of ours
  uint64_t skipped = 0;                              // looks that the store could not begin
  uint64_t unstored = 0;                             // looks that could not be written down
  std::array<uint64_t, decision_count> decisions{};  // at single checks, by Decision
};

class Loop {
 public:
  // Everything outlives the loop. `post` runs a function later on the network thread, `now` is the
  // wall clock.
  struct Parts {
    Store& store;
    Prober& prober;
    MonitorState& state;
    Schedule& schedule;
    Desk& desk;
    const Reference& reference;
    std::span<const Check* const> checks;
    Store::Post post;
    std::function<Time()> now;
  };
  using Listener = std::function<void(const LookReport&)>;

  Loop(Parts parts, LoopSettings settings)
      : parts_(std::move(parts)), settings_(std::move(settings)) {}

  void set_settings(LoopSettings settings) { settings_ = std::move(settings); }
  void listen(Listener listener) { listener_ = std::move(listener); }
  // A sweep has ended: every domain has been looked at once more.
  void on_sweep(std::function<void()> listener) { sweep_listener_ = std::move(listener); }

  // Starts what may be started now: called at each tick, and by the loop itself after each look.
  void fill();
  // Looks at these before anything that is scheduled.
  void look_at(const std::vector<Name>& names);
  // A person's word that changes what is remembered of these domains: `work` reads and writes it in
  // one transaction of the store, `done` hears whether it is on the disk. The only way to change it
  // beside a look: one that is under way reads again what the word left before it writes.
  void change(const std::vector<Name>& names, Store::Work work, Store::Done done);
  // Starts nothing more.
  void halt() { halted_ = true; }

  size_t in_flight() const { return running_.size(); }
  bool idle() const { return running_.empty() && asked_.empty(); }
  const LoopCounters& counters() const { return counters_; }

 private:
  struct Running;
  using RunningPtr = std::shared_ptr<Running>;

  bool may_look() const;
  void start(const DueDomain& due, bool scheduled);
  void recall(const RunningPtr& running, std::function<void()> then);
  void scan(const RunningPtr& running);
  void judged(const RunningPtr& running, ScanResult result);
  void compare(const RunningPtr& running, const std::shared_ptr<ScanResult>& result);
  Look look_of(const RunningPtr& running, ScanResult result);
  void accept_announced_mx(const Name& name, const ScanResult& result, DomainWatch& watch) const;
  void weigh_trust(const RunningPtr& running, const ScanResult& result, const LookContext& context,
                   Look& look);
  void saved(const RunningPtr& running, const std::shared_ptr<Look>& look, bool stored);
  void end(const RunningPtr& running, Sight sight);
  void guarded(const RunningPtr& running, const std::function<void()>& step);

  Parts parts_;
  LoopSettings settings_;
  Listener listener_{};
  std::function<void()> sweep_listener_{};
  std::deque<Name> asked_{};
  std::multimap<Name, RunningPtr> running_{};  // in flight
  bool halted_ = false;
  bool filling_ = false;
  LoopCounters counters_{};
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // what is posted outlives no loop
};

}  // namespace mailfleet
