#include "exporter/http/message.h"

#include <algorithm>
#include <array>

#include "checks/base/text.h"
#include "exporter/http/digest.h"

namespace mailfleet {
namespace {

std::optional<std::string_view> first_of(const Fields& fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
  if (found == fields.end()) return std::nullopt;
  return found->second;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  c = ascii_lower(c);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

std::optional<std::string> form_decoded(std::string_view text) {
  std::string blanks(text);
  std::ranges::replace(blanks, '+', ' ');
  return percent_decoded(blanks);
}

}  // namespace

std::optional<std::string_view> Request::field(std::string_view name) const {
  return first_of(fields, name);
}

std::optional<std::string_view> Request::parameter(std::string_view name) const {
  return first_of(query, name);
}

std::string_view reason_phrase(unsigned status) {
  static constexpr std::array<std::pair<unsigned, std::string_view>, 24> phrases{{
      {200, "OK"},
      {202, "Accepted"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {417, "Expectation Failed"},
      {422, "Unprocessable Content"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {503, "Service Unavailable"},
      {505, "HTTP Version Not Supported"},
  }};
  const auto found =
      std::ranges::find(phrases, status, &std::pair<unsigned, std::string_view>::first);
  return found == phrases.end() ? "Unknown" : found->second;
}

DocumentPtr make_document(std::string body, std::string content_type) {
  auto out = std::make_shared<Document>();
  out->etag = strong_etag(body);
  out->body = std::move(body);
  out->content_type = std::move(content_type);
  return out;
}

Response text_response(unsigned status, std::string text) {
  return {.status = status,
          .document = make_document(std::move(text), "text/plain; charset=utf-8")};
}

Response json_response(const Value& value, unsigned status) {
  return {.status = status, .document = make_document(to_json(value) + "\n", "application/json")};
}

Response problem(unsigned status, std::string_view detail) {
  const Value value = Value::object({{"type", "about:blank"},
                                     {"title", reason_phrase(status)},
                                     {"status", static_cast<int>(status)},
                                     {"detail", detail}});
  return {.status = status,
          .document = make_document(to_json(value) + "\n", "application/problem+json"),
          .cache_control = "no-store"};
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low < 0 || high * 16 + low == 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

std::optional<Fields> parse_query(std::string_view query) {
  Fields out;
  for (const std::string_view part : split(query, '&')) {
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    const auto name = form_decoded(part.substr(0, equals));
    const auto value = form_decoded(equals == part.npos ? "" : part.substr(equals + 1));
    if (!name || !value) return std::nullopt;
    out.emplace_back(*name, *value);
  }
  return out;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto octet = static_cast<uint8_t>(c);
    if (is_unreserved(c))
      out += c;
    else
      out.append({'%', digits[octet >> 4], digits[octet & 15]});
  }
  return out;
}

}  // namespace mailfleet
