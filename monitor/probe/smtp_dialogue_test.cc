#include "monitor/probe/smtp_dialogue.h"

#include <doctest/doctest.h>

#include <vector>

using namespace mailfleet;
using Act = SmtpDialogue::Act;

namespace {

const std::string hello = "220 mx1.example.com ESMTP\r\n";
const std::string offer = "250-mx1.example.com\r\n250-8BITMIME\r\n250 STARTTLS\r\n";
const std::string inside = "250-mx1.example.com\r\n250-SIZE 1000\r\n250 REQUIRETLS\r\n";

enum class Handshake { ok, alert, reset, timeout, early };
enum class End { waits, closes, alerts };

struct Play {
  std::vector<std::string> server{};  // one chunk a read
  Handshake handshake = Handshake::ok;
  End end = End::waits;  // when the chunks are used up
  SmtpDialogue::Purpose purpose = SmtpDialogue::Purpose::whole;
};

struct Seen {
  SmtpObservation observation{};
  std::vector<std::string> said{};
  bool asked_to_go_away = false;
};

SmtpDialogue::Next shake(SmtpDialogue& talk, Handshake handshake) {
  switch (handshake) {
    case Handshake::ok:
      return talk.on_tls({.version = "TLSv1.3"});
    case Handshake::alert:
      return talk.on_handshake_failed(SmtpReason::handshake_failed, "alert 40");
    case Handshake::reset:
      return talk.on_handshake_failed(SmtpReason::closed, "reset");
    case Handshake::timeout:
      return talk.on_time_out("no answer");
    case Handshake::early:
      return talk.on_early_bytes();
  }
  return {.act = Act::close};
}

Seen play(const Play& script) {
  SmtpDialogue talk("monitor.example", script.purpose);
  Seen seen;
  SmtpDialogue::Next next;
  size_t at = 0;
  while (next.act != Act::close) {
    if (next.act == Act::write) {
      seen.said.push_back(next.bytes);
      next = {.act = Act::read};
    } else if (next.act == Act::handshake) {
      next = shake(talk, script.handshake);
    } else if (at < script.server.size()) {
      next = talk.on_bytes(script.server[at++]);
    } else {
      next = script.end == End::waits ? talk.on_time_out("no answer")
                                      : talk.on_closed("closed", script.end == End::alerts);
    }
  }
  seen.asked_to_go_away = talk.asked_to_go_away();
  seen.observation = talk.take();
  return seen;
}

SmtpReason reason(std::vector<std::string> server, Handshake handshake = Handshake::ok,
                  End end = End::waits) {
  return play({.server = std::move(server), .handshake = handshake, .end = end}).observation.reason;
}

std::string lines(int count, const std::string& code) {
  std::string out;
  for (int i = 0; i < count; ++i) out += code + "-line " + std::to_string(i) + "\r\n";
  return out;
}

}  // namespace

TEST_CASE("smtp: a whole session, line by line") {
  const Seen seen = play({.server = {hello, offer, "220 go\r\n", inside, "221 bye\r\n"}});
  CHECK(seen.said == std::vector<std::string>{"EHLO monitor.example\r\n", "STARTTLS\r\n",
                                              "EHLO monitor.example\r\n", "QUIT\r\n"});
  const SmtpObservation& o = seen.observation;
  CHECK(o.outcome == Outcome::answered);
  CHECK(o.reason == SmtpReason::none);
  CHECK(o.reachable);
  CHECK(o.offered == true);
  CHECK(o.banner == "220 mx1.example.com ESMTP");
  CHECK(o.ehlo == std::vector<std::string>{"8BITMIME", "STARTTLS"});
  CHECK(o.ehlo_tls == std::vector<std::string>{"SIZE 1000", "REQUIRETLS"});
  REQUIRE(o.tls);
  CHECK(o.tls->version == "TLSv1.3");
  CHECK_FALSE(seen.asked_to_go_away);
}

