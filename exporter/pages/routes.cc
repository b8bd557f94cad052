// The pages in both languages, and the files that they need.
#include <memory>

#include "checks/base/text.h"
#include "exporter/api/admin.h"
#include "exporter/pages/campaigns_page.h"
#include "exporter/pages/domain_page.h"
#include "exporter/pages/fleet_page.h"
#include "exporter/pages/page.h"
#include "exporter/pages/poster_page.h"
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

Response fleet(const Site& site, FleetFiguresCache& figures, const Request& request) {
  const Language language = language_of(request);
  const Texts& words = texts(language);
  const SnapshotPtr snapshot = site.snapshot();
  const PageFrame frame{.language = language,
                        .path = "/",
                        .query = query_text(request),
                        .title = words.say("fleet.title")};
  return page(site, frame, "fleet",
              fleet_data(*snapshot, figures.of(snapshot, site.checks), site.checks, request, words,
                         site.now()));
}

Response campaigns(const Site& site, const Request& request) {
  const Texts& words = texts(language_of(request));
  const PageFrame frame{
      .language = words.language(), .path = "/campaigns", .title = words.say("campaigns.title")};
  return page(site, frame, "campaigns",
              campaigns_data(*site.snapshot(), site.settings.campaigns, words, site.now()));
}

Response download(std::string text, const char* name) {
  Response out{.document = make_document(std::move(text), "text/csv; charset=utf-8")};
  out.fields.emplace_back("Content-Disposition",
                          "attachment; filename=\"" + std::string(name) + "\"");
  return out;
}

Response addressees(const Site& site, const Request& request) {
  const std::string_view number = request.filter("campaign");
  const std::string_view readiness = request.filter("readiness");
  size_t index = 0;
  while (index < site.settings.campaigns.size() && std::to_string(index + 1) != number) ++index;
  if (index == site.settings.campaigns.size())
    return text_response(404, "there is no campaign of that number\n");
  std::optional<Readiness> only;
  for (const Readiness each :
       {Readiness::behind, Readiness::unknown, Readiness::ready, Readiness::no_mail})
    if (to_text(each) == readiness) only = each;
  if (!readiness.empty() && !only)
    return text_response(400, "readiness is behind, unknown, ready or no-mail\n");
  return download(campaign_csv(*site.snapshot(), site.settings.campaigns[index], only),
                  "campaign.csv");
}

Response poster(const Site& site, FleetFiguresCache& figures, const Request& request) {
  const Texts& words = texts(language_of(request));
  const PageFrame frame{.language = words.language(),
                        .path = "/poster",
                        .query = query_text(request),
                        .title = words.say("site.poster")};
  const SnapshotPtr snapshot = site.snapshot();
  const std::string place = site.settings.base_url + url_in(words.language(), "/lookup");
  Response out = page(
      site, frame, "poster",
      poster_data(*snapshot, figures.of(snapshot, site.checks), request, place, words, site.now()));
  out.cache_control = "no-store";
  return out;
}

Response csv(const Site& site, const Request& request) {
  const ParsedSelection parsed = parse_selection(request, site.checks);
  if (!parsed.fault.empty()) return text_response(400, parsed.fault + "\n");
  const SnapshotPtr snapshot = site.snapshot();
  return download(fleet_csv(*snapshot, site.checks, parsed.selection), "fleet.csv");
}

// What was asked of the form, when it makes sense; a sender is a mailbox of this very domain.
SenderAnswer sender_asked(const Request& request, const Name& domain) {
  SenderAnswer out{.ip = std::string(trim(request.filter("ip"))),
                   .from = std::string(trim(request.filter("from")))};
  if (out.from.empty()) out.from = "postmaster@" + domain.text();
  if (out.ip.empty()) return out;
  const size_t at = out.from.rfind('@');
  const auto name =
      at == std::string::npos ? std::nullopt : Name::parse(ascii_lower(out.from.substr(at + 1)));
  if (!Address::parse(out.ip))
    out.fault = "domain.sender_fault";
  else if (at == 0 || !name || *name != domain)
    out.fault = "domain.sender_fault_from";
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
  const auto show = [&site, snapshot, found, frame, reply, admin = request.admin,
                     recheck = std::string(request.filter("recheck"))](SenderAnswer sender) {
    site.details.domain(
        found->name, history_shown,
        [=, &site, held = snapshot](std::optional<DomainDetails> details) {
          const bool known = recheck == "asked" || recheck == "refused";
          const DomainView view{*found,
                                details,
                                site.checks,
                                site.settings.advice,
                                site.now(),
                                sender,
                                admin && site.actions.recheck && !site.settings.token.empty(),
                                known ? recheck : ""};
          PageFrame fed = frame;
          fed.feed = "/domains/" + found->name.text() + "/changes.atom";
          Response out = page(site, fed, "domain", domain_data(view, texts(frame.language)));
          if (admin) out.cache_control = "no-store";
          reply(std::move(out));
        });
  };
  SenderAnswer sender = sender_asked(request, found->name);
  if (sender.ip.empty() || !sender.fault.empty()) return show(std::move(sender));
  site.details.sender(found->name, *Address::parse(sender.ip), sender.from,
                      [show, sender](std::optional<SenderVerdict> verdict) mutable {
                        sender.verdict = std::move(verdict);
                        show(std::move(sender));
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
  const auto figures = std::make_shared<FleetFiguresCache>();
  in_both_languages(routes, "/", "Where the fleet stands",
                    [&site, figures](const Request& request, const PathValues&, Reply reply) {
                      reply(fleet(site, *figures, request));
                    });
  in_both_languages(routes, "/campaigns", "Agreed dates, and who is ready for them",
                    [&site](const Request& request, const PathValues&, Reply reply) {
                      reply(campaigns(site, request));
                    });
  in_both_languages(routes, "/poster", "Whom one may write to, to print",
                    [&site, figures](const Request& request, const PathValues&, Reply reply) {
                      reply(poster(site, *figures, request));
                    });
  routes.push_back({.method = "GET",
                    .pattern = "/campaigns.csv",
                    .summary = "The domains of a campaign and their contacts",
                    .handle = [&site](const Request& request, const PathValues&, Reply reply) {
                      reply(addressees(site, request));
                    }});
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

// The button on the admin listener's page of a domain. The answer leads back to the page.
void add_admin_page_routes(const Site& site, std::vector<Route>& routes) {
  if (!site.actions.recheck) return;
  for (const Language language : {Language::english, Language::welsh})
    routes.push_back(
        {.method = "POST",
         .pattern = url_in(language, "/domains/{name}/recheck"),
         .summary = "Look at the domain again, soon, from its page",
         .audience = Audience::admin,
         .form = true,
         .handle = [&site, language](const Request& request, const PathValues& values,
                                     Reply reply) {
           const auto name = Name::parse(values[0]);
           if (!name || !site.snapshot()->find(*name))
             return reply(problem(404, "the domain is not in the list"));
           const auto back = [place = url_in(language, "/domains/" + percent_encoded(name->text())),
                              reply](const char* outcome) {
             Response out{.status = 303, .cache_control = "no-store"};
             out.fields.emplace_back("Location", place + "?recheck=" + outcome);
             reply(std::move(out));
           };
           if (!form_may_act(request, site.settings.token)) return back("refused");
           const AdminRequest asked{.client = request.client, .body = Value::object()};
           site.actions.recheck(*name, asked, [post = site.post, back](AdminResult result) {
             post([back, accepted = result.status < 400] { back(accepted ? "asked" : "refused"); });
           });
         }});
}

}  // namespace mailfleet
