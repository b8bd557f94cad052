// DMARC records as any zone may publish them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checks/dmarc/record.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view txt(reinterpret_cast<const char*>(data), size);
  const auto record = dmarc::parse(txt);
  if (record.has_value() != dmarc::is_dmarc(txt)) std::abort();
  if (!record) return 0;
  if (record->text != txt) std::abort();
  // A record that is not broken states a policy.
  if (!record->broken() && !record->p) std::abort();
  if (record->pct && (*record->pct < 0 || *record->pct > 100)) std::abort();
  for (const dmarc::ReportUri& uri : record->rua)
    if (uri.uri.empty() || (uri.mailto && !uri.host)) std::abort();
  return 0;
}
