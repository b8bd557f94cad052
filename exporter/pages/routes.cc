// The pages in both languages, and the files that they need.
#include "checks/base/text.h"
#include "exporter/pages/domain_page.h"
#include "exporter/pages/fleet_page.h"
#include "exporter/pages/page.h"
#include "exporter/pages/regressions_page.h"
#include "exporter/pages/runbooks.h"

namespace mailfleet {
namespace {

// The query as it was, for the link to the other language.
std::string query_text(const Request& request) {
  std::string out;
  for (const auto& [name, value] : request.query)
    if (!value.empty())
      out += (out.empty() ? "?" : "&") + percent_encoded(name) + "=" + percent_encoded(value);
  return out;
}

Response fleet(const Site& site, const Request& request) {
  const Language language = language_of(request);
  const Texts& words = texts(language);
  const SnapshotPtr snapshot = site.snapshot();
  const PageFrame frame{.language = language,
                        .path = "/",
                        .query = query_text(request),
                        .title = words.say("fleet.title")};
  return page(site, frame, "fleet", fleet_data(*snapshot, site.checks, request, words, site.now()));
}

Response csv(const Site& site, const Request& request) {
  const ParsedSelection parsed = parse_selection(request, site.checks);
  if (!parsed.fault.empty()) return text_response(400, parsed.fault + "\n");
  const SnapshotPtr snapshot = site.snapshot();
  Response out{.document = make_document(fleet_csv(*snapshot, site.checks, parsed.selection),
                                         "text/csv; charset=utf-8")};
  out.fields.emplace_back("Content-Disposition", "attachment; filename=\"fleet.csv\"");
  return out;
}

void domain(const Site& site, const Request& request, const std::string& text, Reply reply) {
  const Language language = language_of(request);
  const PageFrame frame{.language = language,
                        .path = "/domains/" + percent_encoded(text),
                        .title = for_display(text, 253)};
  const auto name = Name::parse(text);
  const SnapshotPtr snapshot = site.snapshot();
  const DomainSummary* found = name ? snapshot->find(*name) : nullptr;
  if (!found) {
    const std::string shown = for_display(text, 100);
    return reply(
        not_found_page(site, frame, texts(language).say("error.not_listed", {{"domain", shown}})));
  }
  site.details.domain(
      found->name, history_shown,
      [&site, snapshot, found, frame, reply](std::optional<DomainDetails> details) {
        const DomainView view{*found, details, site.checks, site.settings.advice, site.now()};
        PageFrame known = frame;
        known.feed = "/domains/" + found->name.text() + "/changes.atom";
        reply(page(site, known, "domain", domain_data(view, texts(frame.language))));
      });
}

Response regressions(const Site& site, const Request& request) {
  const Texts& words = texts(language_of(request));
  const PageFrame frame{.language = words.language(),
                        .path = "/regressions",
                        .title = words.say("regressions.title")};
  return page(site, frame, "regressions", regressions_data(*site.snapshot(), words));
}

Response runbook(const std::string& kind) {
  const std::string_view text = runbook_of(kind);
  if (text.empty()) return text_response(404, "there is no runbook of that name\n");
  return {.document = make_document(std::string(text), "text/plain; charset=utf-8")};
}

using Handler = std::function<void(const Request&, const PathValues&, Reply)>;

void in_both_languages(std::vector<Route>& routes, const std::string& pattern,
                       const std::string& summary, const Handler& handle) {
  for (const Language language : {Language::english, Language::welsh})
    routes.push_back({.method = "GET",
                      .pattern = url_in(language, pattern),
                      .summary = summary + (language == Language::welsh ? ", in Welsh" : ""),
                      .handle = handle});
}

}  // namespace

Response nothing_here(const Site& site, const Request& request) {
  for (const std::string_view place : {"/api/", "/feed/", "/-/", "/static/"})
    if (request.path.starts_with(place)) return problem(404, "there is nothing here");
  const Language language = language_of(request);
  const PageFrame frame{.language = language, .path = "/"};
  return not_found_page(site, frame, texts(language).say("error.no_page"));
}

void add_page_routes(const Site& site, std::vector<Route>& routes) {
  in_both_languages(routes, "/", "Where the fleet stands",
                    [&site](const Request& request, const PathValues&, Reply reply) {
                      reply(fleet(site, request));
                    });
  in_both_languages(routes, "/domains/{name}", "One domain, for people",
                    [&site](const Request& request, const PathValues& values, Reply reply) {
                      domain(site, request, values[0], std::move(reply));
                    });
  in_both_languages(routes, "/regressions", "What got worse, for people",
                    [&site](const Request& request, const PathValues&, Reply reply) {
                      reply(regressions(site, request));
                    });
  routes.push_back({.method = "GET",
                    .pattern = "/runbooks/{kind}",
                    .summary = "What to do about a kind of alert",
                    .handle = [](const Request&, const PathValues& values, Reply reply) {
                      reply(runbook(values[0]));
                    }});
  routes.push_back({.method = "GET",
                    .pattern = "/fleet.csv",
                    .summary = "The rows of the fleet page as CSV, all of them",
                    .handle = [&site](const Request& request, const PathValues&, Reply reply) {
                      reply(csv(site, request));
                    }});
  add_static_routes(routes);
}

}  // namespace mailfleet
