// MTA-STS policy files and records as any server and zone may give them.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "checks/mta_sts/policy.h"
#include "checks/mta_sts/record.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const mta_sts::Policy policy = mta_sts::parse_policy(text);
  if (policy.valid != policy.reason.empty()) std::abort();
  if (policy.valid && policy.mode != "none" && policy.mx.empty()) std::abort();
  if (policy.max_age_seconds < 0 || policy.max_age_seconds > mta_sts::longest_max_age_seconds)
    std::abort();
  for (const mta_sts::Pattern& pattern : policy.mx) {
    const auto name = Name::parse(pattern.name);
    if (!name) std::abort();
    // A wildcard covers one more label than it says, never the name itself.
    if (mta_sts::matches(pattern, *name) == pattern.wildcard) std::abort();
  }
  const mta_sts::RecordReading record = mta_sts::read_records({text});
  if ((record.result == mta_sts::RecordResult::valid) == record.id.empty()) std::abort();
  return 0;
}
