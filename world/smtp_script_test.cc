#include "world/smtp_script.h"

#include <doctest/doctest.h>

#include "world/https_script.h"

using namespace mailfleet;

namespace {

ServerMove greeting(std::string misbehaviour) {
  return SmtpScript(WorldSmtp{.misbehaviour = std::move(misbehaviour)}, "mx.example").on_connect();
}

ServerMove reply(const WorldSmtp& server, std::string_view line) {
  SmtpScript script(server, "mx.example");
  script.on_connect();
  return script.on_line(line);
}

ServerMove reply(std::string misbehaviour, std::string_view line) {
  return reply(WorldSmtp{.misbehaviour = std::move(misbehaviour)}, line);
}

}  // namespace

TEST_CASE("world: the greeting, well-behaved and not") {
  CHECK(greeting("").bytes == "220 mx.example ESMTP\r\n");
  CHECK(greeting("greet-delay").wait > Milliseconds(0));
  CHECK(greeting("silent").act == ServerAct::hang);
  CHECK(greeting("tarpit").act == ServerAct::drip);
  CHECK(greeting("banner-flood").act == ServerAct::flood);
  CHECK(greeting("reset").act == ServerAct::reset);
  CHECK(greeting("close-after-banner").act == ServerAct::close);
  CHECK(greeting("greylist").bytes.starts_with("450 "));
  CHECK(greeting("554").bytes.starts_with("554 "));
  SmtpScript lines(WorldSmtp{.banner = "220-one\n220 two"}, "mx.example");
  CHECK(lines.on_connect().bytes == "220-one\r\n220 two\r\n");
}

TEST_CASE("world: EHLO and STARTTLS, well-behaved and not") {
  CHECK(reply("", "EHLO me").bytes ==
        "250-mx.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 STARTTLS\r\n");
  CHECK(reply(WorldSmtp{.ehlo = {}}, "ehlo me").bytes == "250 mx.example\r\n");
  CHECK(reply("", "STARTTLS").act == ServerAct::start_tls);
  CHECK(reply("no-starttls", "STARTTLS").bytes.starts_with("503 "));
  CHECK(reply("454", "STARTTLS") ==
        ServerMove{.bytes = "454 4.7.0 TLS not available at the moment\r\n"});
  CHECK(reply("inject", "STARTTLS").bytes.find("\r\n250 ") != std::string::npos);
  CHECK(reply("ehlo-flood", "EHLO me").act == ServerAct::flood);
  CHECK(reply("helo-only", "EHLO me").bytes.starts_with("502 "));
  CHECK(reply("helo-only", "HELO me").bytes.starts_with("250 "));
  CHECK(reply("close-after-starttls", "STARTTLS").act == ServerAct::close);
  CHECK(reply("", "QUIT").act == ServerAct::close);
  SmtpScript inside(WorldSmtp{}, "mx.example");
  inside.on_tls();
  CHECK(inside.on_line("EHLO me").bytes.find("STARTTLS") == std::string::npos);
}

TEST_CASE("world: every misbehaviour that may be named does something") {
  for (const std::string& name : smtp_misbehaviours()) {
    CAPTURE(name);
    const WorldSmtp plain;
    const bool differs =
        greeting(name) != greeting("") || reply(name, "EHLO me") != reply("", "EHLO me") ||
        reply(name, "STARTTLS") != reply("", "STARTTLS") ||
        handshake_of(name) != Handshake::usual || arrival(name) != Arrival::accepted;
    CHECK(differs);
  }
  for (const std::string& name : https_misbehaviours()) {
    CAPTURE(name);
    const bool differs = answer_request({.misbehaviour = name}) != answer_request({}) ||
                         handshake_of(name) != Handshake::usual ||
                         arrival(name) != Arrival::accepted;
    CHECK(differs);
  }
}

TEST_CASE("world: a policy host's answer is whole HTTP") {
  const ServerMove good = answer_request({.body = "abc"});
  CHECK(good.act == ServerAct::close);
  CHECK(good.bytes.starts_with("HTTP/1.1 200 "));
  CHECK(good.bytes.find("Content-Length: 3\r\n") != std::string::npos);
  CHECK(good.bytes.ends_with("\r\n\r\nabc"));
  CHECK(answer_request({.status = 301, .location = "https://x/"})
            .bytes.find("Location: https://x/\r\n") != std::string::npos);
  CHECK(answer_request({.delay = Milliseconds(5)}).wait == Milliseconds(5));
}
