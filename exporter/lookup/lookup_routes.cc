// /lookup in both languages, and /api/v1/lookup.
#include <algorithm>
#include <memory>

#include "checks/base/text.h"
#include "exporter/api/objects.h"
#include "exporter/http/rate_limit.h"
#include "exporter/lookup/lookup.h"
#include "exporter/pages/page.h"

namespace mailfleet {
namespace {

// An officer asks a few times a minute; an office behind one address some dozens.
constexpr int64_t lookups_a_minute = 60;

std::string asked_name(Language language, const DomainSummary& domain) {
  const std::string& name = organisation_in(language, domain.owner);
  return for_display(name.empty() ? domain.name.text() : name, 200);
}

// Why, in one sentence. The reasons behind an answer choose it; without one that people can act on,
// the plain sentence of the answer stands.
std::string answer_text(const DomainAnswer& answer, const Texts& words) {
  const auto because = [&](std::string_view code) {
    return std::ranges::find(answer.reasons, code) != answer.reasons.end();
  };
  std::string key = "lookup.text_" + std::string(to_text(answer.answer));
  if (because("not-authenticated"))
    key = "lookup.text_yes-but-t1";
  else if (answer.answer == LookupAnswer::no && because("takes-no-mail"))
    key = "lookup.text_no-mail";
  else if (answer.answer == LookupAnswer::unknown && (because("mx-moved") || because("mx-added")))
    key = "lookup.text_unknown-moved";
  else if (answer.answer == LookupAnswer::unknown && because("stale"))
    key = "lookup.text_unknown-stale";
  else if (answer.answer == LookupAnswer::unknown && because("window-not-full"))
    key = "lookup.text_unknown-window";
  else if (answer.answer == LookupAnswer::unknown && because("no-agreement"))
    key = "lookup.text_unknown-agreement";
  return words.say(key, {{"domain", shown_name(*answer.domain)}});
}

std::string missing_text(const Lookup& lookup, const Texts& words) {
  if (lookup.several) return words.say("lookup.text_one_at_a_time");
  const bool named = Name::parse(lookup.asked) && lookup.asked.find('.') != std::string::npos;
  if (named)
    return words.say("lookup.text_not-listed", {{"domain", for_display(lookup.asked, 253)}});
  return words.say(lookup.suggestions.empty() ? "lookup.text_nothing" : "lookup.text_several");
}

// What is said when there is no domain to speak of.
LookupAnswer answer_without(const Lookup& lookup) {
  return lookup.several ? LookupAnswer::unknown : LookupAnswer::not_listed;
}

Value suggestion_list(const Lookup& lookup) {
  Value out = Value::list();
  for (const DomainSummary* each : lookup.suggestions)
    out.push(Value::object(
        {{"domain", each->name.text()}, {"organisation", text_or_null(each->owner.organisation)}}));
  return out;
}

Value strings(const std::vector<std::string>& texts) {
  Value out = Value::list();
  for (const std::string& each : texts) out.push(each);
  return out;
}

Value domain_answer_object(const DomainAnswer& answer) {
  const Owner& owner = answer.domain->owner;
  return Value::object({{"answer", to_text(answer.answer)},
                        {"domain", answer.domain->name.text()},
                        {"organisation", text_or_null(owner.organisation)},
                        {"organisation_cy", text_or_null(owner.organisation_cy)},
                        {"since", time_or_null(answer.since)},
                        {"checked_at", time_or_null(answer.checked_at)},
                        {"valid_until", time_or_null(answer.valid_until)},
                        {"reasons", strings(answer.reasons)},
                        {"text", answer_text(answer, texts(Language::english))},
                        {"text_cy", answer_text(answer, texts(Language::welsh))}});
}

// One organisation may have several domains: the most cautious answer leads, all are in "domains".
Value lookup_object(const Lookup& lookup) {
  if (!lookup.answers.empty()) {
    Value out = domain_answer_object(lookup.answers[0]);
    Value all = Value::list();
    for (const DomainAnswer& each : lookup.answers)
      all.push(
          Value::object({{"domain", each.domain->name.text()}, {"answer", to_text(each.answer)}}));
    return out.set("domains", std::move(all)).set("suggestions", Value::list());
  }
  const bool named = !lookup.several && lookup.asked.find('.') != std::string::npos;
  const auto name = named ? Name::parse(lookup.asked) : std::nullopt;
  return Value::object({{"answer", to_text(answer_without(lookup))},
                        {"domain", name ? Value(name->text()) : Value()},
                        {"organisation", Value()},
                        {"organisation_cy", Value()},
                        {"since", Value()},
                        {"checked_at", Value()},
                        {"valid_until", Value()},
                        {"reasons", Value::list()},
                        {"text", missing_text(lookup, texts(Language::english))},
                        {"text_cy", missing_text(lookup, texts(Language::welsh))},
                        {"domains", Value::list()},
                        {"suggestions", suggestion_list(lookup)}});
}

data moment(const std::optional<Time>& time, const Texts& words) {
  return given(time ? when(words, *time) : "");
}

data answer_data(const DomainAnswer& answer, const Texts& words) {
  const std::string id(to_text(answer.answer));
  const std::string& name = answer.domain->name.text();
  data out{data::type::object};
  out.set("answer", id);
  out.set("headline", words.say("lookup." + id));
  out.set("who",
          words.say("lookup.who", {{"organisation", asked_name(words.language(), *answer.domain)},
                                   {"domain", shown_name(*answer.domain)}}));
  out.set("text", answer_text(answer, words));
  out.set("instead", words.say("lookup.instead_" + id));
  out.set("since", moment(answer.since, words));
  out.set("checked", moment(answer.checked_at, words));
  out.set("valid", moment(answer.valid_until, words));
  out.set("page", url_in(words.language(), "/domains/" + percent_encoded(name)));
  return out;
}

data missing_data(const Lookup& lookup, const std::string& contact, const Texts& words) {
  data out{data::type::object};
  const std::string id(to_text(answer_without(lookup)));
  out.set("answer", id);
  out.set("headline", words.say("lookup." + id));
  out.set("who", lookup.several ? "" : for_display(lookup.asked, 253));
  out.set("text", missing_text(lookup, words));
  out.set("instead", words.say("lookup.instead_" + id) +
                         (lookup.several || contact.empty()
                              ? ""
                              : " " + words.say("lookup.ask_for", {{"contact", contact}})));
  for (const char* key : {"since", "checked", "valid", "page"}) out.set(key, truth(false));
  return out;
}

data suggestions_data(const Lookup& lookup, const Texts& words) {
  data out{data::type::list};
  for (const DomainSummary* each : lookup.suggestions) {
    const std::string& name = each->name.text();
    data row{data::type::object};
    row.set("name", words.say("lookup.who", {{"organisation", asked_name(words.language(), *each)},
                                             {"domain", shown_name(*each)}}));
    row.set("url", url_in(words.language(), "/lookup?q=" + percent_encoded(name)));
    out.push_back(row);
  }
  return out;
}

data lookup_data(const Lookup& lookup, std::string_view query, const std::string& contact,
                 const Texts& words) {
  data out{data::type::object};
  out.set("action", url_in(words.language(), "/lookup"));
  out.set("q", for_display(query, 200));
  const bool asked = !trim(query).empty();
  out.set("asked", truth(asked));
  const data suggestions = suggestions_data(lookup, words);
  out.set("has_suggestions", truth(!suggestions.is_empty_list()));
  out.set("suggestions", suggestions);
  data answers{data::type::list};
  for (const DomainAnswer& each : lookup.answers) answers.push_back(answer_data(each, words));
  if (asked && lookup.answers.empty()) answers.push_back(missing_data(lookup, contact, words));
  out.set("answers", answers);
  return out;
}

Response too_many() {
  Response out = problem(429, "too many look-ups from this address: wait a minute");
  out.fields.emplace_back("Retry-After", "60");
  return out;
}

Response lookup_page(const Site& site, NameIndex& names, const Request& request) {
  const Language language = language_of(request);
  const Texts& words = texts(language);
  const std::string query(request.filter("q"));
  const SnapshotPtr snapshot = site.snapshot();
  names.follow(*snapshot);
  const Lookup lookup = look_up(*snapshot, names, query, site.now(), site.settings.name_of_people);
  const PageFrame frame{.language = language,
                        .path = "/lookup",
                        .query = query.empty() ? "" : "?q=" + percent_encoded(query),
                        .title = words.say("lookup.title")};
  Response out =
      page(site, frame, "lookup", lookup_data(lookup, query, site.settings.contact, words));
  out.cache_control = "no-store";
  return out;
}

Response lookup_api(const Site& site, NameIndex& names, const Request& request) {
  const std::string_view query = request.filter("q");
  if (trim(query).empty())
    return problem(400, "q is missing: an e-mail address, a domain or an organisation");
  const SnapshotPtr snapshot = site.snapshot();
  names.follow(*snapshot);
  Response out = json_response(
      lookup_object(look_up(*snapshot, names, query, site.now(), site.settings.name_of_people)));
  out.cache_control = "no-store";
  return out;
}

}  // namespace

void add_lookup_routes(const Site& site, std::vector<Route>& routes) {
  const auto limit = std::make_shared<RateLimit>(lookups_a_minute, Seconds(60));
  const auto names = std::make_shared<NameIndex>();
  const auto add = [&](const char* pattern, const char* summary,
                       Response (*answer)(const Site&, NameIndex&, const Request&)) {
    routes.push_back({.method = "GET",
                      .pattern = pattern,
                      .summary = summary,
                      .handle = [&site, limit, names, answer](const Request& request,
                                                              const PathValues&, Reply reply) {
                        const bool asks = !request.filter("q").empty();
                        if (asks && !limit->allows(request.client, site.now()))
                          return reply(too_many());
                        reply(answer(site, *names, request));
                      }});
  };
  add("/lookup", "May I send this by e-mail?", lookup_page);
  add("/cy/lookup", "May I send this by e-mail?, in Welsh", lookup_page);
  add("/api/v1/lookup",
      "One of five answers for an address, a domain or an organisation, ?q=", lookup_api);
}

}  // namespace mailfleet
