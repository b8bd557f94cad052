#include "monitor/probe/dns_packet.h"

#include <doctest/doctest.h>

#include <initializer_list>

#include "checks/base/text.h"

using namespace mailfleet;

namespace {

std::string u16(size_t value) {
  return {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
}
std::string u32(uint32_t value) { return u16(value >> 16) + u16(value & 0xffff); }
std::string counted(std::string_view text) {
  return std::string(1, static_cast<char>(text.size())) + std::string(text);
}

std::string wire_name(std::string_view text) {
  std::string out;
  if (text != ".")
    for (const std::string_view label : split(text, '.')) out += counted(label);
  return out + std::string(1, '\0');
}

// One record in wire form.
std::string rr(std::string_view owner, DnsType type, const std::string& data, uint32_t ttl = 300) {
  return wire_name(owner) + u16(static_cast<size_t>(type)) + u16(1) + u32(ttl) + u16(data.size()) +
         data;
}

std::string rrsig(std::string_view owner, DnsType covered, uint32_t expires) {
  const std::string data = u16(static_cast<size_t>(covered)) + std::string("\x0d\x02", 2) +
                           u32(300) + u32(expires) + u32(1) + u16(1234) + wire_name("example") +
                           "signature";
  return wire_name(owner) + u16(46) + u16(1) + u32(300) + u16(data.size()) + data;
}

struct Packet {
  std::vector<std::string> answer{};
  std::vector<std::string> authority{};
  int rcode = 0;
};

std::string wire(const DnsQuestion& question, const Packet& packet) {
  std::string out = u16(7) + u16(0x8180 | static_cast<size_t>(packet.rcode)) + u16(1) +
                    u16(packet.answer.size()) + u16(packet.authority.size()) + u16(0) +
                    wire_name(question.name.text()) + u16(static_cast<size_t>(question.type)) +
                    u16(1);
  for (const std::string& record : packet.answer) out += record;
  for (const std::string& record : packet.authority) out += record;
  return out;
}

DnsQuestion asked(std::string_view name, DnsType type) {
  return {.name = *Name::parse(name), .type = type};
}

DnsObservation read(const DnsQuestion& question, const Packet& packet,
                    Dnssec dnssec = Dnssec::insecure) {
  return read_dns_packet(wire(question, packet), question, {.dnssec = dnssec});
}

std::string mx(uint16_t preference, std::string_view host) {
  return u16(preference) + wire_name(host);
}

const DnsQuestion mx_of_example = asked("example.org", DnsType::mx);

}  // namespace

TEST_CASE("dns packet: MX records are sorted, folded and each kept once") {
  const Packet packet{.answer = {rr("example.org", DnsType::mx, mx(20, "b.example.org")),
                                 rr("EXAMPLE.org", DnsType::mx, mx(10, "Z.Example.ORG")),
                                 rr("example.org", DnsType::mx, mx(10, "a.example.org"), 60),
                                 rr("example.org", DnsType::mx, mx(10, "a.example.org")),
                                 rr("other.org", DnsType::mx, mx(1, "evil.example"))}};
  const DnsObservation seen = read(mx_of_example, packet, Dnssec::secure);
  CHECK(seen.outcome == Outcome::answered);
  CHECK(seen.status == DnsStatus::ok);
  CHECK(seen.secure());
  CHECK(seen.ttl_seconds == 60);
  CHECK(seen.mx == std::vector<MxRecord>{{10, Name::parse("a.example.org")},
                                         {10, Name::parse("z.example.org")},
                                         {20, Name::parse("b.example.org")}});
}

TEST_CASE("dns packet: rotated answers compare equal") {
  const std::vector<std::string> records{rr("example.org", DnsType::mx, mx(10, "a.example.org")),
                                         rr("example.org", DnsType::mx, mx(10, "b.example.org")),
                                         rr("example.org", DnsType::mx, mx(5, "c.example.org"))};
  const DnsObservation one = read(mx_of_example, {.answer = records});
  const DnsObservation other =
      read(mx_of_example, {.answer = {records[2], records[0], records[1]}});
  CHECK(one.mx == other.mx);
}

TEST_CASE("dns packet: a null MX and a host that is no name") {
  const DnsObservation seen =
      read(mx_of_example, {.answer = {rr("example.org", DnsType::mx, mx(0, "."))}});
  CHECK(seen.mx == std::vector<MxRecord>{{0, std::nullopt}});
}

TEST_CASE("dns packet: every type that is asked for") {
  const auto one = [](DnsType type, const std::string& data) {
    return read(asked("x.org", type), {.answer = {rr("x.org", type, data)}});
  };
  CHECK(one(DnsType::a, "\xc0\x02\x01\x05").addresses.at(0).text() == "192.2.1.5");
  CHECK(one(DnsType::aaaa, "\x20\x01" + std::string(13, '\0') + "\x01").addresses.at(0).text() ==
        "2001::1");
  CHECK(one(DnsType::txt, counted("v=spf1 ") + counted("-all") + counted("")).txt.at(0) ==
        "v=spf1 -all");
  CHECK(one(DnsType::txt, counted(std::string("a\0\xff\"", 4))).txt.at(0) ==
        std::string("a\0\xff\"", 4));
  CHECK(one(DnsType::ns, wire_name("NS1.x.org")).names.at(0).text() == "ns1.x.org");
  CHECK(one(DnsType::ptr, wire_name("h.x.org")).names.at(0).text() == "h.x.org");
  CHECK(one(DnsType::cname, wire_name("h.x.org")).names.at(0).text() == "h.x.org");
  CHECK(one(DnsType::ds, u16(9) + "\x0d\x02" + std::string(32, 'd')).ds_algorithms ==
        std::vector<uint8_t>{13});
  CHECK(one(DnsType::dnskey, u16(257) + "\x03\x0f" + std::string(32, 'k')).ds_algorithms ==
        std::vector<uint8_t>{15});
  CHECK(one(DnsType::tlsa, "\x03\x01\x01" + std::string(32, 't')).tlsa ==
        std::vector<TlsaRecord>{{3, 1, 1, std::string(32, 't')}});
  CHECK(one(DnsType::caa, "\x80" + counted("ISSUE") + "ca.example; x=1").caa ==
        std::vector<CaaRecord>{{true, "issue", "ca.example; x=1"}});
  CHECK(one(DnsType::soa, wire_name("ns.x.org") + wire_name("h.x.org") + std::string(20, '\1'))
            .outcome == Outcome::answered);
}

TEST_CASE("dns packet: aliases are followed inside the packet") {
  const DnsQuestion question = asked("a.org", DnsType::txt);
  const Packet packet{.answer = {rr("c.org", DnsType::txt, counted("found")),
                                 rr("b.org", DnsType::cname, wire_name("C.org"), 20),
                                 rr("a.org", DnsType::cname, wire_name("b.org")),
                                 rr("a.org", DnsType::txt, counted("not this"))}};
  const DnsObservation seen = read(question, packet);
  CHECK(seen.txt == std::vector<std::string>{"found"});
  CHECK(seen.aliases == std::vector<Name>{*Name::parse("b.org"), *Name::parse("c.org")});
  CHECK(seen.ttl_seconds == 20);
}

TEST_CASE("dns packet: aliases that lead nowhere") {
  const DnsQuestion question = asked("a.org", DnsType::txt);
  const std::string to_b = rr("a.org", DnsType::cname, wire_name("b.org"));
  const DnsObservation nodata = read(question, {.answer = {to_b}});
  CHECK(nodata.outcome == Outcome::absent);
  CHECK(nodata.status == DnsStatus::ok);
  CHECK(nodata.aliases.size() == 1);
  const DnsObservation nxdomain = read(question, {.answer = {to_b}, .rcode = 3});
  CHECK(nxdomain.nxdomain());
  CHECK(nxdomain.aliases.size() == 1);
  const DnsObservation circle =
      read(question, {.answer = {to_b, rr("b.org", DnsType::cname, wire_name("a.org"))}});
  CHECK(circle.outcome == Outcome::failed);
  std::vector<std::string> chain;
  for (int i = 0; i < 9; ++i)
    chain.push_back(rr("n" + std::to_string(i) + ".org", DnsType::cname,
                       wire_name("n" + std::to_string(i + 1) + ".org")));
  CHECK(read(asked("n0.org", DnsType::txt), {.answer = chain}).outcome == Outcome::failed);
  CHECK(read(asked("n1.org", DnsType::txt), {.answer = chain}).outcome == Outcome::absent);
}

TEST_CASE("dns packet: what is no knowledge") {
  struct Row {
    int rcode;
    Outcome outcome;
    DnsStatus status;
  };
  for (const Row& row : {Row{0, Outcome::absent, DnsStatus::ok},
                         {3, Outcome::absent, DnsStatus::nxdomain},
                         {2, Outcome::failed, DnsStatus::servfail},
                         {5, Outcome::failed, DnsStatus::refused},
                         {1, Outcome::failed, DnsStatus::servfail},
                         {4, Outcome::failed, DnsStatus::servfail}}) {
    CAPTURE(row.rcode);
    const DnsObservation seen = read(mx_of_example, {.rcode = row.rcode}, Dnssec::insecure);
    CHECK(seen.outcome == row.outcome);
    CHECK(seen.status == row.status);
    CHECK(seen.dnssec.has_value() == seen.known());
    CHECK(seen.why.empty() == seen.known());
  }
}

TEST_CASE("dns packet: a bogus answer's data is not looked at") {
  const std::string packet =
      wire(mx_of_example, {.answer = {rr("example.org", DnsType::mx, mx(10, "evil.example"))}});
  const DnsObservation seen = read_dns_packet(
      packet, mx_of_example, {.dnssec = Dnssec::bogus, .why_bogus = "signature expired"});
  CHECK(seen.outcome == Outcome::bogus);
  CHECK(seen.dnssec == Dnssec::bogus);
  CHECK(seen.status == DnsStatus::servfail);
  CHECK(seen.why == "signature expired");
  CHECK(seen.mx.empty());
}

TEST_CASE("dns packet: the earliest end of a signature") {
  const Packet packet{.answer = {rr("example.org", DnsType::mx, mx(10, "a.example.org")),
                                 rrsig("example.org", DnsType::mx, 2000),
                                 rrsig("example.org", DnsType::mx, 1500),
                                 rrsig("example.org", DnsType::txt, 100)}};
  const std::string octets = wire(mx_of_example, packet);
  const Validation secure{.dnssec = Dnssec::secure};
  CHECK(read_dns_packet(octets, mx_of_example, secure).signatures_expire == Time(Seconds(1500)));
  CHECK_FALSE(read_dns_packet(octets, mx_of_example, {}).signatures_expire);
  CHECK_FALSE(read(mx_of_example, {}).signatures_expire);
}

TEST_CASE("dns packet: one answer may hold thousands of records") {
  Packet packet;
  for (int i = 0; i < 3000; ++i)
    packet.answer.push_back(rr("example.org", DnsType::mx, mx(10, "h" + std::to_string(i))));
  const DnsQuestion question = mx_of_example;
  std::string bytes = wire(question, packet);
  bytes.resize(65535);  // and the last one cut
  CHECK(read_dns_packet(bytes, question, {}).outcome == Outcome::failed);
  packet.answer.resize(1500);
  CHECK(read(question, packet).mx.size() == 1000);
}

TEST_CASE("dns packet: rubbish is a failure and nothing worse") {
  const std::string good =
      wire(mx_of_example, {.answer = {rr("example.org", DnsType::mx, mx(10, "a.example.org"))}});
  for (size_t size = 0; size < good.size(); ++size)
    CHECK_FALSE(read_dns_packet(good.substr(0, size), mx_of_example, {}).outcome ==
                Outcome::answered);
  for (size_t at = 12; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = '\xff';
    read_dns_packet(changed, mx_of_example, {});
  }
  CHECK(read_dns_packet(std::string(70000, '\0'), mx_of_example, {}).outcome == Outcome::failed);
}

TEST_CASE("dns packet: which texts hold a trust anchor") {
  CHECK(
      holds_trust_anchor(". IN DS 20326 8 2 "
                         "E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n"));
  CHECK(
      holds_trust_anchor("; the root\n\ntest. 3600 IN DNSKEY 257 3 13 "
                         "mdsswUyr3DPW132mOi8V9xESWE8jTo0dxCjjnopKl+GqJxpVXckHAeF+KkxLbxILfDLUT"
                         "0rAK9iUzy1L53eKGQ==\n"));
  CHECK_FALSE(holds_trust_anchor(""));
  CHECK_FALSE(holds_trust_anchor("; nothing here\n"));
  CHECK_FALSE(holds_trust_anchor("example.org. IN A 192.0.2.1\n"));
  CHECK_FALSE(holds_trust_anchor("not a zone file"));
}
