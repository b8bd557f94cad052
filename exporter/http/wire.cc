#include "exporter/http/wire.h"

#include <array>
#include <cstdio>

#include "exporter/http/negotiate.h"

namespace mailfleet {
namespace {

// Nothing from elsewhere, no script at all, no frame around us; what is sent is what it says it is.
constexpr std::string_view fixed_fields =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

// Two forms of one body are two representations: their strong tags must differ (RFC 9110 §8.8.3).
std::string gzip_etag(const std::string& etag) {
  return etag.ends_with('"') ? etag.substr(0, etag.size() - 1) + "-gz\"" : etag;
}

void add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

std::string http_date(Time time) {
  static constexpr std::array<const char*, 7> days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  std::array<char, 64> out{};
  const int length = std::snprintf(
      out.data(), out.size(), "%s, %02u %s %04d %02d:%02d:%02d GMT",
      days[std::chrono::weekday(day).c_encoding()], static_cast<unsigned>(date.day()),
      months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
      static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
  return std::string(out.data(), static_cast<size_t>(length));
}

WireAnswer wire_answer(const Request& request, Response response, Time now) {
  static const auto nothing = std::make_shared<const Document>();
  const DocumentPtr document = response.document ? response.document : nothing;
  const bool gzip =
      !document->gzip.empty() && accepts_gzip(request.field("accept-encoding").value_or(""));
  const std::string etag = gzip ? gzip_etag(document->etag) : document->etag;
  const auto held = request.field("if-none-match");
  const bool reading = request.method == "GET" || request.method == "HEAD";
  const bool unchanged =
      reading && response.status == 200 && held && !etag.empty() &&
      (none_match_hits(*held, document->etag) || none_match_hits(*held, gzip_etag(document->etag)));
  WireAnswer out{.status = unchanged ? 304 : response.status,
                 .document = document,
                 .close = !request.keep_alive};
  const std::string_view body = gzip ? document->gzip : document->body;
  out.head = "HTTP/1.1 " + std::to_string(out.status) + " ";
  out.head.append(reason_phrase(out.status)).append("\r\n");
  add(out.head, "Date", http_date(now));
  if (!unchanged) {
    if (!document->content_type.empty()) add(out.head, "Content-Type", document->content_type);
    add(out.head, "Content-Length", std::to_string(body.size()));
    if (gzip) add(out.head, "Content-Encoding", "gzip");
  }
  if (!document->gzip.empty()) add(out.head, "Vary", "Accept-Encoding");
  if (!etag.empty() && response.status == 200) add(out.head, "ETag", etag);
  add(out.head, "Cache-Control", response.cache_control);
  for (const auto& [name, value] : response.fields) add(out.head, name, value);
  out.head += fixed_fields;
  add(out.head, "Connection", out.close ? "close" : "keep-alive");
  out.head += "\r\n";
  if (!unchanged && request.method != "HEAD") out.body = body;
  return out;
}

}  // namespace mailfleet
