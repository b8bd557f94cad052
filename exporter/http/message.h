// One HTTP request as a handler sees it, and the answer it gives. Plain data (RFC 9110).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/base/value.h"
#include "exporter/snapshot.h"

namespace mailfleet {

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Request {
  std::string method{};  // as sent: "GET"
  std::string path{};    // decoded, begins with '/', never holds a NUL
  Fields query{};        // decoded, in order
  Fields fields{};       // header fields, names in lower case
  std::string body{};
  bool keep_alive = true;
  std::string client{};  // the address it came from
  bool admin = false;    // by the admin listener

  // The first value of that header field or query parameter; empty optional when there is none.
  std::optional<std::string_view> field(std::string_view name) const;
  std::optional<std::string_view> parameter(std::string_view name) const;
  // An empty parameter counts as none: forms send those.
  std::string_view filter(std::string_view name) const { return parameter(name).value_or(""); }
};

struct Response {
  unsigned status = 200;
  DocumentPtr document{};  // body, its gzip (may be empty), ETag (may be empty), type
  std::string cache_control = "no-cache";
  Fields fields{};  // more header fields, as written
};

// Called once, on the web thread; a second call does nothing.
using Reply = std::function<void(Response)>;

std::string_view reason_phrase(unsigned status);
DocumentPtr make_document(std::string body, std::string content_type);  // with an ETag, not gzipped
Response text_response(unsigned status, std::string text);
Response json_response(const Value& value, unsigned status = 200);
// RFC 9457: {"type":"about:blank","title","status","detail"}
Response problem(unsigned status, std::string_view detail);

// "a%20b" → "a b"; empty when a '%' is not followed by two hex digits, or hides a NUL. '+' is a
// blank in queries only.
std::optional<std::string> percent_decoded(std::string_view text);
std::optional<Fields> parse_query(std::string_view query);
std::string percent_encoded(
    std::string_view text);  // all but unreserved characters (RFC 3986 §2.3)

}  // namespace mailfleet
