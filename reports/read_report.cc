#include "reports/read_report.h"

#include "reports/dmarc_aggregate.h"
#include "reports/limits.h"
#include "reports/message.h"
#include "reports/refuse.h"
#include "reports/tls_report.h"
#include "reports/unpack.h"

namespace mailfleet::reports {
namespace {

template <class T>
T must(Read<T> read) {
  if (Refusal* refusal = std::get_if<Refusal>(&read)) throw std::move(*refusal);
  return std::get<T>(std::move(read));
}

Report read_document(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  if (text.empty()) refuse("is empty");
  if (text.front() == '<') return must(read_dmarc(text));
  if (text.front() == '{') return must(read_tls(text));
  refuse("is neither a DMARC report (XML) nor a TLS report (JSON)");
}

Report read_packed(std::string_view octets) {
  if (is_gzip(octets)) return read_document(must(unpack_gzip(octets)));
  if (is_zip(octets)) return read_document(must(unpack_zip(octets)));
  return read_document(octets);
}

Report read(std::string_view octets) {
  if (!is_message(octets)) return read_packed(octets);
  const std::vector<std::string> reports = must(attached_reports(octets));
  if (reports.empty()) refuse("is a message without a report attached");
  if (reports.size() > 1)
    refuse("is a message with " + std::to_string(reports.size()) +
           " attachments that may be reports; a report is one");
  return read_packed(reports.front());
}

}  // namespace

std::string_view to_text(Kind kind) { return kind == Kind::dmarc ? "dmarc" : "tls-rpt"; }

Read<Report> read_report(std::string_view octets) {
  return or_refusal([&] { return read(octets); });
}

}  // namespace mailfleet::reports
