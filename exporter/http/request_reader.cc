#include "exporter/http/request_reader.h"

#include <algorithm>
#include <array>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "checks/base/text.h"

namespace mailfleet {
namespace {

namespace http = boost::beast::http;
using Parser = http::request_parser<http::string_body>;

struct Refusal {
  unsigned status;
  std::string why;
};

constexpr std::array<std::string_view, 9> known_methods{
    "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"};

// RFC 9112 §3: method SP target SP version, looked at before the parser does so that each fault has
// its own status.
std::optional<Refusal> fault_of_line(std::string_view line) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == line.npos || last == first) return Refusal{400, "the request line is malformed"};
  const std::string_view target = line.substr(first + 1, last - first - 1);
  if (target.size() > max_target_bytes) return Refusal{414, "the request target is too long"};
  const auto printable = [](char c) { return c > ' ' && c < '\x7f' && c != '#'; };
  if (target.empty() || !std::ranges::all_of(target, printable))
    return Refusal{400, "the request target holds characters that it must not"};
  const std::string_view version = line.substr(last + 1);
  const auto digit = [&](size_t i) { return version[i] >= '0' && version[i] <= '9'; };
  if (version.size() != 8 || !version.starts_with("HTTP/") || !digit(5) || version[6] != '.' ||
      !digit(7))
    return Refusal{400, "the request line is malformed"};
  if (version != "HTTP/1.1" && version != "HTTP/1.0")
    return Refusal{505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  if (std::ranges::find(known_methods, line.substr(0, first)) == known_methods.end())
    return Refusal{501, "the method is not known here"};
  return std::nullopt;
}

bool is_host(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("/?#@\\,").find(c) == std::string_view::npos;
  });
}

// RFC 9112 §3.2 and §6.3: what frames and routes the request must not be read in two ways.
std::optional<Refusal> fault_of_fields(const Parser& parser) {
  const auto& fields = parser.get();
  const size_t hosts = fields.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && fields.version() == 11))
    return Refusal{400, "a request needs exactly one Host field"};
  if (hosts == 1 && !is_host(std::string(fields[http::field::host])))
    return Refusal{400, "the Host field is malformed"};
  const size_t lengths = fields.count(http::field::content_length);
  const size_t codings = fields.count(http::field::transfer_encoding);
  if (lengths > 1 || codings > 1 || (lengths && codings))
    return Refusal{400, "the length of the request is ambiguous"};
  const std::string length(fields[http::field::content_length]);
  if (length.find_first_not_of("0123456789") != std::string::npos)
    return Refusal{400, "the length of the request is no number"};
  if (codings && fields.version() == 10) return Refusal{400, "HTTP/1.0 knows no Transfer-Encoding"};
  if (codings &&
      !equal_ignoring_case(std::string(fields[http::field::transfer_encoding]), "chunked"))
    return Refusal{501, "only the chunked transfer coding is known here"};
  const auto expect = fields.find(http::field::expect);
  if (expect != fields.end() && !equal_ignoring_case(std::string(expect->value()), "100-continue"))
    return Refusal{417, "only 100-continue can be expected here"};
  return std::nullopt;
}

Refusal refusal_of(const boost::system::error_code& error) {
  if (error == http::error::header_limit) return {431, "the header is too large"};
  if (error == http::error::body_limit) return {413, "the body is too large"};
  if (error == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return {400, "the request is malformed"};
}

// RFC 9112 §3.2.2: a target may be a whole URL; its path and query are what counts here.
std::string_view origin_form(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!starts_with_ignoring_case(target, scheme)) continue;
    target.remove_prefix(scheme.size());
    const size_t path = target.find_first_of("/?");
    return path == target.npos ? "/" : target.substr(path);
  }
  return target;
}

}  // namespace

struct RequestReader::Body {
  Parser parser{};
  size_t raw_octets = 0;
  Request request{};
};

RequestReader::RequestReader() = default;
RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;
RequestReader& RequestReader::operator=(RequestReader&&) noexcept = default;

RequestReader::Step RequestReader::refuse(unsigned status, std::string why) {
  status_ = status;
  why_ = std::move(why);
  return Step::refused;
}

RequestReader::Step RequestReader::advance() {
  if (status_) return Step::refused;
  return body_ ? advance_body() : advance_head();
}

