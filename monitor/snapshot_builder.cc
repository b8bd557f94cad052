#include "monitor/snapshot_builder.h"

namespace mailfleet {

void SnapshotBuilder::set_regressions(std::vector<RegressionView> regressions) {
  regressions_ = std::move(regressions);
  news_ = true;
}

void SnapshotBuilder::set_feed(FeedView feed) {
  feed_ = std::move(feed);
  news_ = true;
}

void SnapshotBuilder::tick(const MonitorState& state, Time at,
                           std::chrono::steady_clock::time_point now) {
  if (!news_ && version_ == state.version()) return;
  if (published_ && now - *published_ < least_snapshot_period) return;
  auto next = std::make_shared<Snapshot>();
  next->at = at;
  next->sweeps = state.sweeps();
  next->ready = state.sweeps() > 0 || state.restored();
  next->domains.reserve(state.domains().size());
  for (const auto& [name, watched] : state.domains()) next->domains.push_back(watched.summary);
  next->regressions = regressions_;
  next->feed = feed_;
  publish_(std::move(next));
  news_ = false;
  version_ = state.version();
  published_ = now;
}

}  // namespace mailfleet
