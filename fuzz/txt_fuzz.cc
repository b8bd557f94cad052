// Any TXT record: the readers of SPF, TLS-RPT and tag lists take it without falling over, and what
// they call usable is usable.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "checks/base/tags.h"
#include "checks/spf/record.h"
#include "checks/tls_rpt/tls_rpt.h"

using namespace mailfleet;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const spf::Record record = spf::parse_record(text);
  if (record.end() > record.terms.size()) std::abort();
  const TlsRptRecord reports = parse_tls_rpt(text);
  if (reports.problem.empty() && reports.rua.empty()) std::abort();
  const TagList tags = parse_tags(text);
  if (tags.tags.size() + tags.strays.size() > size) std::abort();
  return 0;
}
