#include "exporter/metrics/metrics_page.h"

#include <optional>

#include "exporter/metrics/exposition.h"
#include "exporter/whole_number.h"

namespace mailfleet {
namespace {

// Both or neither: a shard alone does not say of how many.
std::optional<Shard> parse_shard(const Request& request) {
  const auto index = request.parameter("shard");
  const auto count = request.parameter("shards");
  if (!index && !count) return Shard{};
  const auto i = whole_number<size_t>(index.value_or(""));
  const auto n = whole_number<size_t>(count.value_or(""));
  if (!i || !n || *n == 0 || *n > max_shards || *i >= *n) return std::nullopt;
  return Shard{*i, *n};
}

}  // namespace

std::string build_info_metric(std::string_view version, std::string_view revision) {
  Exposition out;
  out.family("mailfleet_build_info", "gauge", "What program this is.");
  out.value({{"version", version}, {"revision", revision}}, 1);
  return out.take();
}

const MetricsPage::Cached& MetricsPage::cached(const SnapshotPtr& snapshot, Shard shard) {
  if (of_ != snapshot || shards_ != shard.count) {
    // Fresh memory for megabytes costs more than writing them.
    if (!cache_.empty()) room_ = std::move(cache_.begin()->second.text);
    cache_.clear();
  }
  of_ = snapshot;
  shards_ = shard.count;
  const auto found = cache_.find(shard);
  if (found != cache_.end()) return found->second;
  Cached made{.text = fleet_metrics(*snapshot, checks_, per_domain_, shard, std::move(room_))};
  if (made.text.size() <= max_gzipped_metrics_bytes) made.gzip.emplace(made.text);
  return cache_.emplace(shard, std::move(made)).first->second;
}

Response MetricsPage::answer(const SnapshotPtr& snapshot, const Request& request,
                             const SelfMetrics& self) {
  const auto shard = parse_shard(request);
  if (!shard)
    return problem(400,
                   "shard and shards are numbers, shard from 0 and below shards, shards up to " +
                       std::to_string(max_shards));
  const Cached& fleet = cached(snapshot, *shard);
  const std::string own = shard->index == 0 ? build_info_ + self.text() + process_metrics() : "";
  auto document = std::make_shared<Document>();
  document->body = fleet.text + own;
  if (fleet.gzip) document->gzip = fleet.gzip->followed_by(own);
  document->content_type = "text/plain; version=0.0.4; charset=utf-8";
  return {.document = document, .cache_control = "no-store"};
}

}  // namespace mailfleet
