// The web face over real sockets, asked by an independent client and by hostile ones.
#include "exporter/server.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <future>

#include "exporter/http/listener.h"
#include "tests/raw_client.h"
#include "tests/web_sample.h"

using namespace mailfleet;
namespace json = boost::json;

namespace {

json::value parsed(const std::string& text) {
  boost::system::error_code error;
  json::value out = json::parse(text, error);
  REQUIRE_MESSAGE(!error, text);
  return out;
}

struct Asked {
  int status = 0;
  std::string body{};
  httplib::Headers headers{};
};

Asked ask(uint16_t port, const std::string& path, const httplib::Headers& headers = {}) {
  httplib::Client client("127.0.0.1", port);
  client.set_decompress(true);
  const auto result = client.Get(path, headers);
  if (!result) return {};
  return {result->status, result->body, result->headers};
}

json::value ask_json(const SampleServer& server, const std::string& path) {
  const Asked asked = ask(server.ports.listen[0], path);
  CHECK_MESSAGE(asked.status == 200, path);
  return parsed(asked.body);
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n\r\n"; }

std::string status_of(const std::string& answer) { return answer.substr(9, 3); }

}  // namespace

TEST_CASE("web: healthy, ready, and not there") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  CHECK(ask(port, "/-/healthy").status == 200);
  CHECK(ask(port, "/-/ready").status == 200);
  const Asked missing = ask(port, "/api/v1/nothing");
  CHECK(missing.status == 404);
  CHECK(missing.headers.find("Content-Type")->second == "application/problem+json");
  CHECK(parsed(missing.body).at("status") == 404);
}

TEST_CASE("web: not ready before the first sweep") {
  auto snapshot = sample_snapshot();
  snapshot->ready = false;
  const SampleServer server(snapshot);
  const Asked asked = ask(server.ports.listen[0], "/-/ready");
  CHECK(asked.status == 503);
  CHECK(asked.headers.count("Retry-After") == 1);
}

TEST_CASE("web: every answer carries the fields that keep it in its place") {
  const SampleServer server;
  for (const char* path : {"/-/healthy", "/api/v1/summary", "/nothing", "/metrics"}) {
    const Asked asked = ask(server.ports.listen[0], path);
    CHECK(asked.headers.find("Content-Security-Policy")->second.starts_with("default-src 'none'"));
    CHECK(asked.headers.find("X-Content-Type-Options")->second == "nosniff");
    CHECK(asked.headers.count("Referrer-Policy") == 1);
    CHECK(asked.headers.count("Cache-Control") == 1);
    CHECK(asked.headers.count("Date") == 1);
  }
}

TEST_CASE("web: an answer is not sent twice to who holds it") {
  const SampleServer server;
  const Asked first = ask(server.ports.listen[0], "/api/v1/summary");
  const std::string tag = first.headers.find("ETag")->second;
  CHECK(ask(server.ports.listen[0], "/api/v1/summary", {{"If-None-Match", "\"x\", W/" + tag}}).status == 304);
  CHECK(ask(server.ports.listen[0], "/api/v1/summary", {{"If-None-Match", "\"x\""}}).status == 200);
}

TEST_CASE("web: metrics are the same plain and compressed") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  const Asked plain = ask(port, "/metrics", {{"Accept-Encoding", "identity"}});
  const Asked gzipped = ask(port, "/metrics", {{"Accept-Encoding", "gzip"}});
  CHECK(gzipped.headers.find("Content-Encoding")->second == "gzip");
  CHECK(plain.body.find("mailfleet_domains{state=\"failing\"} 2\n") != std::string::npos);
  CHECK(gzipped.body.substr(0, 2000) == plain.body.substr(0, 2000));
  CHECK(gzipped.body.find("mailfleet_build_info{version=\"0.1.0\",revision=\"abc\"} 1\n") != std::string::npos);
  CHECK(plain.body.find("process_open_fds ") != std::string::npos);
  CHECK(plain.body.find("mailfleet_config_last_reload_successful 1") != std::string::npos);
  CHECK(gzipped.body.find("mailfleet_http_requests_total{route=\"/metrics\",status=\"200\"} 1") != std::string::npos);
  // Texts of another number of shards are dropped, and made again as they were.
  const auto of_domains = [&](const char* query) {
    const std::string body = ask(port, query, {{"Accept-Encoding", "identity"}}).body;
    return body.substr(0, body.find("# HELP mailfleet_build_info"));
  };
  const std::string whole = of_domains("/metrics");
  const std::string half = of_domains("/metrics?shard=0&shards=2");
  CHECK(whole != half);
  CHECK(of_domains("/metrics") == whole);
  CHECK(of_domains("/metrics?shard=0&shards=2") == half);
  for (const char* bad : {"?shard=1", "?shard=2&shards=2", "?shard=a&shards=2", "?shard=0&shards=0", "?shards=1"})
    CHECK_MESSAGE(ask(port, std::string("/metrics") + bad).status == 400, bad);
}

