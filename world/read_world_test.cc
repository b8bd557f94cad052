#include "world/read_world.h"

#include <doctest/doctest.h>

#include "world/dns_table.h"
#include "world/rdata.h"

using namespace mailfleet;

namespace {

std::string refusal(std::string_view toml) {
  try {
    read_world(toml, "w.toml");
  } catch (const WorldError& error) {
    return error.what();
  }
  return "accepted";
}

bool refused(std::string_view toml, std::string_view where, std::string_view says) {
  const std::string message = refusal(toml);
  CAPTURE(message);
  return message.starts_with(where) && message.find(says) != std::string::npos &&
         message.find('\n') == std::string::npos;
}

}  // namespace

TEST_CASE("world: the file of the contract is read whole") {
  const World world = read_world(R"(
now = "2026-11-21T12:00:00Z"
[dns."cardiff.gov.uk"]
mx = ["10 mx1.cardiff.gov.uk"]
txt = ["v=spf1 -all", ["part one ", "part two"]]
dnssec = "secure"
delay = "1500ms"
[dns."cardiff.gov.uk".aaaa]
rcode = "SERVFAIL"
[dns."cardiff.gov.uk".type]
caa = "TIMEOUT"
[smtp."mx1.cardiff.gov.uk"]
banner = "220 mx1 ESMTP"
ehlo = ["PIPELINING", "STARTTLS"]
starttls = "454 later"
tls = ["1.2", "1.0"]
suites = ["AES128-GCM-SHA256"]
misbehaviour = "silent"
[smtp."mx1.cardiff.gov.uk".certificate]
names = ["mx1.cardiff.gov.uk"]
common_name = "old"
not_before = "-10d"
not_after = "2027-01-01T00:00:00Z"
key = "rsa-1024"
issuer = "expired-intermediate"
chain = "leaf-only"
pem = ""
[smtp."2001:DB8::1"]
[https."mta-sts.cardiff.gov.uk"]
status = 404
content_type = "text/html"
body = "version: STSv1\n"
misbehaviour = "drip"
)",
                                 "w.toml");
  CHECK(to_text(*world.now) == "2026-11-21T12:00:00Z");
  const WorldName& name = world.dns.at(*Name::parse("cardiff.gov.uk"));
  CHECK(name.dnssec == Dnssec::secure);
  CHECK(name.delay == Milliseconds(1500));
  CHECK(name.types.at(28).rcode == WorldRcode::servfail);
  CHECK(name.types.at(257).rcode == WorldRcode::timeout);
  REQUIRE(name.types.at(16).records.size() == 2);
  CHECK(name.types.at(16).records[1] == "\x09part one \x08part two");
  const WorldSmtp& smtp = world.smtp.at("mx1.cardiff.gov.uk");
  CHECK(smtp.tls.versions == std::vector<std::string>{"TLSv1", "TLSv1.2"});
  CHECK(smtp.tls.suites == std::vector<std::string>{"AES128-GCM-SHA256"});
  CHECK(smtp.certificate.not_before.offset == -std::chrono::days(10));
  CHECK(to_text(smtp.certificate.not_after.at({})) == "2027-01-01T00:00:00Z");
  CHECK(smtp.certificate.key == "rsa-1024");
  CHECK(world.smtp.contains("2001:db8::1"));
  CHECK(world.https.at("mta-sts.cardiff.gov.uk").status == 404);
}

