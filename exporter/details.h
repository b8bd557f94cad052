// What the web asks the store for, one domain at a time. The answer comes on the caller's executor
// (the shell posts it back to the web thread).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "exporter/snapshot.h"

namespace mailfleet {

struct HistoryRow {
  Time at{};
  std::string check{};
  std::string was{};  // level name, or "" for the first sight
  std::string now{};
  std::string kind{};     // of the move, when the check named one
  std::string summary{};  // what changed in the facts, for people
};

// Would mail from an address pass SPF, by what was seen at the latest look?
struct SenderVerdict {
  std::string
      result{};  // of RFC 7208 §2.6: "pass", "fail", …; empty: some answer was not asked for
  std::string mechanism{};
};

// Reports of one kind: messages that passed and failed (DMARC), sessions that succeeded and failed
// (TLS-RPT).
struct ReportTotal {
  int64_t reports = 0;
  int64_t good = 0;
  int64_t bad = 0;
  bool operator==(const ReportTotal&) const = default;
};

// What other mail systems reported of a domain since `since`, as the operator imported it. It is
// what they say: nobody signs a report.
struct ReportSums {
  Time since{};
  ReportTotal dmarc{};
  int64_t failing_sources = 0;                                  // addresses
  std::vector<std::pair<std::string, int64_t>> dispositions{};  // most first
  ReportTotal tls{};
  std::vector<std::pair<std::string, int64_t>> tls_failures{};  // by result type, most first
};

struct DomainDetails {
  Posture posture{};
  TrustView trust{};
  std::vector<HistoryRow> history{};    // newest first
  std::optional<ReportSums> reports{};  // of the last 30 days; empty: none were imported
};

enum class EditionPart : uint8_t { body, signature, jws };

class Details {
 public:
  virtual ~Details() = default;
  // Empty when the store has nothing or cannot be read now. `history_limit` rows at most.
  virtual void domain(const Name& name, size_t history_limit,
                      std::function<void(std::optional<DomainDetails>)> answer) = 0;
  // The change log of the whole fleet or one domain, newest first, older than `before_id` (0: from
  // the newest).
  virtual void changes(
      std::optional<Name> domain, int64_t before_id, size_t limit,
      std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)>
          answer) = 0;
  // An earlier edition of the feed, or a signature of it; empty when it is not kept any more.
  virtual void edition(uint64_t serial, EditionPart part,
                       std::function<void(std::optional<std::string>)> answer) = 0;
  // Empty when the store has nothing or cannot be read now. Asks nobody.
  virtual void sender(const Name& name, const Address& ip, const std::string& mail_from,
                      std::function<void(std::optional<SenderVerdict>)> answer) = 0;
};

}  // namespace mailfleet
