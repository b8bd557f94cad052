// How often one client may ask something that costs us: a bucket of tokens for each. Pure.
#pragma once

#include <map>
#include <string>

#include "checks/base/time.h"

namespace mailfleet {

constexpr size_t max_remembered_clients = 10'000;

class RateLimit {
 public:
  // `burst` at once, and one more for each `burst`-th part of `period`.
  RateLimit(int64_t burst, Seconds period) : burst_(burst), period_(period) {}
  bool allows(const std::string& client, Time now);

 private:
  struct Bucket {
    Time full_at{};  // when it would be full again if nobody asked
  };
  int64_t burst_;
  Seconds period_;
  std::map<std::string, Bucket> buckets_{};
};

}  // namespace mailfleet