TEST_CASE("world: what is unknown or wrong is refused by line, and says what is allowed") {
  CHECK(refused("nov = 1", "w.toml:1: ", "now, dns, smtp, https or event"));
  CHECK(refused("\nnow = \"noon\"", "w.toml:2: ", "2026-11-21T12:00:00Z"));
  CHECK(refused("now = 3", "w.toml:1: ", "string"));
  CHECK(refused("x = [", "w.toml:1: ", ""));
  CHECK(refused("[dns.\"a b\"]\n", "w.toml:1: ", "no DNS name"));
  CHECK(refused("[dns.\"x\"]\nTXT = []", "w.toml:2: ", "lower case"));
  CHECK(refused("[dns.\"x\"]\nfoo = []", "w.toml:2: ", "aaaa"));
  CHECK(refused("[dns.\"x\"]\na = [\"1.2.3\"]", "w.toml:2: ", "no A data"));
  CHECK(refused("[dns.\"x\"]\nmx = [\"mx1.x\"]", "w.toml:2: ", "no MX data"));
  CHECK(refused("[dns.\"x\"]\nmx = 3", "w.toml:2: ", "list of records"));
  CHECK(refused("[dns.\"x\"]\ntxt = [3]", "w.toml:2: ", "list of strings"));
  CHECK(refused("[dns.\"x\"]\nrcode = \"servfail\"", "w.toml:2: ", "TIMEOUT or NXDOMAIN"));
  CHECK(refused("[dns.\"x\"]\ndnssec = \"yes\"", "w.toml:2: ", "insecure, secure or bogus"));
  CHECK(refused("[dns.\"x\"]\ndelay = 5", "w.toml:2: ", "string"));
  CHECK(refused("[dns.\"x\"]\ndelay = \"5\"", "w.toml:2: ", "500ms"));
  CHECK(refused("[dns.\"x\".txt]\nfoo = 1", "w.toml:2: ", "it takes rcode"));
  CHECK(refused("[smtp.\"a b\"]\n", "w.toml:1: ", "neither a host name nor an address"));
  CHECK(refused("[smtp.\"x\"]\ntls = [\"1.4\"]", "w.toml:2: ", "\"1.3\""));
  for (const char* suite : {"", "AES128", "AES128-GCM-SHA256:RC4-SHA", "TLS_AES_128_GCM_SHA256"})
    CHECK(refused("[smtp.\"x\"]\nsuites = [\"" + std::string(suite) + "\"]",
                  "w.toml:2: ", "like \"AES128-GCM-SHA256\""));
  CHECK(refused("[smtp.\"x\"]\nmisbehaviour = \"rude\"", "w.toml:2: ", "banner-flood"));
  CHECK(refused("[smtp.\"x\"]\ngreeting = \"\"", "w.toml:2: ", "banner, ehlo"));
  CHECK(refused("[smtp.\"x\".certificate]\nkey = \"dsa\"", "w.toml:2: ", "ec-p384"));
  CHECK(refused("[smtp.\"x\".certificate]\nnot_after = \"soon\"", "w.toml:2: ", "+90d"));
  CHECK(refused("[https.\"x\"]\nstatus = 20", "w.toml:2: ", "100 to 599"));
  CHECK(refused("[https.\"x\"]\nmisbehaviour = \"inject\"", "w.toml:2: ", "stall"));
  CHECK(refused("[[event]]\ndns = {}", "w.toml:1: ", "after"));
  CHECK(refused("[[event]]\nafter = \"1s\"\nfoo = 1", "w.toml:3: ", "no key \"foo\""));
  CHECK(refused("event = 1", "w.toml:1: ", "[[event]]"));
  CHECK(refusal("") == "accepted");
}

TEST_CASE("world: record data keeps its octets and folds its names") {
  const auto mx = rdata_from_text(15, "10 MX1.Example.org");
  REQUIRE(mx);
  CHECK(*mx == std::string("\x00\x0a\x03mx1\x07"
                           "example\x03org\x00",
                           19));
  CHECK(rdata_from_text(15, "0 .") == std::string("\0\0\0", 3));
  CHECK(rdata_from_text(52, "3 1 1 00ff") == std::string("\x03\x01\x01\x00\xff", 5));
  CHECK(rdata_from_text(52, "3 1 1 0g") == std::nullopt);
  CHECK(rdata_from_text(257, "0 issue \"letsencrypt.org\"") ==
        std::string("\x00\x05issueletsencrypt.org", 22));
  CHECK(txt_rdata({std::string(300, 'x')}).size() == 302);
  CHECK(txt_rdata({""}) == std::string(1, '\0'));
  CHECK(record_type_number("tlsa") == 52);
  CHECK(record_type_number("type65") == 65);
  CHECK(!record_type_number("nonsense"));
  const Name odd = *Name::from_dns("a\\.b\\001.example");
  size_t at = 0;
  CHECK(name_from_wire(wire_name(odd), at) == odd);
}

TEST_CASE("world: events change the same keys, each from its moment on") {
  const World world = read_world(R"(
[dns."x.example"]
txt = ["one"]
mx = ["10 mx.x.example"]
[[event]]
after = "20s"
[event.dns."x.example"]
rcode = "SERVFAIL"
[[event]]
after = "10s"
[event.dns."x.example"]
txt = ["two"]
[event.smtp."mx.x.example"]
misbehaviour = "no-starttls"
[[event]]
after = "30s"
[event.dns."x.example"]
rcode = "NOERROR"
[event.smtp."mx.x.example"]
misbehaviour = "none"
)",
                                 "w.toml");
  const DnsQuestion question{*Name::parse("x.example"), DnsType::txt};
  const auto txt = [&](int seconds) {
    const DnsObservation seen = answer_dns(world.at(std::chrono::seconds(seconds)), question);
    return seen.txt.empty() ? std::string("-") : seen.txt.front();
  };
  CHECK(txt(0) == "one");
  CHECK(txt(10) == "two");
  CHECK(txt(25) == "-");
  CHECK(txt(30) == "two");
  CHECK(world.at(std::chrono::seconds(12)).smtp.at("mx.x.example").misbehaviour == "no-starttls");
  CHECK(world.at(std::chrono::seconds(30)).smtp.at("mx.x.example").misbehaviour.empty());
  CHECK(world.at(std::chrono::seconds(30)).dns.at(*Name::parse("x.example")).types.contains(15));
}