TEST_CASE("web: a probe tells of listed domains only") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  CHECK(ask(port, "/probe?target=cardiff.gov.uk").body.find("probe_success 1\n") != std::string::npos);
  CHECK(ask(port, "/probe?target=silent.gov.uk").body.find("probe_success 0\n") != std::string::npos);
  CHECK(ask(port, "/probe?target=elsewhere.example").status == 404);
  CHECK(ask(port, "/probe").status == 400);
}

TEST_CASE("api: the summary counts what there is") {
  const SampleServer server;
  const json::value summary = ask_json(server, "/api/v1/summary");
  CHECK(summary.at("domains") == 7);
  CHECK(summary.at("sweeps") == 3);
  CHECK(summary.at("states").at("good") == 2);
  CHECK(summary.at("states").at("pending") == 1);
  CHECK(summary.at("checks").at("dmarc").at("reject") == 1);
  CHECK(summary.at("checks").at("dmarc").at("unknown") == 2);
  CHECK(summary.at("regressions").at("page") == 1);
  CHECK(summary.at("regressions").at("ticket") == 1);  // the suspected one is not told
  CHECK(summary.at("trust").at("T2").at("active") == 2);
  CHECK(summary.at("feed").at("serial").is_null());
}

TEST_CASE("api: domains by filter and page by page") {
  const SampleServer server;
  const auto names = [&](const std::string& query) {
    std::string out;
    const json::value list = ask_json(server, "/api/v1/domains" + query);
    for (const json::value& each : list.at("items").as_array())
      out += std::string(each.at("domain").as_string()) + " ";
    return out;
  };
  CHECK(names("?state=good") == "cardiff.gov.uk powys.gov.uk ");
  CHECK(names("?sector=police") == "gwent.police.uk ");
  CHECK(names("?q=CAERDYDD") == "cardiff.gov.uk ");
  CHECK(names("?q=pen-y-bont") == "bridgend.gov.uk ");
  CHECK(names("?check=dmarc&level=unknown") == "new.gov.uk silent.gov.uk ");
  CHECK(names("?check=dmarc&level=reject") == "cardiff.gov.uk ");
  CHECK(names("?state=&sector=&q=&state=").size() > 100);  // an empty form filters nothing
  std::string all;
  std::string cursor;
  for (int pages = 0; pages < 10; ++pages) {
    const json::value list = ask_json(server, "/api/v1/domains?limit=2&cursor=" + cursor);
    CHECK(list.at("items").as_array().size() <= 2);
    for (const json::value& each : list.at("items").as_array())
      all += std::string(each.at("domain").as_string()) + " ";
    if (list.at("next").is_null()) break;
    cursor = std::string(list.at("next").as_string());
  }
  CHECK(all == names(""));
  for (const char* bad : {"?state=great", "?limit=0", "?limit=1001", "?limit=x", "?cursor=zz", "?check=none",
                          "?level=reject", "?check=spf&level=reject"}) {
    const Asked refused = ask(server.ports.listen[0], std::string("/api/v1/domains") + bad);
    CHECK_MESSAGE(refused.status == 400, bad);
    CHECK(refused.headers.find("Content-Type")->second == "application/problem+json");
  }
}

TEST_CASE("api: one domain, with nulls for what is unknown") {
  const SampleServer server;
  const json::value known = ask_json(server, "/api/v1/domains/Cardiff.gov.uk.");
  CHECK(known.at("domain") == "cardiff.gov.uk");
  CHECK(known.at("organisation_cy") == "Cyngor Caerdydd");
  CHECK(known.at("checks").at("dmarc").at("level") == "reject");
  CHECK(known.at("checks").at("dmarc").at("age_seconds") == 600);
  const json::value pending = ask_json(server, "/api/v1/domains/new.gov.uk");
  CHECK(pending.at("at").is_null());
  CHECK(pending.at("checks").at("spf").at("level").is_null());
  CHECK(ask(server.ports.listen[0], "/api/v1/domains/elsewhere.example").status == 404);
  CHECK(ask(server.ports.listen[0], "/api/v1/domains/not..a..name").status == 404);
  ask_json(server, "/api/v1/domains/hostile.example");  // octets that are no UTF-8 are still JSON
}

