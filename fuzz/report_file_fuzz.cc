// What may come as a report: packed by gzip or ZIP, attached to a message, or nothing of the kind.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "reports/limits.h"
#include "reports/message.h"
#include "reports/read_report.h"
#include "reports/unpack.h"

using namespace mailfleet::reports;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view octets(reinterpret_cast<const char*>(data), size);
  const Read<Report> read = read_report(octets);
  if (const Refusal* refusal = std::get_if<Refusal>(&read))
    if (refusal->reason.empty() || refusal->reason.find('\n') != std::string::npos) std::abort();
  for (const auto& unpacked : {unpack_gzip(octets), unpack_zip(octets)})
    if (const std::string* text = std::get_if<std::string>(&unpacked))
      if (text->size() > max_document_bytes) std::abort();
  const auto attached = attached_reports(octets);
  const auto* reports = std::get_if<std::vector<std::string>>(&attached);
  if (!reports) return 0;
  size_t all = 0;
  for (const std::string& each : *reports) all += each.size();
  if (all > size + reports->size()) std::abort();  // quoted-printable may end with a line end
  return 0;
}
