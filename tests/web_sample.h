// A small fleet as the web face sees it, for tests and for looking at pages: some domains of every
// state, with hostile text among them, and a server in front of it on a port of its own.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "exporter/server.h"

namespace mailfleet {

// Three checks that are enough to tell ladders, unknowns and findings apart.
std::span<const Check* const> sample_checks();
Time sample_now();  // 2026-11-21 12:00
std::shared_ptr<Snapshot> sample_snapshot();
DomainDetails sample_details(const DomainSummary& domain);

// Answers at once, on the caller's thread.
class SampleDetails : public Details {
 public:
  explicit SampleDetails(const SnapshotHolder& snapshots) : snapshots_(snapshots) {}
  void domain(const Name& name, size_t history_limit,
              std::function<void(std::optional<DomainDetails>)> answer) override;
  void changes(std::optional<Name> domain, int64_t before_id, size_t limit,
               std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)>
                   answer) override;

  // Edition 4 is kept, and no other.
  void edition(uint64_t serial, EditionPart part,
               std::function<void(std::optional<std::string>)> answer) override;

  // 192.0.2.1 passes, 192.0.2.2 fails; of others nothing is known.
  void sender(const Name& name, const Address& ip, const std::string& mail_from,
              std::function<void(std::optional<SenderVerdict>)> answer) override;

 private:
  const SnapshotHolder& snapshots_;
};

struct SampleServer {
  explicit SampleServer(std::shared_ptr<Snapshot> snapshot = sample_snapshot(),
                        AdminActions actions = {});

  SnapshotHolder snapshots{};
  SampleDetails details{snapshots};
  SelfMetrics metrics{};
  Server server;
  ServerPorts ports{};
};

}  // namespace mailfleet