TEST_CASE("api: history and changes page by page") {
  const SampleServer server;
  for (const std::string path : {"/api/v1/changes", "/api/v1/domains/cardiff.gov.uk/history"}) {
    const json::value first = ask_json(server, path + "?limit=3");
    REQUIRE(first.at("items").as_array().size() == 3);
    CHECK(first.at("items").at(0).at("summary") == "5");
    CHECK(first.at("items").at(0).at("domain") == "cardiff.gov.uk");
    const json::value second = ask_json(server, path + "?limit=3&cursor=" + std::string(first.at("next").as_string()));
    REQUIRE(second.at("items").as_array().size() == 2);
    CHECK(second.at("items").at(0).at("summary") == "2");
    CHECK(second.at("next").is_null());
  }
  CHECK(ask(server.ports.listen[0], "/api/v1/domains/elsewhere.example/history").status == 404);
}

TEST_CASE("api: regressions by state and severity, newest first") {
  const SampleServer server;
  const json::value all = ask_json(server, "/api/v1/regressions");
  REQUIRE(all.at("items").as_array().size() == 3);
  const json::value& newest = all.at("items").at(0);
  CHECK(newest.at("id") == 9);
  CHECK(newest.at("page") == "https://mail.example/domains/hostile.example");
  CHECK(newest.at("resolved_at").is_null());
  CHECK(ask_json(server, "/api/v1/regressions?state=suspected").at("items").as_array().size() == 1);
  CHECK(ask_json(server, "/api/v1/regressions?severity=page").at("items").as_array().size() == 1);
  CHECK(ask(server.ports.listen[0], "/api/v1/regressions?state=bad").status == 400);
}

TEST_CASE("pages: every page in both languages, well and escaped") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  for (const std::string language : {"", "/cy"})
    for (const std::string path : {"/", "/?state=failing&q=&sector=", "/?limit=2", "/?state=wrong", "/domains/cardiff.gov.uk",
                                   "/domains/hostile.example", "/domains/new.gov.uk", "/domains/silent.gov.uk", "/lookup",
                                   "/lookup?q=%3Cscript%3Ealert(1)%3C/script%3E", "/lookup?q=jo@cardiff.gov.uk"}) {
      CAPTURE(language + path);
      const Asked asked = ask(port, language + path);
      CHECK(asked.status == 200);
      CHECK(asked.headers.find("Content-Type")->second == "text/html; charset=utf-8");
      CHECK(asked.body.find(language.empty() ? "<html lang=\"en\">" : "<html lang=\"cy\">") != std::string::npos);
      CHECK(asked.body.find("<script") == std::string::npos);
      CHECK(asked.body.find("\xe2\x80\xae") == std::string::npos);
      CHECK(asked.body.find("{{") == asked.body.find("{{x}}"));  // only what the hostile text says itself
      CHECK(asked.body.find("Mail security in Wales") != std::string::npos);
      CHECK(asked.body.ends_with("</html>\n"));
    }
}

TEST_CASE("pages: what is not there is said in the reader's language") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  CHECK(ask(port, "/nothing").body.find("Page not found") != std::string::npos);
  CHECK(ask(port, "/nothing").status == 404);
  CHECK(ask(port, "/cy/dim").body.find("Heb ddod o hyd") != std::string::npos);
  const Asked elsewhere = ask(port, "/domains/%3Cb%3E.example");
  CHECK(elsewhere.status == 404);
  CHECK(elsewhere.body.find("&lt;b&gt;.example") != std::string::npos);
}

TEST_CASE("pages: the fleet page filters, pages and tells what is unknown") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  const std::string good = ask(port, "/?state=good").body;
  CHECK(good.find("/domains/cardiff.gov.uk") != std::string::npos);
  CHECK(good.find("/domains/silent.gov.uk") == std::string::npos);
  CHECK(good.find("/fleet.csv?state=good") != std::string::npos);
  CHECK(good.find("No answer could be had for: starttls") != std::string::npos);
  const std::string first = ask(port, "/?limit=2").body;
  CHECK(first.find("cursor=") != std::string::npos);
  CHECK(ask(port, "/fleet.csv?state=good").headers.find("Content-Type")->second == "text/csv; charset=utf-8");
}

