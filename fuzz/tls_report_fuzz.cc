// TLS reports as any stranger may send them.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/limits.h"
#include "reports/tls_report.h"

using namespace mailfleet::reports;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const Read<Report> read = read_tls({reinterpret_cast<const char*>(data), size});
  if (const Refusal* refusal = std::get_if<Refusal>(&read)) {
    if (refusal->reason.empty() || refusal->reason.find('\n') != std::string::npos) std::abort();
    return 0;
  }
  const Report& report = std::get<Report>(read);
  if (report.organisation.empty() || report.id.empty() || report.domains.empty()) std::abort();
  for (const DomainReport& told : report.domains) {
    if (told.records < 1 || told.good < 0 || told.good > max_count) std::abort();
    if (told.bad < 0 || told.bad > max_count || told.results.size() > max_result_types)
      std::abort();
    for (const auto& [type, sessions] : told.results)
      if (sessions < 0 || sessions > max_count) std::abort();
  }
  if (report.ends < report.begins || report.ends - report.begins > max_period) std::abort();
  return 0;
}
