// The monitor without its faces: memory, hands and loop, put together from a configuration. What
// `serve` and `scan` have in common. Network thread, which is the main one.
#pragma once

#include <boost/asio/io_context.hpp>
#include <deque>
#include <functional>
#include <memory>

#include "exporter/feed/documents.h"
#include "monitor/clock.h"
#include "monitor/config.h"
#include "monitor/data_lock.h"
#include "monitor/desk.h"
#include "monitor/fleet_files.h"
#include "monitor/loop.h"
#include "monitor/probe/prober.h"
#include "monitor/state.h"
#include "monitor/store/glances.h"
#include "monitor/store/store.h"
#include "monitor/store/words.h"
#include "monitor/watch/clock_watch.h"

namespace mailfleet {

// What the monitor meets outside. Stories bring their own.
struct Outside {
  std::function<Time()> now = wall_clock;
  std::function<Seconds()> steady = boot_clock;
  Prober* prober = nullptr;  // outlives the monitor; null: the network
};

class Monitor {
 public:
  // Takes the data directory, opens the store and takes up where it left off. Throws OperatorError,
  // StoreError and std::runtime_error, one line each. `io` outlives it.
  Monitor(boost::asio::io_context& io, const Config& config, LoadedFleet fleet,
          Outside outside = {});

  // Makes these the domains and their times. [resolver], [probe] and the store are those of the
  // start.
  void apply(const Config& config, LoadedFleet fleet);
  // Puts every domain on the schedule; without it only what is asked for is looked at.
  void schedule_all();

  Loop& loop() { return *loop_; }
  MonitorState& state() { return state_; }
  Store& store() { return store_; }
  Schedule& schedule() { return schedule_; }
  Desk& desk() { return desk_; }
  Prober& prober() { return prober_; }
  Time now() const { return now_(); }
  Seconds steady() const { return steady_(); }
  // Whether the wall clock can be believed; a reload says that it can. To be looked at each second.
  bool look_at_clock();
  bool clock_is_good() const;
  Time believed_now() const { return clock_->believed(now_(), steady_()); }
  // What a person said of a domain's agreement holds above the fleet list. It is looked at again.
  void agree(const AgreementRow& word);
  // Maintenance that was announced while we ran, beside that of the configuration.
  void announce(const MaintenanceRow& window) { announced_.push_back(window); }
  void end_window(int64_t id, Time at);
  bool has_window(int64_t id, Time now) const;  // open or ahead
  size_t windows(Time now) const;
  // What the store remembered of the domains on the trusted list; once.
  std::deque<DomainGlance> take_listed() { return std::move(listed_); }
  // Domains of the fleet of which TLS cannot be required, as remembered; once.
  std::vector<FeedException> take_exceptions() { return std::move(exceptions_); }
  const ProbeCounters& probe_counters() const;

 private:
  void restore();
  void restore(DomainGlance&& domain);
  void restore_words();
  std::vector<FleetEntry> with_words(std::vector<FleetEntry> entries) const;
  bool is_maintained(const Name& domain, Time now) const;
  std::vector<std::string> announced_mx(const Name& domain, Time now) const;
  template <class Window>
  bool covers(const Window& window, const Name& domain, Time now) const;
  LoopSettings settings_of(const Config& config) const;

  DataLock lock_;
  Store store_;
  Reference reference_;
  MonitorState state_;
  Schedule schedule_;
  std::function<Time()> now_;
  std::function<Seconds()> steady_;
  std::unique_ptr<NetworkProber> network_;  // null when somebody else is asked
  Prober& prober_;
  Desk desk_;
  std::vector<Maintenance> maintenances_{};    // of the configuration
  std::vector<MaintenanceRow> announced_{};    // by people, over the admin listener
  std::map<Name, AgreementRow> agreements_{};  // likewise
  std::deque<DomainGlance> listed_{};
  std::vector<FeedException> exceptions_{};
  std::optional<Time> remembered_{};  // the latest look that is written down
  std::optional<ClockWatch> clock_{};
  std::vector<Name> unsettled_{};  // were waiting for a confirming look when the monitor ended
  std::unique_ptr<Loop> loop_;
};

// The database file of [store] url, in the data directory when it is relative.
std::filesystem::path store_file(const Config& config);

}  // namespace mailfleet
