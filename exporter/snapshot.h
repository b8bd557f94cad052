// Everything that outside readers see at one moment: immutable, replaced whole by the shell, read
// by the web thread through one atomic pointer. Compact, since 100,000 domains live in it; what is
// large (facts, findings, evidence) is read from the store when somebody asks (exporter/details.h).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/base/check.h"
#include "monitor/watch/posture.h"
#include "monitor/watch/trust.h"

namespace mailfleet {

// One row of the fleet list, as the operator gave it.
struct Owner {
  std::string organisation{};
  std::string organisation_cy{};
  std::string sector{};
  std::string contact{};
  std::optional<Time> tls_ready{};  // agreed for it alone
};

struct DomainSummary {
  explicit DomainSummary(Name domain_name) : name(std::move(domain_name)) {}
  Name name;
  std::string u_labels{};  // how people write the name, where that differs
  Owner owner{};
  bool parked = false;
  DomainState state = DomainState::pending;
  std::vector<int8_t> levels{};  // per check of the registry; -1: never seen
  std::vector<Time> seen{};      // when each level was last seen; epoch: never
  uint16_t fails = 0;            // findings by severity
  uint16_t advices = 0;
  std::optional<Time> last_look{};              // the end of the latest scan
  std::optional<Time> certificate_not_after{};  // the earliest over its endpoints
  std::vector<std::string> mx_hosts{};          // of the last known route
  TrustView trust{};
};
using DomainPtr = std::shared_ptr<const DomainSummary>;

// A regression or incident as told to people ("/api/v1/regressions").
struct RegressionView {
  int64_t id = 0;
  std::string kind{};
  std::optional<Name> domain{};
  std::string cause{};
  std::vector<Name> domains{};
  std::string check{};
  std::string was{};
  std::string now{};
  AlertLevel severity = AlertLevel::info;
  std::string state{};  // suspected, confirmed, resolved, acknowledged
  Time since{};
  std::optional<Time> confirmed_at{};
  std::optional<Time> resolved_at{};
  std::string evidence{};
};

// A feed document and what a server needs to serve it.
struct Document {
  std::string body{};
  std::string gzip{};
  std::string etag{};  // with its quotes
  std::string content_type{};
};
using DocumentPtr = std::shared_ptr<const Document>;

struct FeedView {
  uint64_t serial = 0;  // 0: none published yet
  Time issued{};
  Time expires{};
  bool is_signed = false;
  std::vector<std::pair<std::string, DocumentPtr>> documents{};  // by path, "/feed/v1/…"

  DocumentPtr find(std::string_view path) const;  // null: there is none
};

struct Snapshot {
  Time at{};
  uint64_t sweeps = 0;
  bool ready = false;                         // first sweep done, or a store restored
  std::vector<DomainPtr> domains{};           // sorted by name
  std::vector<RegressionView> regressions{};  // open and lately resolved
  FeedView feed{};

  const DomainSummary* find(const Name& name) const;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

}  // namespace mailfleet
