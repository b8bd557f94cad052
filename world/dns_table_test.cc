#include "world/dns_table.h"

#include <doctest/doctest.h>

#include "world/read_world.h"

using namespace mailfleet;

namespace {

// "answered", "nxdomain", "nodata", "servfail", … and the DNSSEC word when there is one.
std::string state(const DnsObservation& seen) {
  std::string out;
  if (seen.outcome == Outcome::answered)
    out = "answered";
  else if (seen.outcome == Outcome::bogus)
    out = "bogus";
  else if (seen.outcome == Outcome::absent)
    out = seen.nxdomain() ? "nxdomain" : "nodata";
  else if (seen.status == DnsStatus::timeout)
    out = "timeout";
  else if (seen.status == DnsStatus::refused)
    out = "refused";
  else
    out = "servfail";
  if (seen.secure()) out += " secure";
  return out;
}

std::string look(std::string_view toml, std::string_view name, DnsType type = DnsType::txt) {
  const World world = read_world(toml, "w.toml");
  const DnsObservation seen = answer_dns(world, {*Name::from_dns(name), type});
  std::string out = state(seen);
  for (const std::string& text : seen.txt) out += " " + text;
  return out;
}

constexpr std::string_view wild = R"(
[dns."*.example"]
txt = ["wild"]
mx = ["10 host1.example"]
[dns."sub.*.example"]
txt = ["not wild"]
[dns."host1.example"]
a = ["192.0.2.1"]
[dns."_ssh._tcp.host2.example"]
txt = ["service"]
)";

}  // namespace

TEST_CASE("world: listed, empty and missing names (RFC 1034, RFC 8020)") {
  constexpr std::string_view toml =
      "[dns.\"a.b.example\"]\ntxt = [\"here\"]\n[dns.\"e.example\"]\n";
  CHECK(look(toml, "a.b.example") == "answered here");
  CHECK(look(toml, "a.b.example", DnsType::mx) == "nodata");
  CHECK(look(toml, "b.example") == "nodata");
  CHECK(look(toml, "example") == "nodata");
  CHECK(look(toml, "e.example") == "nodata");
  CHECK(look(toml, "x.a.b.example") == "nxdomain");
  CHECK(look(toml, "other") == "nxdomain");
}

TEST_CASE("world: wildcards as in the example of RFC 4592 §2.2.1") {
  CHECK(look(wild, "host3.example") == "answered wild");
  CHECK(look(wild, "host3.example", DnsType::mx) == "answered");
  CHECK(look(wild, "host3.example", DnsType::a) == "nodata");
  CHECK(look(wild, "foo.bar.example") == "answered wild");
  CHECK(look(wild, "host1.example") == "nodata");
  CHECK(look(wild, "sub.*.example") == "answered not wild");
  CHECK(look(wild, "_telnet._tcp.host1.example") == "nxdomain");
  CHECK(look(wild, "host2.example") == "nodata");
  CHECK(look(wild, "_telnet._tcp.host2.example") == "nxdomain");
  CHECK(look(wild, "ghost.*.example") == "nxdomain");
  CHECK(look("[dns.\"*\"]\ntxt = [\"all\"]", "any.thing") == "answered all");
}

TEST_CASE("world: aliases are followed, to an end") {
  constexpr std::string_view toml = R"(
[dns."a.example"]
cname = ["b.example"]
[dns."b.example"]
cname = ["C.example."]
[dns."c.example"]
txt = ["end"]
[dns."gone.example"]
cname = ["nowhere.example"]
[dns."loop.example"]
cname = ["loop.example"]
[dns."down.example"]
cname = ["dead.example"]
[dns."dead.example"]
rcode = "TIMEOUT"
)";
  CHECK(look(toml, "a.example") == "answered end");
  CHECK(look(toml, "a.example", DnsType::mx) == "nodata");
  CHECK(look(toml, "gone.example") == "nxdomain");
  CHECK(look(toml, "loop.example") == "servfail");
  CHECK(look(toml, "down.example") == "timeout");
  const World world = read_world(toml, "w.toml");
  const DnsObservation chain = answer_dns(world, {*Name::parse("a.example"), DnsType::txt});
  CHECK(chain.aliases == std::vector<Name>{*Name::parse("b.example"), *Name::parse("c.example")});
  const DnsObservation asked = answer_dns(world, {*Name::parse("a.example"), DnsType::cname});
  CHECK(asked.names == std::vector<Name>{*Name::parse("b.example")});
  CHECK(asked.aliases.empty());
}

