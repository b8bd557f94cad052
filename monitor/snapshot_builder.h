// Makes the Snapshot that the web thread reads, at most once a period and only when something
// changed. Network thread; the web thread gets each finished one whole.
#pragma once

#include <chrono>
#include <functional>

#include "exporter/snapshot.h"
#include "monitor/state.h"

namespace mailfleet {

constexpr std::chrono::seconds least_snapshot_period{1};

class SnapshotBuilder {
 public:
  using Publish = std::function<void(SnapshotPtr)>;

  explicit SnapshotBuilder(Publish publish) : publish_(std::move(publish)) {}

  void set_regressions(std::vector<RegressionView> regressions);
  void set_feed(FeedView feed);
  // Publishes when there is news and the last one is old enough. `at` is the wall clock.
  void tick(const MonitorState& state, Time at, std::chrono::steady_clock::time_point now);

 private:
  Publish publish_;
  std::vector<RegressionView> regressions_{};
  FeedView feed_{};
  bool news_ = true;
  uint64_t version_ = 0;  // of the state that was published last
  std::optional<std::chrono::steady_clock::time_point> published_{};
};

}  // namespace mailfleet
