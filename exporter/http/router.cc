#include "exporter/http/router.h"

#include <algorithm>
#include <optional>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

std::optional<PathValues> match_pattern(std::string_view pattern, std::string_view path) {
  const auto wanted = split(pattern, '/');
  const auto given = split(path, '/');
  if (wanted.size() != given.size()) return std::nullopt;
  PathValues out;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!wanted[i].starts_with('{')) {
      if (wanted[i] != given[i]) return std::nullopt;
    } else if (given[i].empty()) {
      return std::nullopt;
    } else {
      out.emplace_back(given[i]);
    }
  }
  return out;
}

void add_method(std::vector<std::string>& allow, const std::string& method) {
  if (std::ranges::find(allow, method) != allow.end()) return;
  allow.push_back(method);
  if (method == "GET") allow.push_back("HEAD");
}

}  // namespace

Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path,
                 Audience audience) {
  Match out;
  const std::string_view wanted = method == "HEAD" ? "GET" : method;
  for (const Route& route : routes) {
    if (route.audience == Audience::admin && audience != Audience::admin) continue;
    auto values = match_pattern(route.pattern, path);
    if (!values) continue;
    if (route.method == wanted) return {.route = &route, .values = std::move(*values)};
    add_method(out.allow, route.method);
  }
  return out;
}

Response method_not_allowed(const std::vector<std::string>& allow) {
  std::string list;
  for (const std::string& method : allow) list += (list.empty() ? "" : ", ") + method;
  Response out = problem(405, "this path answers to " + list);
  out.fields.emplace_back("Allow", list);
  return out;
}

}  // namespace mailfleet
