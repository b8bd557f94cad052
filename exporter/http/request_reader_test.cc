#include "exporter/http/request_reader.h"

#include <doctest/doctest.h>

#include "exporter/http/gzip.h"
#include "exporter/http/negotiate.h"
#include "exporter/http/router.h"
#include "exporter/http/wire.h"

using namespace mailfleet;
using Step = RequestReader::Step;

namespace {

const std::string host = "Host: a\r\n";

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + host + "\r\n";
}

// 0: a request was read; 1: more is needed; else the status of the refusal.
unsigned outcome(std::string_view octets) {
  RequestReader reader;
  reader.append(octets);
  const Step step = reader.advance();
  if (step == Step::refused) return reader.status();
  return step == Step::ready ? 0 : 1;
}

// The same whether octets come at once or one by one.
unsigned outcome_of_drips(std::string_view octets) {
  RequestReader reader;
  Step step = Step::need_more;
  for (const char c : octets) {
    reader.append(std::string_view(&c, 1));
    step = reader.advance();
    if (step != Step::need_more) break;
  }
  return step == Step::refused ? reader.status() : step == Step::ready ? 0 : 1;
}

Request request_of(std::string_view octets) {
  RequestReader reader;
  reader.append(octets);
  REQUIRE(reader.advance() == Step::ready);
  return reader.take();
}

}  // namespace

