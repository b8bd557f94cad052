// The table of everything that can be asked of the web face, and how a request finds its row. The
// same table is what documents the API.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "exporter/http/message.h"

namespace mailfleet {

// What "{name}" and the like in a route's pattern stood for, in order.
using PathValues = std::vector<std::string>;

// `anyone` is on every listener; `admin` only on the admin listener, with the token.
enum class Audience : uint8_t { anyone, admin };

namespace web {

struct Route {
  std::string method{};   // GET (HEAD comes with it) or POST
  std::string pattern{};  // "/api/v1/domains/{name}": a part in braces matches one non-empty part
  std::string summary{};  // one line, for the documentation
  Audience audience = Audience::anyone;
  bool form = false;  // sent by a page of ours: its fields hold the token
  std::function<void(const Request&, const PathValues&, Reply)> handle{};
};

}  // namespace web
using web::Route;

struct Match {
  const Route* route = nullptr;  // null: see `allow`
  PathValues values{};
  std::vector<std::string> allow{};  // the methods that this path knows; empty: no such path
};

// Rows are tried in order. HEAD finds GET's row. `admin` rows are invisible to `anyone`.
Match find_route(const std::vector<Route>& routes, std::string_view method, std::string_view path,
                 Audience audience);

Response method_not_allowed(const std::vector<std::string>& allow);

}  // namespace mailfleet
