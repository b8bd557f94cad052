// DMARC aggregate reports as any stranger may send them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/dmarc_aggregate.h"
#include "reports/limits.h"

using namespace mailfleet::reports;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Read<Report> read = read_dmarc({reinterpret_cast<const char*>(data), size});
  if (const Refusal* refusal = std::get_if<Refusal>(&read)) {
    if (refusal->reason.empty() || refusal->reason.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const Report& report = std::get<Report>(read);
  if (report.organisation.empty() || report.id.empty() || report.domains.size() != 1) std::abort();
  const DomainReport& told = report.domains.front();
  if (told.good < 0 || told.bad < 0 || told.good + told.bad > max_count) std::abort();
  int64_t disposed = 0;
  for (const auto& [word, messages] : told.results) disposed += messages;
  if (disposed != told.good + told.bad || told.results.size() != 3) std::abort();
  if (told.failing_sources.empty() != (told.bad == 0)) std::abort();
  if (report.ends < report.begins) std::abort();
  return 0;
}
