// /metrics and /probe.
#include <chrono>
#include <memory>

#include "exporter/metrics/metrics_page.h"
#include "exporter/site.h"

namespace mailfleet {
namespace {

Response probe(const Site& site, const Request& request) {
  const auto start = std::chrono::steady_clock::now();
  const auto target = Name::parse(request.filter("target"));
  if (request.filter("target").empty()) return problem(400, "target is missing");
  const SnapshotPtr snapshot = site.snapshot();
  const DomainSummary* domain = target ? snapshot->find(*target) : nullptr;
  if (!domain) return problem(404, "the domain is not in the list");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  return {.document = make_document(probe_metrics(*snapshot, site.checks, *domain, taken.count()),
                                    "text/plain; version=0.0.4; charset=utf-8"),
          .cache_control = "no-store"};
}

}  // namespace

void add_metrics_routes(const Site& site, std::vector<Route>& routes) {
  const auto page = std::make_shared<MetricsPage>(
      site.checks, site.settings.per_domain,
      build_info_metric(site.settings.version, site.settings.revision));
  routes.push_back(
      {.method = "GET",
       .pattern = "/metrics",
       .summary = "Everything counted, for Prometheus; ?shard=i&shards=n tells a part",
       .handle = [&site, page](const Request& request, const PathValues&, Reply reply) {
         reply(page->answer(site.snapshot(), request, site.metrics));
       }});
  routes.push_back({.method = "GET",
                    .pattern = "/probe",
                    .summary = "One listed domain's series, ?target=NAME, from the latest look",
                    .handle = [&site](const Request& request, const PathValues&, Reply reply) {
                      reply(probe(site, request));
                    }});
}

}  // namespace mailfleet
