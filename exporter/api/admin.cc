#include "exporter/api/admin.h"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "checks/base/address.h"
#include "checks/base/text.h"
#include "exporter/http/digest.h"
#include "exporter/site.h"
#include "exporter/whole_number.h"

namespace mailfleet {
namespace {

namespace json = boost::json;

bool has_token(const Request& request, const std::string& token) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = request.field("authorization").value_or("");
  const bool bearer = starts_with_ignoring_case(given, scheme);
  return same_secret(bearer ? trim(given.substr(scheme.size())) : "", token) && bearer;
}

// "127.0.0.1:9971", "[::1]", "localhost": names could be made to point here by whoever owns them.
bool is_own_host(std::string_view host) {
  if (host.starts_with('['))
    return host.find(']') != host.npos && Address::parse(host.substr(1, host.find(']') - 1));
  const std::string_view name = host.substr(0, host.find(':'));
  return equal_ignoring_case(name, "localhost") || Address::parse(name);
}

bool is_own_origin(const Request& request) {
  const auto origin = request.field("origin");
  const std::string host(request.field("host").value_or(""));
  return !origin || *origin == "http://" + host || *origin == "https://" + host;
}

bool says_json(const Request& request) {
  const std::string_view type = request.field("content-type").value_or("");
  return equal_ignoring_case(trim(type.substr(0, type.find(';'))), "application/json");
}

Value to_value(const json::value& from) {
  if (const auto* text = from.if_string()) return Value(std::string(*text));
  if (const auto* truth = from.if_bool()) return Value(*truth);
  if (const auto* number = from.if_int64()) return Value(*number);
  if (from.is_number()) return Value(from.to_number<double>());
  if (const auto* list = from.if_array()) {
    Value out = Value::list();
    for (const json::value& each : *list) out.push(to_value(each));
    return out;
  }
  if (const auto* object = from.if_object()) {
    Value out = Value::object();
    for (const auto& member : *object)
      out.set(std::string_view(member.key()), to_value(member.value()));
    return out;
  }
  return {};
}

Response response_of(const AdminResult& result) {
  if (result.status >= 400) return problem(result.status, result.detail);
  Response out = json_response(result.body, result.status);
  out.cache_control = "no-store";
  return out;
}

using Act = std::function<void(const Site&, const PathValues&, const AdminRequest&, AdminAnswer)>;

void act(const Site& site, const Act& action, const Request& request, const PathValues& values,
         Reply reply) {
  auto body = parse_json_object(request.body);
  if (!body) return reply(problem(400, "the body is not a JSON object"));
  const AdminRequest asked{.client = request.client, .body = std::move(*body)};
  action(site, values, asked, [post = site.post, reply = std::move(reply)](AdminResult result) {
    post([reply, response = response_of(result)] { reply(response); });
  });
}

void post_route(const Site& site, std::vector<Route>& routes, std::string pattern,
                std::string summary, Act action) {
  routes.push_back({.method = "POST",
                    .pattern = std::move(pattern),
                    .summary = std::move(summary),
                    .audience = Audience::admin,
                    .handle = [&site, action = std::move(action)](
                                  const Request& request, const PathValues& values, Reply reply) {
                      act(site, action, request, values, std::move(reply));
                    }});
}

enum class Listed : uint8_t { must, may };

// An act on one domain.
Act on_domain(
    std::function<void(const Name&, const AdminRequest&, AdminAnswer)> AdminActions::*action,
    Listed listed) {
  return [action, listed](const Site& site, const PathValues& values, const AdminRequest& asked,
                          AdminAnswer answer) {
    const auto name = Name::parse(values[0]);
    if (!name)
      return answer(
          {.status = 404, .detail = "\"" + for_display(values[0], 60) + "\" is no domain name"});
    if (listed == Listed::must && !site.snapshot()->find(*name))
      return answer({.status = 404, .detail = name->text() + " is not in the fleet list"});
    (site.actions.*action)(*name, asked, std::move(answer));
  };
}

void end_maintenance(const Site& site, const PathValues& values, const AdminRequest& asked,
                     AdminAnswer answer) {
  const auto id = whole_number<int64_t>(values[0]);
  if (!id) return answer({.status = 404, .detail = "a window is named by its number"});
  site.actions.end_maintenance(*id, asked, std::move(answer));
}

}  // namespace

std::optional<Response> admin_refusal(const Request& request, const std::string& token) {
  if (token.empty())
    return problem(403, "no admin token is configured, so nothing can be changed here");
  if (!is_own_host(request.field("host").value_or("")) || !is_own_origin(request))
    return problem(403, "the request comes from another site");
  if (!has_token(request, token)) {
    Response out = problem(401, "a bearer token is needed");
    out.fields.emplace_back("WWW-Authenticate", "Bearer realm=\"mailfleet admin\"");
    return out;
  }
  if (!request.body.empty() && !says_json(request))
    return problem(415, "the body must be application/json");
  return std::nullopt;
}

bool form_may_act(const Request& request, const std::string& token) {
  const auto fields = parse_query(request.body);
  if (token.empty() || !fields || !is_own_host(request.field("host").value_or(""))) return false;
  const auto given = std::ranges::find(*fields, "token", &Fields::value_type::first);
  return given != fields->end() && same_secret(trim(given->second), token);
}

std::optional<Value> parse_json_object(const std::string& body) {
  if (trim(body).empty()) return Value::object();
  boost::system::error_code error;
  const json::value parsed = json::parse(body, error);
  if (error || !parsed.is_object()) return std::nullopt;
  return to_value(parsed);
}

void add_admin_routes(const Site& site, std::vector<Route>& routes) {
  if (site.actions.reload)
    post_route(site, routes, "/-/reload", "Read the configuration and the fleet lists again",
               [](const Site& own, const PathValues&, const AdminRequest& asked,
                  AdminAnswer answer) { own.actions.reload(asked, std::move(answer)); });
  if (site.actions.recheck)
    post_route(site, routes, "/api/v1/domains/{name}/recheck", "Look at the domain again, soon",
               on_domain(&AdminActions::recheck, Listed::must));
  if (site.actions.acknowledge)
    post_route(site, routes, "/api/v1/domains/{name}/acknowledge",
               "Say that a change is known and meant: {by, reason, regression, edition or entry}",
               on_domain(&AdminActions::acknowledge, Listed::may));
  if (site.actions.agreement)
    post_route(site, routes, "/api/v1/domains/{name}/agreement",
               "Record that TLS may be required: {by, reason, agreement, tls_ready}; or {by, "
               "reason, withdraw}",
               on_domain(&AdminActions::agreement, Listed::must));
  if (site.actions.maintenance)
    post_route(site, routes, "/api/v1/maintenance",
               "Announce work: {by, reason, domains, mx, from, until}",
               [](const Site& own, const PathValues&, const AdminRequest& asked,
                  AdminAnswer answer) { own.actions.maintenance(asked, std::move(answer)); });
  if (site.actions.end_maintenance)
    post_route(site, routes, "/api/v1/maintenance/{id}/end",
               "End an announced window now: {by, reason}", end_maintenance);
}

}  // namespace mailfleet
