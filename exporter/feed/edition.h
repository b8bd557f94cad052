// One edition of the feed: the list of trusted domains at one moment, as JSON and back.
//
// `edition_json` writes the exact bytes that are signed and served. `read_edition` is strict: what
// the published schema does not allow is refused with one line that says where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checks/base/name.h"
#include "monitor/watch/trust.h"

namespace mailfleet {

constexpr int feed_schema_version = 1;
constexpr size_t max_edition_octets = 256UL * 1024 * 1024;  // 100,000 entries are some 60 MB
constexpr size_t max_mx_hosts_in_entry = 100;

struct FeedPolicy {
  std::string mode{};
  std::string id{};
  int64_t max_age = 0;  // seconds
  bool operator==(const FeedPolicy&) const = default;
};

struct FeedEntry {
  explicit FeedEntry(Name name) : domain(std::move(name)) {}
  Name domain;
  std::string organisation{};
  TrustState state = TrustState::active;  // active, suspended, withdrawn
  Tier tier = Tier::none;
  Time since{};
  std::optional<Time> last_verified{};
  Time expires{};
  std::vector<std::string> mx_hosts{};
  std::vector<std::string> match_names{};  // names a certificate may show, for "secure match="
  std::optional<FeedPolicy> mta_sts{};
  bool dane = false;
  SenderAuth sender_auth = SenderAuth::unknown;
  std::vector<std::string> reasons{};
  bool stale = false;
  std::optional<Time> tier_until{};  // the tier is about to step down then
  std::string evidence_sha256{};
  std::string page{};

  bool operator==(const FeedEntry&) const = default;
};

struct Edition {
  std::string issuer{};
  uint64_t serial = 0;
  Time issued{};
  Time expires{};
  std::string previous_sha256{};  // empty for the first
  bool is_signed = false;
  std::vector<FeedEntry> entries{};  // sorted by domain, each once

  bool operator==(const Edition&) const = default;
};

std::string edition_json(const Edition& edition);

struct EditionError {
  std::string what{};  // one line
};
std::variant<Edition, EditionError> read_edition(std::string_view json);

// The trusted comment of the signature: "serial:7 issued:2026-… file:trusted-domains.json".
std::string edition_comment(const Edition& edition);

}  // namespace mailfleet
