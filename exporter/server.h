// The web face as the shell sees it: settings in, a running server out.
//
// It has a thread of its own with everything HTTP on it. It reads the newest Snapshot, asks Details
// for one domain's facts, and counts itself in SelfMetrics. Answers of Details and AdminActions may
// come from any thread: they are brought back to the web thread here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "checks/base/time.h"
#include "checks/registry.h"
#include "exporter/admin_actions.h"
#include "exporter/advice.h"
#include "exporter/campaign.h"
#include "exporter/details.h"
#include "exporter/metrics/per_domain.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/snapshot_holder.h"

namespace mailfleet {

struct ServerSettings {
  std::vector<std::string> listen{};        // "127.0.0.1:9970", "[::]:9970"; port 0 picks one
  std::vector<std::string> admin_listen{};  // likewise; empty: none
  std::string token{};                      // of the admin listener; empty: its actions are refused
  std::string base_url{};                   // "https://mail.example", for links that leave the site
  std::string contact{};                    // an address or URL, shown on every page
  std::string title{};                      // of the site; empty: the program's
  std::string version{};
  std::string revision{};
  PerDomain per_domain = PerDomain::automatic;
  std::vector<CampaignView> campaigns{};
  // A name as people write it, with letters beyond ASCII; null: ASCII only.
  std::function<std::optional<Name>(std::string_view)> name_of_people{};
  const AdviceBook* advice =
      nullptr;                    // outlives the server; null: findings are shown by their codes
  std::function<Time()> clock{};  // required
};

struct ServerPorts {
  std::vector<uint16_t> listen{};  // in the order of the settings
  std::vector<uint16_t> admin{};   // likewise
};

class Server {
 public:
  // All references outlive the server.
  Server(ServerSettings settings, const SnapshotHolder& snapshot, Details& details,
         AdminActions actions, SelfMetrics& metrics,
         std::span<const Check* const> checks = all_checks());
  ~Server();  // stops

  // Listens and starts the thread. Throws std::runtime_error naming the address that it cannot
  // listen on.
  ServerPorts start();
  // Finishes the requests in hand (at most `stop_grace`) and joins the thread. Once stopped, stays
  // so.
  void stop();

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

constexpr std::chrono::seconds stop_grace{2};

}  // namespace mailfleet