TEST_CASE("pages: the style comes compressed, once") {
  const SampleServer server;
  const Asked asked = ask(server.ports.listen[0], "/static/govuk.css", {{"Accept-Encoding", "gzip"}});
  CHECK(asked.headers.find("Content-Encoding")->second == "gzip");
  CHECK(asked.body.find(".govuk-tag") != std::string::npos);
  CHECK(asked.body.find("url(") == std::string::npos);
}

TEST_CASE("lookup: the API answers in both languages") {
  const SampleServer server;
  const json::value yes = ask_json(server, "/api/v1/lookup?q=jo@cardiff.gov.uk");
  CHECK(yes.at("answer") == "yes");
  CHECK(yes.at("organisation_cy") == "Cyngor Caerdydd");
  CHECK(yes.at("valid_until") == "2026-11-22T11:50:00Z");
  CHECK(yes.at("text") != yes.at("text_cy"));
  CHECK(ask_json(server, "/api/v1/lookup?q=gwent.police.uk").at("answer") == "no");
  CHECK(ask_json(server, "/api/v1/lookup?q=silent.gov.uk").at("answer") == "unknown");
  const json::value slip = ask_json(server, "/api/v1/lookup?q=cardif.gov.uk");
  CHECK(slip.at("answer") == "not-listed");
  CHECK(slip.at("domain") == "cardif.gov.uk");
  CHECK(slip.at("suggestions").at(0).at("domain") == "cardiff.gov.uk");
  CHECK(ask(server.ports.listen[0], "/api/v1/lookup").status == 400);
}

TEST_CASE("lookup: a client that asks without end is told to wait") {
  const SampleServer server;
  int last = 0;
  for (int i = 0; i < 100 && last != 429; ++i) last = ask(server.ports.listen[0], "/api/v1/lookup?q=x").status;
  CHECK(last == 429);
  CHECK(ask(server.ports.listen[0], "/lookup").status == 200);  // the empty form costs nothing
}

TEST_CASE("feed: what the edition holds, and 503 before there is one") {
  auto snapshot = sample_snapshot();
  const SampleServer before(snapshot);
  const Asked none = ask(before.ports.listen[0], "/feed/v1/trusted-domains.json");
  CHECK(none.status == 503);
  CHECK(none.headers.count("Retry-After") == 1);
  auto issued = std::make_shared<Snapshot>(*sample_snapshot());
  issued->feed.serial = 5;
  issued->feed.documents = {{"/feed/v1/trusted-domains.json", std::make_shared<const Document>(Document{"{}", "", "\"e\"", "application/json"})}};
  const SampleServer after(issued);
  CHECK(ask(after.ports.listen[0], "/feed/v1/trusted-domains.json").body == "{}");
  CHECK(ask(after.ports.listen[0], "/feed/v1/trusted-domains.json", {{"If-None-Match", "\"e\""}}).status == 304);
  CHECK(ask(after.ports.listen[0], "/feed/v1/trusted-domains.json.sig").status == 404);
  // An earlier one is read from the store.
  const Asked earlier = ask(after.ports.listen[0], "/feed/v1/editions/4.json");
  CHECK(earlier.status == 200);
  CHECK(earlier.body == "{\"serial\":4}");
  CHECK(earlier.headers.find("Content-Type")->second == "application/json");
  CHECK(ask(after.ports.listen[0], "/feed/v1/editions/4.json", {{"If-None-Match", earlier.headers.find("ETag")->second}}).status == 304);
  CHECK(ask(after.ports.listen[0], "/feed/v1/editions/4.json.sig").body == "signature of 4");
  for (const char* nothing : {"3.json", "5.json", "6.json", "4.json.asc", "4", "x.json", "-1.json", "99999999999999999999.json"})
    CHECK_MESSAGE(ask(after.ports.listen[0], std::string("/feed/v1/editions/") + nothing).status == 404, nothing);
  CHECK(ask(before.ports.listen[0], "/feed/v1/editions/4.json").status == 503);
}