TEST_CASE("smtp: what an answer to EHLO offers") {
  struct Row {
    const char* ehlo;
    SmtpReason expected;
  };
  for (const Row& row : {Row{"250-mx\r\n250-starttls\r\n250 SIZE 1\r\n", SmtpReason::none},
                         {"250-mx\n250 StartTLS\n", SmtpReason::none},
                         {"250-mx\r\n250-STARTTLS \r\n250 HELP\r\n", SmtpReason::none},
                         {"250-mx\r\n250 X-STARTTLS-INFO\r\n", SmtpReason::not_offered},
                         {"250-mx\r\n250 STARTTLSX\r\n", SmtpReason::not_offered},
                         {"250-mx\r\n250 SIZE STARTTLS\r\n", SmtpReason::not_offered},
                         {"250 STARTTLS\r\n", SmtpReason::not_offered},  // that is its name
                         {"250 mx\r\n", SmtpReason::not_offered},
                         {"250\r\n", SmtpReason::not_offered},
                         {"250-mx\r\n250-XXXXXXXA\r\n250 SIZE 1\r\n", SmtpReason::masked},
                         {"250-mx\r\n250 XXXXXXXX\r\n", SmtpReason::masked},
                         {"250-mx\r\n250-XXXXXXXA\r\n250 STARTTLS\r\n", SmtpReason::none},
                         {"250-mx\r\n250 XXX\r\n", SmtpReason::not_offered},
                         {"250-mx\r\n250 X-EXPS\r\n", SmtpReason::not_offered},
                         {"250-mx\r\n250 XXXXCLIENT\r\n", SmtpReason::not_offered}}) {
    CAPTURE(row.ehlo);
    CHECK(reason({hello, row.ehlo, "220 go\r\n", inside}) == row.expected);
  }
}

TEST_CASE("smtp: every phase's refusals") {
  struct Row {
    std::vector<std::string> server;
    SmtpReason expected;
    std::optional<bool> offered;
    bool go_away;
  };
  const std::string no = "502 what?\r\n";
  for (const Row& row : std::vector<Row>{
           {{"421 too many connections\r\n"}, SmtpReason::banner_4xx, {}, true},
           {{"450 later\r\n"}, SmtpReason::banner_4xx, {}, true},
           {{"554 no SMTP service here\r\n"}, SmtpReason::banner_5xx, {}, true},
           {{"521 no mail here\r\n"}, SmtpReason::banner_5xx, {}, false},
           {{"SSH-2.0-x\r\n"}, SmtpReason::banner_5xx, {}, false},
           {{hello, "421 shutting down\r\n"}, SmtpReason::ehlo_failed, {}, true},
           {{hello, "451 later\r\n"}, SmtpReason::ehlo_failed, {}, false},
           {{hello, "554 not you\r\n"}, SmtpReason::ehlo_failed, {}, true},
           {{hello, no, "250 mx\r\n"}, SmtpReason::not_offered, false, false},
           {{hello, no, no}, SmtpReason::ehlo_failed, {}, false},
           {{hello, no, "421 bye\r\n"}, SmtpReason::ehlo_failed, {}, true},
           {{hello, "garbage\r\n"}, SmtpReason::ehlo_failed, {}, false},
           {{hello, offer, "454 not now\r\n"}, SmtpReason::starttls_454, true, true},
           {{hello, offer, "421 bye\r\n"}, SmtpReason::starttls_454, true, true},
           {{hello, offer, "502 not implemented\r\n"}, SmtpReason::starttls_5xx, true, false},
           {{hello, offer, "354 go ahead\r\n"}, SmtpReason::closed, true, false},
           {{hello, offer, "150 wait\r\n"}, SmtpReason::closed, true, false},
           {{hello, offer, "421 too busy\r\n"}, SmtpReason::starttls_454, true, true},
           {{hello, offer, "554 no\r\n"}, SmtpReason::starttls_5xx, true, true},
           {{hello, offer, "\x16\x03\r\n"}, SmtpReason::closed, true, false},
           {{hello, offer, "220 go\r\n250 injected\r\n"}, SmtpReason::injection, true, false},
           {{hello, offer, "220 go\r\nx"}, SmtpReason::injection, true, false},
           {{hello, offer, "220 go\r\n", "421 bye\r\n"}, SmtpReason::ehlo_failed, true, true},
           {{hello, offer, "220 go\r\n", no, "250 mx\r\n"}, SmtpReason::none, true, false},
           {{hello, offer, "220 go\r\n", no, no}, SmtpReason::ehlo_failed, true, false},
       }) {
    CAPTURE(row.server.back());
    const Seen seen = play({.server = row.server});
    CHECK(seen.observation.reason == row.expected);
    CHECK(seen.observation.offered == row.offered);
    CHECK(seen.asked_to_go_away == row.go_away);
  }
}

