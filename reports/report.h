// What another mail system tells of domains: a DMARC aggregate report (RFC 7489 §7.2, RFC 9990) or
// a TLS report (RFC 8460), reduced to what is counted.
//
// Nobody signs a report: it is what somebody says. It is counted and shown as that; no check, no
// regression and no trust follows from it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "checks/base/address.h"
#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet::reports {

enum class Kind : uint8_t { dmarc, tls_rpt };
std::string_view to_text(Kind kind);  // "dmarc", "tls-rpt"

// DMARC counts messages, which pass or fail; TLS-RPT counts sessions, which succeed or fail.
struct DomainReport {
  explicit DomainReport(Name name) : domain(std::move(name)) {}
  Name domain;
  int64_t records = 0;  // DMARC records, TLS policies
  int64_t good = 0;
  int64_t bad = 0;
  // DMARC: messages by what was done with them (none, quarantine, reject). TLS-RPT: sessions by
  // result type; one session may be counted under several.
  std::map<std::string, int64_t, std::less<>> results{};
  std::set<Address> failing_sources{};  // DMARC: who sent messages that failed
};

struct Report {
  Kind kind = Kind::dmarc;
  std::string organisation{};  // who reports, as it calls itself
  std::string id{};            // unique for that organisation
  Time begins{};
  Time ends{};
  std::vector<DomainReport> domains{};  // each domain once; DMARC: one
};

// Why something is no report: one line, without the file's name.
struct Refusal {
  std::string reason{};
};
template <class T>
using Read = std::variant<T, Refusal>;

}  // namespace mailfleet::reports