TEST_CASE("web: HEAD says what GET would, without the body") {
  const SampleServer server;
  const std::string answer = said_to(server.ports.listen[0], "HEAD /-/healthy HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(answer.find("Content-Length: 8\r\n") != std::string::npos);
  CHECK(answer.ends_with("\r\n\r\n"));
}

TEST_CASE("web: methods that a path does not know") {
  const SampleServer server;
  const std::string answer = said_to(server.ports.listen[0], "DELETE /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK(status_of(answer) == "405");
  CHECK(answer.find("Allow: GET, HEAD\r\n") != std::string::npos);
  CHECK(status_of(said_to(server.ports.listen[0], "BREW / HTTP/1.1\r\nHost: a\r\n\r\n")) == "501");
}

TEST_CASE("web: keep-alive and pipelining keep order") {
  const SampleServer server;
  RawClient client(server.ports.listen[0]);
  client.send(get("/-/healthy") + get("/nothing") + "GET /-/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  const std::string answers = client.all();
  const size_t healthy = answers.find("healthy\n");
  const size_t nothing = answers.find("404 Not Found");
  const size_t ready = answers.find("ready\n", nothing);
  CHECK(healthy < nothing);
  CHECK(nothing < ready);
  CHECK(ready != std::string::npos);
}

TEST_CASE("web: what is malformed is refused and the connection closed") {
  const SampleServer server;
  const uint16_t port = server.ports.listen[0];
  const struct {
    std::string octets;
    const char* status;
  } rows[] = {
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/3.0\r\nHost: a\r\n\r\n", "505"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(100'000, 'x') + "\r\n\r\n", "431"},
      {"GET /" + std::string(100'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "414"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(200'000, 'x'), "413"},
      {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11) + "\n", "400"},  // TLS to a plain port
  };
  for (const auto& row : rows) CHECK_MESSAGE(status_of(said_to(port, row.octets)) == row.status, row.octets.substr(0, 60));
  CHECK(ask(port, "/-/healthy").status == 200);
}

TEST_CASE("web: hundreds of clients that say nothing do not shut out the next") {
  const SampleServer server;
  std::vector<std::unique_ptr<RawClient>> silent;
  for (size_t i = 0; i < max_web_connections_per_client + 50; ++i) {
    silent.push_back(std::make_unique<RawClient>(server.ports.listen[0]));
    if (i % 2) silent.back()->send("GET / HTTP/1.1\r\nX-Slow: ");
  }
  CHECK(ask(server.ports.listen[0], "/-/healthy").status == 200);
  CHECK(ask(server.ports.listen[0], "/metrics").body.find("mailfleet_http_connections_evicted 5") != std::string::npos);
}

namespace {

struct Admin {
  std::promise<std::string> asked{};
  SampleServer server{sample_snapshot(), actions()};

  AdminActions actions() {
    return {.reload = [](const AdminRequest&, AdminAnswer answer) { answer({.body = Value::object({{"reloaded", true}})}); },
            .recheck =
                [](const Name&, const AdminRequest&, AdminAnswer answer) {
                  answer({.status = 202, .body = Value::object({{"queued", true}})});
                },
            .acknowledge =
                [](const Name& name, const AdminRequest& request, AdminAnswer answer) {
                  if (!request.body["by"].as_string()) return answer({.status = 422, .detail = "by is missing"});
                  answer({.body = Value::object({{"domain", name.text()}, {"by", request.body["by"]}})});
                },
            .agreement = [](const Name&, const AdminRequest&, AdminAnswer answer) { answer({}); },
            .maintenance = [](const AdminRequest&, AdminAnswer answer) { answer({}); },
            .end_maintenance =
                [](int64_t id, const AdminRequest&, AdminAnswer answer) {
                  answer({.body = Value::object({{"id", id}})});
                }};
  }
  int post(const std::string& path, httplib::Headers headers, const std::string& body = "{}",
           const char* type = "application/json") {
    httplib::Client client("127.0.0.1", server.ports.admin.front());
    const auto result = client.Post(path, headers, body, type);
    return result ? result->status : 0;
  }
};

const std::string recheck = "/api/v1/domains/cardiff.gov.uk/recheck";
const httplib::Headers token = {{"Authorization", "Bearer secret-token"}};

httplib::Headers with(const char* name, const char* value) {
  httplib::Headers out = token;
  out.emplace(name, value);
  return out;
}

}  // namespace

TEST_CASE("admin: each act is refused without the token, from elsewhere, as no JSON, by GET") {
  Admin admin;
  const std::string own = "http://127.0.0.1:" + std::to_string(admin.server.ports.admin.front());
  for (const std::string path :
       {"/-/reload", "/api/v1/domains/cardiff.gov.uk/recheck", "/api/v1/domains/cardiff.gov.uk/acknowledge",
        "/api/v1/domains/cardiff.gov.uk/agreement", "/api/v1/maintenance", "/api/v1/maintenance/7/end"}) {
    CAPTURE(path);
    CHECK(admin.post(path, token, R"({"by":"me"})") / 100 == 2);
    CHECK(admin.post(path, with("Origin", own.c_str()), R"({"by":"me"})") / 100 == 2);
    CHECK(admin.post(path, {}) == 401);
    CHECK(admin.post(path, {{"Authorization", "Bearer secret-tokem"}}) == 401);
    CHECK(admin.post(path, {{"Authorization", "Bearer "}}) == 401);
    CHECK(admin.post(path, with("Origin", "https://evil.example")) == 403);
    CHECK(admin.post(path, with("Origin", "null")) == 403);
    CHECK(admin.post(path, with("Host", "evil.example")) == 403);
    CHECK(admin.post(path, token, "by=me", "application/x-www-form-urlencoded") == 415);
    CHECK(admin.post(path, token, "{}", "text/plain") == 415);
    CHECK(admin.post(path, token, "{\"by\":") == 400);
    CHECK(admin.post(path, token, "[]") == 400);
    CHECK(admin.post(path, token, std::string(200'000, ' ')) == 413);
    CHECK(ask(admin.server.ports.admin.front(), path, token).status == 405);
  }
  CHECK(admin.post("/api/v1/maintenance/seven/end", token) == 404);
  CHECK(admin.post("/api/v1/maintenance/7x/end", token) == 404);
}

TEST_CASE("admin: who is not in the fleet is told so") {
  Admin admin;
  httplib::Client client("127.0.0.1", admin.server.ports.admin.front());
  for (const std::string act : {"recheck", "agreement"}) {
    const auto result =
        client.Post("/api/v1/domains/elsewhere.example/" + act, token, "{}", "application/json");
    REQUIRE(result);
    CHECK(result->status == 404);
    CHECK(result->get_header_value("Content-Type") == "application/problem+json");
    CHECK(parsed(result->body).at("detail") == "elsewhere.example is not in the fleet list");
  }
  CHECK(admin.post("/api/v1/domains/not..a.name/acknowledge", token, R"({"by":"me"})") == 404);
}

TEST_CASE("admin: only with the token, from here, as JSON, by POST") {
  Admin admin;
  CHECK(admin.post(recheck, token) == 202);
  CHECK(admin.post("/-/reload", token, "", "application/json") == 200);
  CHECK(admin.post(recheck, {}) == 401);
  CHECK(admin.post(recheck, {{"Authorization", "Bearer secret-toke"}}) == 401);
  CHECK(admin.post(recheck, {{"Authorization", "Basic secret-token"}}) == 401);
  CHECK(admin.post(recheck, with("Origin", "https://evil.example")) == 403);
  CHECK(admin.post(recheck, with("Host", "evil.example")) == 403);
  CHECK(admin.post(recheck, token, "a=b", "application/x-www-form-urlencoded") == 415);
  CHECK(admin.post(recheck, token, "{") == 400);
  CHECK(admin.post(recheck, token, "[]") == 400);
  CHECK(admin.post("/api/v1/domains/elsewhere.example/recheck", token) == 404);
  CHECK(admin.post("/api/v1/domains/cardiff.gov.uk/acknowledge", token, "{}") == 422);
  CHECK(admin.post("/api/v1/domains/cardiff.gov.uk/acknowledge", token, R"({"by":"me"})") == 200);
  CHECK(ask(admin.server.ports.admin.front(), recheck).status == 405);
  CHECK(ask(admin.server.ports.admin.front(), "/api/v1/summary").status == 200);
}

TEST_CASE("admin: nothing of it on the public listener") {
  Admin admin;
  httplib::Client client("127.0.0.1", admin.server.ports.listen[0]);
  const auto result = client.Post(recheck, {{"Authorization", "Bearer secret-token"}}, "{}", "application/json");
  REQUIRE(result);
  CHECK(result->status == 404);
}

TEST_CASE("web: an address that cannot be listened on is named") {
  const SampleServer first;
  const std::string taken = "127.0.0.1:" + std::to_string(first.ports.listen[0]);
  const SnapshotHolder snapshots;
  SampleDetails details(snapshots);
  SelfMetrics metrics;
  for (const std::string& bad : {taken, std::string("127.0.0.1"), std::string("nowhere:80"), std::string("127.0.0.1:x")}) {
    Server server({.listen = {bad}, .clock = sample_now}, snapshots, details, {}, metrics, sample_checks());
    CHECK_THROWS_WITH_AS(server.start(), doctest::Contains(bad.c_str()), std::runtime_error);
  }
}
