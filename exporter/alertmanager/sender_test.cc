#include "exporter/alertmanager/sender.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include <mutex>
#include <set>
#include <thread>

#include "tests/loopback.h"

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

namespace {

constexpr std::string_view good_answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

// An Alertmanager with a way of its own, until it is mended. Remembers the kinds that it took.
class Member {
 public:
  using Way = std::function<bool(Peer&, const std::string& body)>;  // true: it took them

  explicit Member(Way way) : way_(std::move(way)) {}
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  void mend() { mended_ = true; }
  bool has(const std::string& kind) const {
    const std::lock_guard lock(mutex_);
    return taken_.find("\"kind\":\"" + kind + "\"") != std::string::npos;
  }

 private:
  void serve(Peer& peer) {
    peer.hear_until("\r\n\r\n");
    const std::string body = peer.hear_until("}]");
    const bool took = mended_ ? peer.say(good_answer) : way_(peer, body);
    const std::lock_guard lock(mutex_);
    if (took) taken_ += body;
  }

  Way way_;
  std::atomic<bool> mended_ = false;
  mutable std::mutex mutex_{};
  std::string taken_{};
  LoopbackServer server_{[this](Peer& peer) { serve(peer); }};
};

Incident incident(int64_t id, const char* kind, Time now) {
  return {.id = id,
          .kind = kind,
          .check = "dmarc",
          .domain = Name::parse("a.uk"),
          .severity = AlertLevel::page,
          .state = RegressionState::confirmed,
          .since = now,
          .confirmed_at = now};
}

Member::Way says(std::string answer) {
  return [answer = std::move(answer)](Peer& peer, const std::string&) {
    peer.say(answer);
    return false;
  };
}

// Refuses or fails at whatever holds the kind.
Member::Way dislikes(std::string_view kind, std::string_view status) {
  return [=](Peer& peer, const std::string& body) {
    const bool bad = body.find(kind) != std::string::npos;
    const bool said = peer.say(
        bad ? "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: 3\r\n\r\nbad" : good_answer);
    return said && !bad;
  };
}

Member::Way waits() {
  return [](Peer& peer, const std::string&) {
    peer.wait_for_end();
    return false;
  };
}

Member::Way is_slow() {
  return [](Peer& peer, const std::string&) {
    for (const char c : good_answer) peer.drip(std::string_view(&c, 1), 1);
    return true;
  };
}

}  // namespace

TEST_CASE("sender: members that fail in every way lose nothing, and harm no other") {
  Member error(says("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"));
  Member silent(waits());
  Member closing([](Peer&, const std::string&) { return false; });
  Member babbling(says("220 mx.example ESMTP\r\n"));
  Member cut(says("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"));
  Member flooding(says("HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'x')));
  Member refusing(dislikes("spf-open", "400 Bad Request"));
  Member stumbling(dislikes("spf-open", "500 Oops"));
  Member slow(is_slow());
  const std::vector<Member*> broken{&error, &silent, &closing, &babbling, &cut, &flooding};
  std::vector<std::string> urls;
  for (const Member* each : broken) urls.push_back(each->url());
  for (const Member* each : {&refusing, &stumbling, &slow}) urls.push_back(each->url());

  Time now = *parse_time("2026-11-21T12:00:00Z");
  boost::asio::io_context context;
  std::set<std::string> troubled;
  AlertSender sender(
      context, urls, {.base_url = "https://m.example/"},
      {.now = [&] { return now; },
       .failed = [&](const std::string& member, const std::string&) { troubled.insert(member); },
       .accepted = {},
       .patience = std::chrono::milliseconds(1500)});
  const std::vector<Incident> incidents{incident(1, "dmarc-removed", now),
                                        incident(2, "spf-open", now),
                                        incident(3, "starttls-lost", now)};
  const auto until = [&](const std::function<bool()>& is_so) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!is_so() && std::chrono::steady_clock::now() < end) {
      for (const Incident& each : incidents) sender.tell(each);
      context.run_for(std::chrono::milliseconds(20));
      now += Seconds(5);
    }
    return is_so();
  };
  const auto has_all_but_one = [](const Member& member) {
    return member.has("dmarc-removed") && member.has("starttls-lost");
  };
  CHECK(until([&] { return has_all_but_one(refusing) && has_all_but_one(stumbling); }));
  CHECK(until([&] { return has_all_but_one(slow) && slow.has("spf-open"); }));
  CHECK(!refusing.has("spf-open"));
  CHECK(!stumbling.has("spf-open"));
  CHECK(until([&] { return troubled.size() == broken.size() + 2; }));
  CHECK(!troubled.contains(slow.url()));
  for (Member* each : broken) {
    CHECK(!each->has("dmarc-removed"));
    each->mend();
  }
  stumbling.mend();
  for (const Member* each : broken)
    CHECK_MESSAGE(until([&] { return has_all_but_one(*each) && each->has("spf-open"); }),
                  each->url());
  CHECK(until([&] { return stumbling.has("spf-open"); }));
  sender.stop();
}
