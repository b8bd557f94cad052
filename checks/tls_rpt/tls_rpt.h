// Do other servers tell the domain when encrypted delivery to it fails? (RFC 8460 §3)
//
// Reads the TXT record at _smtp._tls under the domain: exactly one record, with addresses that
// reports can be sent to. It does not read reports (`mailfleet report` does) and does not try
// whether the addresses take mail.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/base/check.h"

namespace mailfleet {

extern const Check tls_rpt_check;

std::vector<Move> compare_tls_rpt(const Domain& domain, const Judgement& before,
                                  const Judgement& after);

// One record by the grammar of RFC 8460 §3. Usable when `problem` is empty.
struct TlsRptRecord {
  std::vector<std::string> rua{};      // mailto: and https: destinations, as written
  std::vector<std::string> refused{};  // destinations that no sender can use
  bool duplicate_rua = false;
  std::string problem{};  // why senders must ignore the record
};
TlsRptRecord parse_tls_rpt(std::string_view record);

}  // namespace mailfleet
