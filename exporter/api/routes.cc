// /api/v1, /-/healthy and /-/ready: who asks for what, and where the answer comes from.
#include <algorithm>
#include <functional>

#include "exporter/api/objects.h"
#include "exporter/selection.h"
#include "exporter/site.h"
#include "exporter/whole_number.h"

namespace mailfleet {
namespace {

void get(std::vector<Route>& routes, std::string pattern, std::string summary,
         std::function<Response(const Request&, const PathValues&)> answer) {
  routes.push_back(
      {.method = "GET",
       .pattern = std::move(pattern),
       .summary = std::move(summary),
       .handle = [answer = std::move(answer)](const Request& request, const PathValues& values,
                                              Reply reply) { reply(answer(request, values)); }});
}

// The domain of a path, when it is listed.
const DomainSummary* listed(const Snapshot& snapshot, const std::string& text) {
  const auto name = Name::parse(text);
  return name ? snapshot.find(*name) : nullptr;
}

Response not_listed() { return problem(404, "the domain is not in the list"); }

Response domains(const Site& site, const Request& request) {
  const ParsedSelection parsed = parse_selection(request, site.checks);
  if (!parsed.fault.empty()) return problem(400, parsed.fault);
  const SnapshotPtr snapshot = site.snapshot();
  const Selected selected = select(*snapshot, parsed.selection);
  Value items = Value::list();
  for (const DomainSummary* each : selected.domains) items.push(domain_row(*each, site.checks));
  return json_response(list_object(std::move(items), selected.next));
}

void one_domain(const Site& site, const std::string& text, Reply reply) {
  const SnapshotPtr snapshot = site.snapshot();
  const DomainSummary* domain = listed(*snapshot, text);
  if (!domain) return reply(not_listed());
  site.details.domain(
      domain->name, 0, [&site, snapshot, domain, reply](std::optional<DomainDetails> details) {
        reply(json_response(domain_with_owner(*domain, details, site.checks, site.now())));
      });
}

// The position in the change log that a cursor names; 0 without one.
std::optional<int64_t> change_position(const Request& request) {
  const std::string_view cursor = request.filter("cursor");
  if (cursor.empty()) return 0;
  const auto text = read_cursor(cursor);
  const auto position = text ? whole_number<int64_t>(*text) : std::nullopt;
  return position && *position > 0 ? position : std::nullopt;
}

void change_log(const Site& site, const Request& request, const std::optional<Name>& domain,
                Reply reply) {
  const auto limit = parse_limit(request);
  const auto before = change_position(request);
  if (!limit)
    return reply(problem(400, "limit is a number from 1 to " + std::to_string(max_page_size)));
  if (!before) return reply(problem(400, "the cursor is not one of ours"));
  // One more than is shown tells whether there is a next page.
  site.details.changes(domain, *before, *limit + 1, [limit, reply](auto rows, auto names) {
    Value items = Value::list();
    const size_t shown = std::min({rows.size(), names.size(), *limit});
    for (size_t i = 0; i < shown; ++i) items.push(history_object(rows[i].second, names[i]));
    std::optional<std::string> next;
    if (shown > 0 && rows.size() > shown) next = make_cursor(std::to_string(rows[shown - 1].first));
    reply(json_response(list_object(std::move(items), next)));
  });
}

std::string regression_fault(const Request& request) {
  const auto among = [&](std::string_view name, std::initializer_list<std::string_view> words) {
    const std::string_view given = request.filter(name);
    return given.empty() || std::ranges::find(words, given) != words.end();
  };
  if (!among("state", {"suspected", "confirmed", "resolved", "acknowledged"}))
    return "state is suspected, confirmed, resolved or acknowledged";
  if (!among("severity", {"page", "ticket", "info"})) return "severity is page, ticket or info";
  return "";
}

// Newest first by id, so that a cursor keeps its place while new ones open.
Response regressions(const Site& site, const Request& request) {
  const auto limit = parse_limit(request);
  const auto before = change_position(request);
  std::string fault = regression_fault(request);
  if (!limit) fault = "limit is a number from 1 to " + std::to_string(max_page_size);
  if (!before) fault = "the cursor is not one of ours";
  if (!fault.empty()) return problem(400, fault);
  const SnapshotPtr snapshot = site.snapshot();
  std::vector<const RegressionView*> wanted;
  for (const RegressionView& each : snapshot->regressions) {
    if (*before && each.id >= *before) continue;
    if (!request.filter("state").empty() && each.state != request.filter("state")) continue;
    if (!request.filter("severity").empty() && to_text(each.severity) != request.filter("severity"))
      continue;
    wanted.push_back(&each);
  }
  std::ranges::sort(wanted, std::ranges::greater(), &RegressionView::id);
  Value items = Value::list();
  const size_t shown = std::min(wanted.size(), *limit);
  for (size_t i = 0; i < shown; ++i)
    items.push(regression_object(*wanted[i], site.settings.base_url));
  std::optional<std::string> next;
  if (wanted.size() > shown) next = make_cursor(std::to_string(wanted[shown - 1]->id));
  return json_response(list_object(std::move(items), next));
}

Response ready(const Site& site) {
  if (site.snapshot()->ready) return text_response(200, "ready\n");
  Response out = text_response(503, "not ready: the first sweep is not done\n");
  out.fields.emplace_back("Retry-After", "10");
  return out;
}

}  // namespace

void add_api_routes(const Site& site, std::vector<Route>& routes) {
  get(routes, "/-/healthy", "200 while the server answers",
      [](const Request&, const PathValues&) { return text_response(200, "healthy\n"); });
  get(routes, "/-/ready", "200 after the first sweep or a restored store, 503 before",
      [&site](const Request&, const PathValues&) { return ready(site); });
  get(routes, "/api/v1/summary", "The fleet in numbers",
      [&site](const Request&, const PathValues&) {
        return json_response(summary_object(*site.snapshot(), site.checks));
      });
  get(routes, "/api/v1/domains", "The domains of the fleet, filtered, a page at a time",
      [&site](const Request& request, const PathValues&) { return domains(site, request); });
  routes.push_back({.method = "GET",
                    .pattern = "/api/v1/domains/{name}",
                    .summary = "One domain with its levels, findings and facts",
                    .handle = [&site](const Request&, const PathValues& values, Reply reply) {
                      one_domain(site, values[0], std::move(reply));
                    }});
  routes.push_back(
      {.method = "GET",
       .pattern = "/api/v1/domains/{name}/history",
       .summary = "What changed at one domain, newest first",
       .handle = [&site](const Request& request, const PathValues& values, Reply reply) {
         const SnapshotPtr snapshot = site.snapshot();
         const DomainSummary* domain = listed(*snapshot, values[0]);
         if (!domain) return reply(not_listed());
         change_log(site, request, domain->name, std::move(reply));
       }});
  get(routes, "/api/v1/regressions", "What got worse, open and lately resolved, newest first",
      [&site](const Request& request, const PathValues&) { return regressions(site, request); });
  routes.push_back({.method = "GET",
                    .pattern = "/api/v1/changes",
                    .summary = "What changed in the whole fleet, newest first",
                    .handle = [&site](const Request& request, const PathValues&, Reply reply) {
                      change_log(site, request, std::nullopt, std::move(reply));
                    }});
}

}  // namespace mailfleet
