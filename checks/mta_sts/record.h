// The TXT record at _mta-sts.<domain> (RFC 8461 §3.1): does the domain say that it has a policy,
// and which version of it? The policy itself is elsewhere (policy.h).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mailfleet::mta_sts {

enum class RecordResult : uint8_t { none, valid, invalid };

struct RecordReading {
  RecordResult result = RecordResult::none;
  std::string text{};                   // the record meant, when there is just one
  std::string id{};                     // when valid
  std::string reason{};                 // invalid: multiple-records, version, syntax, id
  bool blank_before_semicolon = false;  // "v=STSv1 ;": strict readers discard it
};

RecordReading read_records(const std::vector<std::string>& txt);

}  // namespace mailfleet::mta_sts