TEST_CASE("world: troubles, of a whole name or of one type") {
  constexpr std::string_view toml = R"(
[dns."s.example"]
rcode = "SERVFAIL"
txt = ["unseen"]
[dns."t.example"]
txt = ["seen"]
[dns."t.example".mx]
rcode = "REFUSED"
[dns."t.example".a]
dnssec = "bogus"
a = ["192.0.2.1"]
[dns."n.example"]
rcode = "NXDOMAIN"
txt = ["unseen"]
[dns."slow.example".txt]
rcode = "TIMEOUT"
)";
  CHECK(look(toml, "s.example") == "servfail");
  CHECK(look(toml, "s.example", DnsType::mx) == "servfail");
  CHECK(look(toml, "t.example") == "answered seen");
  CHECK(look(toml, "t.example", DnsType::mx) == "refused");
  CHECK(look(toml, "t.example", DnsType::a) == "bogus");
  CHECK(look(toml, "n.example") == "nxdomain");
  CHECK(look(toml, "slow.example") == "timeout");
  CHECK(look(toml, "slow.example", DnsType::mx) == "nodata");
}

TEST_CASE("world: a failed or bogus answer carries no data") {
  const World world = read_world("[dns.\"x\"]\ndnssec = \"bogus\"\ntxt = [\"v\"]", "w.toml");
  const DnsObservation seen = answer_dns(world, {*Name::parse("x"), DnsType::txt});
  CHECK(seen.txt.empty());
  CHECK(seen.status == DnsStatus::servfail);
  CHECK(seen.dnssec == Dnssec::bogus);
}

TEST_CASE("world: security follows the zone, and the weakest link of an alias") {
  constexpr std::string_view toml = R"(
[dns."s.example"]
dnssec = "secure"
txt = ["v"]
[dns."plain.s.example"]
txt = ["v"]
[dns."b.example"]
dnssec = "bogus"
[dns."to-plain.example"]
dnssec = "secure"
cname = ["plain.s.example"]
[dns."to-secure.example"]
dnssec = "secure"
cname = ["s.example"]
)";
  CHECK(look(toml, "s.example") == "answered secure v");
  CHECK(look(toml, "s.example", DnsType::mx) == "nodata secure");
  CHECK(look(toml, "_25._tcp.s.example") == "nxdomain secure");
  CHECK(look(toml, "plain.s.example") == "answered v");
  CHECK(look(toml, "below.plain.s.example") == "nxdomain");
  CHECK(look(toml, "_dmarc.b.example") == "bogus");
  CHECK(look(toml, "to-plain.example") == "answered v");
  CHECK(look(toml, "to-secure.example") == "answered secure v");
}

TEST_CASE("world: records come sorted and folded") {
  const World world = read_world(R"(
[dns."x.example"]
mx = ["20 b.example", "10 Z.example", "10 a.example", "0 ."]
a = ["192.0.2.9", "192.0.2.1", "192.0.2.9"]
txt = [["one ", "two"], "a"]
tlsa = ["3 1 1 AABB"]
caa = ["128 ISSUE \"ca.example\""]
)",
                                 "w.toml");
  const Name name = *Name::parse("x.example");
  const auto mx = answer_dns(world, {name, DnsType::mx}).mx;
  REQUIRE(mx.size() == 4);
  CHECK(!mx[0].host);
  CHECK(mx[1].host->text() == "a.example");
  CHECK(mx[2].host->text() == "z.example");
  CHECK(answer_dns(world, {name, DnsType::a}).addresses.size() == 2);
  CHECK(answer_dns(world, {name, DnsType::txt}).txt == std::vector<std::string>{"a", "one two"});
  CHECK(answer_dns(world, {name, DnsType::tlsa}).tlsa.front().data == "\xaa\xbb");
  const CaaRecord caa = answer_dns(world, {name, DnsType::caa}).caa.front();
  CHECK(caa.critical);
  CHECK(caa.tag == "issue");
  CHECK(caa.value == "ca.example");
}
