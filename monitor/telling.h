// What the looks lead to outside: alerts told, the trusted list published, a person's word taken.
// Wires desk, Alertmanager, publisher and store together; decides nothing. Network thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <set>

#include "exporter/admin_actions.h"
#include "exporter/alertmanager/sender.h"
#include "exporter/metrics/self_metrics.h"
#include "monitor/control_names.h"
#include "monitor/monitor.h"
#include "monitor/publisher.h"
#include "monitor/snapshot_builder.h"

namespace mailfleet {

class Telling {
 public:
  // Everything outlives it. Throws for a signing key or an Alertmanager address that cannot be
  // used.
  Telling(boost::asio::io_context& io, const Config& config, Monitor& monitor,
          SnapshotBuilder& builder, SelfMetrics& metrics, const std::string& base_url,
          SenderHost::Post post_alerts = post_json);

  void looked(const LookReport& report);
  // The fleet list was read again: entries of domains that left it are suspended.
  void fleet_changed();
  void tick(Time now);
  void stop() { sender_.stop(); }

  // {"by","reason"} and "regression" (its id), "edition" (true) or "entry" ("withdraw", "change").
  void acknowledge(const Name& domain, const AdminRequest& request, AdminAnswer answer);

 private:
  Store::Post post();
  void restore();
  bool clock_believed(Time now);
  void watch_store();
  void tested(OwnMeans means, SelfTestVerdict verdict);
  // Dates what is told: a jump of the clock must not carry an alert into another year.
  Time believed_now() const { return monitor_.believed_now(); }
  void save(const std::vector<Incident>& incidents);
  void acknowledge_regression(const Incident& incident, AdminAnswer answer);
  void acknowledge_entry(const Name& domain, const std::string& word, AdminAnswer answer);
  void leave(const Name& domain);
  // What is remembered of a domain after a word on its entry; empty: nothing is.
  struct ChangedEntry {
    std::optional<DomainMemory> memory{};
    std::optional<TrustTransition> moved{};
  };
  using EntryWord = std::function<std::optional<TrustTransition>(DomainMemory&, Time)>;
  // Reads the entry, changes it by the word and writes it in one transaction (`word` runs there, on
  // the store's thread), then shows it. `then` gets null when the store did not take it.
  void change_entry(const Name& domain, EntryWord word,
                    std::function<void(const ChangedEntry*)> then);
  // In the fleet list, on the trusted one, or named by an incident.
  bool is_known(const Name& domain) const;
  bool is_shared_loss(const Name& domain) const;
  void set_entry(const Name& name, const TrustEntry& trust, const Posture& posture,
                 const Eligibility& eligibility, const std::optional<RememberedPolicy>& remembered);
  void set_entry(const Name& name, const TrustEntry& trust, const Eligibility& eligibility,
                 const std::optional<RememberedPolicy>& remembered, std::string evidence_sha256);

  boost::asio::io_context& io_;
  Monitor& monitor_;
  SnapshotBuilder& builder_;
  SelfMetrics& metrics_;
  AlertSender sender_;
  Publisher publisher_;
  SelfTest self_test_;
  std::set<int64_t> unsaved_{};  // incidents that the store did not take, to be told when it does
  uint64_t shown_ = 0;           // version of the desk that readers see
  DeliveryCounters counted_{};
};

}  // namespace mailfleet
