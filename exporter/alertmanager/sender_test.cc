#include "exporter/alertmanager/sender.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include <thread>

using namespace mailfleet;

TEST_CASE("post: addresses of an Alertmanager") {
  const auto target = PostTarget::parse("http://am.example:9093/prefix");
  REQUIRE(target);
  CHECK(target->host == "am.example");
  CHECK(target->port == "9093");
  CHECK(target->path == "/prefix/");
  CHECK(PostTarget::parse("http://[2001:db8::1]:9093")->host == "2001:db8::1");
  CHECK(PostTarget::parse("http://am")->port == "80");
  for (const char* bad : {"", "am:9093", "https://am", "http://", "http://a b", "http://a\r\nX: y",
                          "http://[::1", "http://a:b:c/\n"})
    CHECK_MESSAGE(!PostTarget::parse(bad), bad);
}

TEST_CASE("sender: an alert reaches a server; one that is away is told about") {
  httplib::Server server;
  std::string body;
  server.Post("/api/v2/alerts",
              [&](const httplib::Request& request, httplib::Response&) { body = request.body; });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  const Time now = *parse_time("2026-11-21T12:00:00Z");
  boost::asio::io_context context;
  int failures = 0;
  int accepted = 0;
  AlertSender sender(context, {"http://127.0.0.1:" + std::to_string(port), "http://127.0.0.1:1"},
                     {.base_url = "https://m.example/"},
                     {.now = [&] { return now; },
                      .failed =
                          [&](const std::string&, const std::string& why) {
                            CHECK(why.find("cannot be reached") == 0);
                            ++failures;
                          },
                      .accepted = [&](const Delivery::Post&) { ++accepted; }});
  sender.tell({.id = 1,
               .kind = "dmarc-removed",
               .check = "dmarc",
               .domain = Name::parse("a.uk"),
               .severity = AlertLevel::page,
               .state = RegressionState::confirmed,
               .since = now,
               .confirmed_at = now});
  while (accepted + failures < 2) context.run_one();
  sender.stop();
  server.stop();
  serving.join();
  CHECK(accepted == 1);
  CHECK(failures == 1);
  CHECK(body.find("\"alertname\":\"DmarcRemoved\"") != std::string::npos);
  CHECK_THROWS(AlertSender(context, {"ftp://x"}, {}, {}));
}