TEST_CASE("smtp: the server's words are kept as the reason") {
  const auto why = [](std::vector<std::string> server) {
    return play({.server = std::move(server)}).observation.why;
  };
  CHECK(why({"554-go\r\n554 away\r\n"}) == "554 go");
  CHECK(why({hello, offer, "454 TLS not available\r\n"}) == "454 TLS not available");
  CHECK(why({"SSH-2.0-x\r\n"}) == "not an SMTP reply: SSH-2.0-x");
}

TEST_CASE("smtp: silence and closed connections, by phase") {
  const std::string go = "220 go\r\n";
  struct Row {
    std::vector<std::string> server;
    End end;
    SmtpReason expected;
    bool tls;
  };
  for (const Row& row : std::vector<Row>{
           {{}, End::waits, SmtpReason::timeout, false},
           {{"220 slo"}, End::waits, SmtpReason::timeout, false},
           {{}, End::closes, SmtpReason::closed, false},
           {{hello}, End::waits, SmtpReason::timeout, false},
           {{hello}, End::closes, SmtpReason::closed, false},
           {{hello, offer}, End::waits, SmtpReason::timeout, false},
           {{hello, offer}, End::closes, SmtpReason::closed, false},
           // TLS 1.3 stood on our side only: nothing inside it was answered.
           {{hello, offer, go}, End::waits, SmtpReason::timeout, false},
           {{hello, offer, go}, End::closes, SmtpReason::closed, false},
           {{hello, offer, go}, End::alerts, SmtpReason::handshake_failed, false},
           // The facts are complete; what becomes of QUIT does not matter.
           {{hello, offer, go, inside}, End::waits, SmtpReason::none, true},
           {{hello, offer, go, inside}, End::closes, SmtpReason::none, true},
           {{hello, offer, go, inside, "nonsense\r\n"}, End::closes, SmtpReason::none, true},
       }) {
    CAPTURE(row.server.size());
    const SmtpObservation o = play({.server = row.server, .end = row.end}).observation;
    CHECK(o.reason == row.expected);
    CHECK(o.tls.has_value() == row.tls);
    CHECK(o.offered == (row.server.size() >= 2 ? std::optional(true) : std::nullopt));
  }
}

TEST_CASE("smtp: how a handshake may end") {
  const std::vector<std::string> upto{hello, offer, "220 go\r\n"};
  CHECK(reason(upto, Handshake::alert) == SmtpReason::handshake_failed);
  CHECK(reason(upto, Handshake::reset) == SmtpReason::closed);
  CHECK(reason(upto, Handshake::timeout) == SmtpReason::handshake_timeout);
  CHECK(reason(upto, Handshake::early) == SmtpReason::injection);
}

TEST_CASE("smtp: a deep scan's connection says QUIT right after its handshake") {
  const Seen seen = play(
      {.server = {hello, offer, "220 go\r\n"}, .purpose = SmtpDialogue::Purpose::handshake_only});
  CHECK(seen.observation.reason == SmtpReason::none);
  CHECK(seen.observation.tls);
  CHECK(seen.said.back() == "QUIT\r\n");
}

TEST_CASE("smtp: bytes arrive as they like") {
  std::vector<std::string> bytes;
  for (const char c : hello) bytes.emplace_back(1, c);
  for (const char c : offer) bytes.emplace_back(1, c);
  bytes.push_back("220 go\n");
  bytes.push_back(inside);
  CHECK(reason(bytes) == SmtpReason::none);
}

TEST_CASE("smtp: long greetings and EHLO answers are read, endless ones are not") {
  CHECK(reason({lines(6000 / 3, "220") + "220 at last\r\n", offer, "220 go\r\n", inside}) ==
        SmtpReason::none);
  CHECK(reason({"220 " + std::string(100'000, 'x') + "\r\n", offer, "220 go\r\n", inside}) ==
        SmtpReason::none);
  CHECK(reason({hello, "250-mx\r\n" + lines(1000, "250") + "250 STARTTLS\r\n", "220 go\r\n",
                inside}) == SmtpReason::none);
  CHECK(reason({lines(100'000, "220")}) == SmtpReason::banner_5xx);
  CHECK(reason({std::string(1'000'000, '2')}) == SmtpReason::banner_5xx);
  CHECK(reason({hello, lines(100'000, "250")}) == SmtpReason::ehlo_failed);
  const SmtpObservation kept =
      play({.server = {"220 " + std::string(100'000, 'x') + "\r\n"}}).observation;
  CHECK(kept.banner.size() <= 4 + 512);
}
