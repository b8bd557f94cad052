#include "exporter/http/rate_limit.h"

#include <algorithm>

namespace mailfleet {

// The bucket as the moment at which it is full: each question moves it by period/burst, and it must
// not lie further ahead than one period. Whole seconds are enough, since burst ≤ period in seconds.
bool RateLimit::allows(const std::string& client, Time now) {
  if (buckets_.size() >= max_remembered_clients)
    std::erase_if(buckets_, [&](const auto& each) { return each.second.full_at <= now; });
  if (buckets_.size() >= max_remembered_clients)
    buckets_.clear();  // rather than refuse the innocent
  Bucket& bucket = buckets_[client];
  const Time next = std::max(bucket.full_at, now) + period_ / burst_;
  if (next > now + period_) return false;
  bucket.full_at = next;
  return true;
}

}  // namespace mailfleet
