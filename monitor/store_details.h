// The store's answers to the web: one domain's facts and history, and the change log. Any thread;
// answers come on the store's.
#pragma once

#include <functional>
#include <span>

#include "checks/spf/sender.h"
#include "exporter/details.h"
#include "monitor/clock.h"
#include "monitor/store/history.h"
#include "monitor/store/looks.h"
#include "monitor/store/store.h"

namespace mailfleet {

class StoreDetails : public Details {
 public:
  // Store and checks outlive it.
  StoreDetails(Store& store, std::span<const Check* const> checks,
               std::function<Time()> now = wall_clock)
      : store_(store), checks_(checks), now_(std::move(now)) {}

  void domain(const Name& name, size_t history_limit,
              std::function<void(std::optional<DomainDetails>)> answer) override;
  void changes(std::optional<Name> domain, int64_t before_id, size_t limit,
               std::function<void(std::vector<std::pair<int64_t, HistoryRow>>, std::vector<Name>)>
                   answer) override;
  void edition(uint64_t serial, EditionPart part,
               std::function<void(std::optional<std::string>)> answer) override;
  void sender(const Name& name, const Address& ip, const std::string& mail_from,
              std::function<void(std::optional<SenderVerdict>)> answer) override;

 private:
  Store& store_;
  std::span<const Check* const> checks_;
  std::function<Time()> now_;
};

// Would mail as in the question pass SPF by this evidence alone?
SenderVerdict verdict_of(const SenderQuestion& question, const StoredEvidence& stored);

// The rows of a domain's history, newest first: its changes, and below them the first sight of each
// check, which is not stored but follows from what is. `changes` are all there are, or the newest.
std::vector<HistoryRow> history_of(const DomainMemory& memory,
                                   const std::vector<ChangeRow>& changes,
                                   std::span<const Check* const> checks, size_t limit);

}  // namespace mailfleet
