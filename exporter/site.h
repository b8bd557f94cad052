// What every part of the web face works with: the settings, the newest snapshot, the store's
// answers. Lives on the web thread.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/registry.h"
#include "exporter/admin_actions.h"
#include "exporter/details.h"
#include "exporter/http/router.h"
#include "exporter/metrics/self_metrics.h"
#include "exporter/server.h"
#include "exporter/snapshot_holder.h"

namespace mailfleet {

struct Site {
  const ServerSettings& settings;
  const SnapshotHolder& snapshots;
  Details& details;  // answers on the web thread
  const AdminActions& actions;
  SelfMetrics& metrics;
  std::span<const Check* const> checks;
  std::function<void(std::function<void()>)> post;  // from any thread to the web thread

  SnapshotPtr snapshot() const { return snapshots.load(); }
  Time now() const { return settings.clock(); }
};

// Each part's rows of the route table; the site outlives them.
void add_metrics_routes(const Site& site, std::vector<Route>& routes);
void add_api_routes(const Site& site, std::vector<Route>& routes);
void add_admin_routes(const Site& site, std::vector<Route>& routes);
void add_feed_routes(const Site& site, std::vector<Route>& routes);
void add_page_routes(const Site& site, std::vector<Route>& routes);
void add_atom_routes(const Site& site, std::vector<Route>& routes);
void add_admin_page_routes(const Site& site, std::vector<Route>& routes);
// /openapi.json and the page that explains it.
void add_description_routes(const Site& site, std::vector<Route>& routes);
void add_lookup_routes(const Site& site, std::vector<Route>& routes);
// What a path without a row is told: a page for people, a problem for programs.
Response nothing_here(const Site& site, const Request& request);

}  // namespace mailfleet
