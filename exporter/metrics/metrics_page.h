// The body of /metrics: the fleet's text, made once for each snapshot and shard and compressed
// then, followed by what the process says of itself now.
#pragma once

#include <map>
#include <span>
#include <string>

#include "exporter/http/gzip.h"
#include "exporter/http/message.h"
#include "exporter/metrics/fleet_metrics.h"
#include "exporter/metrics/self_metrics.h"

namespace mailfleet {

constexpr size_t max_shards = 64;
// Compressing more would keep the web thread from everybody else for too long.
constexpr size_t max_gzipped_metrics_bytes = 16 * 1024 * 1024;

class MetricsPage {
 public:
  MetricsPage(std::span<const Check* const> checks, PerDomain per_domain, std::string build_info)
      : checks_(checks), per_domain_(per_domain), build_info_(std::move(build_info)) {}

  Response answer(const SnapshotPtr& snapshot, const Request& request, const SelfMetrics& self);

 private:
  struct Cached {
    std::string text{};
    std::optional<GzipFront> gzip{};
  };
  const Cached& cached(const SnapshotPtr& snapshot, Shard shard);

  std::span<const Check* const> checks_;
  PerDomain per_domain_;
  std::string build_info_;
  SnapshotPtr of_{};   // what the cache was made of
  size_t shards_ = 0;  // of so many; texts of other numbers are not kept beside them
  std::map<Shard, Cached> cache_{};
  std::string room_{};  // of a text that was dropped
};

// mailfleet_build_info{version,revision} 1
std::string build_info_metric(std::string_view version, std::string_view revision);

}  // namespace mailfleet