// Every octet of a head is looked at once: NUL, bare CR or LF and folded lines are refused as they
// come, so that a head without an end cannot wait for one.
RequestReader::Step RequestReader::check_octets() {
  for (; checked_ < pending_.size(); ++checked_) {
    const char c = pending_[checked_];
    const char before = checked_ ? pending_[checked_ - 1] : '\0';
    if (c == '\0') return refuse(400, "a NUL in the header");
    if ((c == '\n') != (before == '\r')) return refuse(400, "lines must end with CR LF");
    if ((c == ' ' || c == '\t') && before == '\n') return refuse(400, "folded header fields");
    if (c == '\n' && checked_ >= 3 && pending_[checked_ - 2] == '\n') return Step::ready;
    if (checked_ >= max_header_bytes) {
      const bool in_first_line = pending_.find('\n') > max_target_bytes;
      return in_first_line ? refuse(414, "the request target is too long")
                           : refuse(431, "the header is too large");
    }
  }
  return Step::need_more;
}

RequestReader::Step RequestReader::advance_head() {
  // RFC 9112 §2.2: an empty line before the request line is to be passed over.
  if (checked_ == 0 && pending_ == "\r") return Step::need_more;
  if (checked_ == 0 && pending_.starts_with("\r\n")) pending_.erase(0, 2);
  const Step step = check_octets();
  if (step != Step::ready) return step;
  const size_t length = checked_ + 1;
  const std::string_view line = std::string_view(pending_).substr(0, pending_.find('\r'));
  if (auto fault = fault_of_line(line)) return refuse(fault->status, std::move(fault->why));
  auto body = std::make_unique<Body>();
  body->parser.header_limit(max_header_bytes + 1);
  body->parser.body_limit(max_body_bytes);
  body->parser.eager(true);
  boost::system::error_code error;
  body->parser.put(boost::asio::buffer(pending_.data(), length), error);
  if (error && error != http::error::need_more) {
    const Refusal refusal = refusal_of(error);
    return refuse(refusal.status, refusal.why);
  }
  if (!body->parser.is_header_done()) return refuse(400, "the request is malformed");
  if (auto fault = fault_of_fields(body->parser))
    return refuse(fault->status, std::move(fault->why));
  pending_.erase(0, length);
  checked_ = 0;
  expects_continue_ = !body->parser.is_done() && body->parser.get().count(http::field::expect) > 0;
  body_ = std::move(body);
  return advance_body();
}

RequestReader::Step RequestReader::advance_body() {
  Parser& parser = body_->parser;
  while (!parser.is_done() && !pending_.empty()) {
    boost::system::error_code error;
    const size_t used = parser.put(boost::asio::buffer(pending_), error);
    pending_.erase(0, used);
    body_->raw_octets += used;
    if (error && error != http::error::need_more) {
      const Refusal refusal = refusal_of(error);
      return refuse(refusal.status, refusal.why);
    }
    if (body_->raw_octets > max_raw_body_bytes || pending_.size() > max_raw_body_bytes)
      return refuse(413, "the body is too large");
    if (error == http::error::need_more || used == 0) break;
  }
  if (!parser.is_done()) return Step::need_more;
  const std::string target(parser.get().target());
  std::string_view rest = origin_form(target);
  const size_t mark = rest.find('?');
  auto path = percent_decoded(rest.substr(0, mark));
  auto query = parse_query(mark == rest.npos ? "" : rest.substr(mark + 1));
  if (!path || !query || (rest != "*" && !rest.starts_with('/') && !rest.starts_with('?')))
    return refuse(400, "the request target is malformed");
  body_->request.path = path->empty() ? "/" : std::move(*path);
  body_->request.query = std::move(*query);
  return Step::ready;
}

Request RequestReader::take() {
  Request out = std::move(body_->request);
  auto& message = body_->parser.get();
  out.method = std::string(message.method_string());
  out.keep_alive = body_->parser.keep_alive();
  for (const auto& field : message)
    out.fields.emplace_back(ascii_lower(std::string(field.name_string())),
                            std::string(field.value()));
  out.body = std::move(message.body());
  body_.reset();
  expects_continue_ = false;
  return out;
}

bool RequestReader::wants_continue() { return std::exchange(expects_continue_, false); }

}  // namespace mailfleet