TEST_CASE("http: what is refused, and with which status") {
  const std::string line = "GET / HTTP/1.1\r\n";
  const struct {
    std::string what;
    std::string octets;
    unsigned outcome;
  } rows[] = {
      {"a plain request", get("/"), 0},
      {"a query", get("/a?b=c&d=%20"), 0},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", 0},
      {"an absolute target", get("http://other/x"), 0},
      {"an empty line before the request", "\r\n" + get("/"), 0},
      {"half a request", "GET / HT", 1},
      {"no Host", line + "\r\n", 400},
      {"two Hosts", line + host + host + "\r\n", 400},
      {"an empty Host", line + "Host:\r\n\r\n", 400},
      {"a Host with a path", line + "Host: a/b\r\n\r\n", 400},
      {"Content-Length and Transfer-Encoding",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"two Content-Lengths",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400},
      {"two equal Content-Lengths",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400},
      {"a negative Content-Length", "POST / HTTP/1.1\r\n" + host + "Content-Length: -3\r\n\r\n",
       400},
      {"a list as Content-Length", "POST / HTTP/1.1\r\n" + host + "Content-Length: 3, 3\r\n\r\nabc",
       400},
      {"an unknown transfer coding",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"chunks of HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"a NUL", line + "Host: a" + std::string(1, '\0') + "\r\n\r\n", 400},
      {"a NUL in the target", get("/%00"), 400},
      {"a broken escape", get("/%2"), 400},
      {"a fragment", get("/#x"), 400},
      {"a blank in the target", get("/a b"), 400},
      {"a target without a slash", get("domains"), 400},
      {"a folded field", line + "Host: a\r\n b\r\n\r\n", 400},
      {"a bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"a bare CR", line + "Host: a\rb\r\n\r\n", 400},
      {"a blank before the colon", line + "Host : a\r\n\r\n", 400},
      {"a field without a colon", line + host + "what\r\n\r\n", 400},
      {"version 2.0", "GET / HTTP/2.0\r\n" + host + "\r\n", 505},
      {"version 0.9", "GET / HTTP/0.9\r\n" + host + "\r\n", 505},
      {"no version", "GET /\r\n" + host + "\r\n", 400},
      {"lower case http", "GET / http/1.1\r\n" + host + "\r\n", 400},
      {"an unknown method", "BREW / HTTP/1.1\r\n" + host + "\r\n", 501},
      {"a known method in lower case", "get / HTTP/1.1\r\n" + host + "\r\n", 501},
      {"a target that is too long", get("/" + std::string(max_target_bytes, 'a')), 414},
      {"a target without end", "GET /" + std::string(max_header_bytes + 1, 'a'), 414},
      {"a header that is too large",
       line + host + "X: " + std::string(max_header_bytes, 'x') + "\r\n\r\n", 431},
      {"a header without end", line + host + "X: " + std::string(max_header_bytes, 'x'), 431},
      {"a body that is too large", "POST / HTTP/1.1\r\n" + host + "Content-Length: 65537\r\n\r\n",
       413},
      {"a body of just the size",
       "POST / HTTP/1.1\r\n" + host + "Content-Length: 65536\r\n\r\n" + std::string(65536, 'x'), 0},
      {"chunks",
       "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 0},
      {"a broken chunk", "POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
       400},
      {"an unknown expectation", line + host + "Expect: tea\r\n\r\n", 417},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(outcome(row.octets) == row.outcome);
    CHECK(outcome_of_drips(row.octets) == row.outcome);
  }
}

TEST_CASE("http: a chunked body that never ends is refused") {
  RequestReader reader;
  reader.append("POST / HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n");
  for (size_t sent = 0; sent < 2 * max_raw_body_bytes && reader.status() == 0; sent += 6) {
    reader.append("1\r\nx\r\n");
    reader.advance();
  }
  CHECK(reader.status() == 413);
}

TEST_CASE("http: pipelined requests come out one by one") {
  RequestReader reader;
  reader.append("POST /1 HTTP/1.1\r\n" + host + "Content-Length: 2\r\n\r\nab" + get("/2") +
                "GET /3");
  REQUIRE(reader.advance() == Step::ready);
  const Request first = reader.take();
  CHECK(first.path == "/1");
  CHECK(first.body == "ab");
  REQUIRE(reader.advance() == Step::ready);
  CHECK(reader.take().path == "/2");
  CHECK(reader.advance() == Step::need_more);
  CHECK_FALSE(reader.idle());
}

TEST_CASE("http: a request is told decoded") {
  const Request request = request_of(
      "GET /a%2eb/%C3%B4?q=x+y%2B&empty&q=2 HTTP/1.1\r\nHost: a\r\nX-One:  v \r\nConnection: "
      "close\r\n\r\n");
  CHECK(request.path == "/a.b/ô");
  CHECK(request.parameter("q") == "x y+");
  CHECK(request.parameter("empty") == "");
  CHECK_FALSE(request.parameter("none"));
  CHECK(request.field("x-one") == "v");
  CHECK_FALSE(request.keep_alive);
  CHECK(request_of(get("http://other/x?y=1")).path == "/x");
  CHECK(request_of(get("http://other")).path == "/");
  CHECK(request_of(get("/")).keep_alive);
}

TEST_CASE("http: the body is asked for once") {
  RequestReader reader;
  reader.append("POST / HTTP/1.1\r\n" + host + "Expect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  CHECK(reader.advance() == Step::need_more);
  CHECK(reader.wants_continue());
  CHECK_FALSE(reader.wants_continue());
}

TEST_CASE("http: gzip only for those who take it") {
  for (const char* yes : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.1", "*",
                          "gzip; q=1.0, identity;q=0.5", "br;q=1.0, x-gzip"})
    CHECK_MESSAGE(accepts_gzip(yes), yes);
  for (const char* no : {"", "identity", "gzip;q=0", "gzip;q=0.000", "*;q=0", "gzip;q=0, *",
                         "gzip;q=0.5, identity;q=1", "gzipped", "gzip;q=x"})
    CHECK_FALSE_MESSAGE(accepts_gzip(no), no);
}

TEST_CASE("http: If-None-Match compares weakly and takes lists") {
  for (const char* yes : {"\"a\"", "W/\"a\"", "\"b\", \"a\"", "*", "\"x,y\" , W/\"a\""})
    CHECK_MESSAGE(none_match_hits(yes, "\"a\""), yes);
  for (const char* no : {"", "a", "\"A\"", "\"ab\"", "\"a", "\"b\",\"c\""})
    CHECK_FALSE_MESSAGE(none_match_hits(no, "\"a\""), no);
}

TEST_CASE("http: two forms of a body have two tags, and either is recognised") {
  const auto document = std::make_shared<Document>(Document{
      .body = "text", .gzip = gzip_of("text"), .etag = "\"t\"", .content_type = "text/plain"});
  const auto answer = [&](Fields fields, const char* method = "GET") {
    return wire_answer({.method = method, .path = "/", .fields = std::move(fields)},
                       {.document = document}, Time{});
  };
  CHECK(answer({}).head.find("ETag: \"t\"\r\n") != std::string::npos);
  CHECK(answer({}).body == "text");
  const WireAnswer gzipped = answer({{"accept-encoding", "gzip"}});
  CHECK(gzipped.head.find("ETag: \"t-gz\"\r\n") != std::string::npos);
  CHECK(gzipped.head.find("Content-Encoding: gzip\r\n") != std::string::npos);
  CHECK(gzipped.head.find("Vary: Accept-Encoding\r\n") != std::string::npos);
  CHECK(gzipped.body == document->gzip);
  for (const char* tag : {"\"t\"", "\"t-gz\""}) {
    const WireAnswer held = answer({{"if-none-match", tag}});
    CHECK(held.status == 304);
    CHECK(held.body.empty());
    CHECK(held.head.find("Content-Length") == std::string::npos);
  }
  CHECK(answer({}, "HEAD").body.empty());
  CHECK(answer({}, "HEAD").head.find("Content-Length: 4\r\n") != std::string::npos);
  CHECK(answer({{"if-none-match", "\"t\""}}, "POST").status == 200);
}

TEST_CASE("http: dates as HTTP writes them") {
  CHECK(http_date(*parse_time("2026-11-21T12:05:09Z")) == "Sat, 21 Nov 2026 12:05:09 GMT");
}

TEST_CASE("http: routes by method, path and audience") {
  const std::vector<Route> routes = {
      {.method = "GET", .pattern = "/a"},
      {.method = "GET", .pattern = "/a/{name}"},
      {.method = "POST", .pattern = "/a/{name}", .audience = Audience::admin},
  };
  const auto path = [&](const char* method, const char* text,
                        Audience audience = Audience::anyone) {
    return find_route(routes, method, text, audience);
  };
  CHECK(path("GET", "/a").route == &routes[0]);
  CHECK(path("HEAD", "/a").route == &routes[0]);
  CHECK(path("GET", "/a/b").values == PathValues{"b"});
  CHECK(path("GET", "/a/").allow.empty());
  CHECK(path("GET", "/a/b/c").route == nullptr);
  CHECK(path("POST", "/a/b").allow == std::vector<std::string>{"GET", "HEAD"});
  CHECK(path("POST", "/a/b", Audience::admin).route == &routes[2]);
  CHECK(path("DELETE", "/a/b", Audience::admin).allow ==
        std::vector<std::string>{"GET", "HEAD", "POST"});
}
