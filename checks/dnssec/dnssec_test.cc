#include "checks/dnssec/dnssec.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

// A signed zone with two name servers of two operators and one mail host.
struct World : Table {
  explicit World(Dnssec status = Dnssec::secure) {
    for (const DnsType type :
         {DnsType::mx, DnsType::soa, DnsType::ns, DnsType::ds, DnsType::dnskey}) {
      DnsObservation& o = dns("example.gov.uk", type);
      o.dnssec = status;
      if (status == Dnssec::secure) o.signatures_expire = now + std::chrono::days(10);
    }
    mx("example.gov.uk", 10, "mx1.example.gov.uk");
    address("mx1.example.gov.uk", "192.0.2.1");
    dns("example.gov.uk", DnsType::ns).names = {*Name::parse("ns1.a.example"),
                                                *Name::parse("ns1.b.test")};
    if (status != Dnssec::secure) {
      absent(DnsType::ds);
      absent(DnsType::dnskey);
      return;
    }
    algorithms({13});
  }
  void algorithms(std::vector<uint8_t> numbers) {
    dns("example.gov.uk", DnsType::ds).ds_algorithms = numbers;
    dns("example.gov.uk", DnsType::dnskey).ds_algorithms = std::move(numbers);
  }
  void absent(DnsType type) {
    DnsObservation& o = dns("example.gov.uk", type);
    o = DnsObservation{.outcome = Outcome::absent, .dnssec = Dnssec::insecure};
  }
  void tlsa() {
    dns("_25._tcp.mx1.example.gov.uk", DnsType::tlsa).tlsa = {{3, 1, 1, std::string(32, 'x')}};
  }
  Judgement judged() { return judge(dnssec_check, "example.gov.uk"); }
  std::string level() { return Table::level(dnssec_check, "example.gov.uk"); }
};

}  // namespace

TEST_CASE("dnssec: a signed zone") {
  World world;
  const Judgement judgement = world.judged();
  CHECK(world.level() == "secure");
  CHECK(judgement.findings.empty());
  CHECK(
      to_json(judgement.facts) ==
      R"({"status":"secure","why":null,"algorithms":["ECDSAP256SHA256"],)"
      R"("signatures_expire":"2026-12-01T12:00:00Z","ns":["ns1.a.example","ns1.b.test"],"exists":true})");
}

TEST_CASE("dnssec: an unsigned zone is advised, and at fault once it publishes TLSA") {
  World world(Dnssec::insecure);
  CHECK(world.level() == "insecure");
  CHECK(has_finding(world.judged(), "dnssec-insecure"));
  CHECK(!has_finding(world.judged(), "dnssec-tlsa-void"));
  CHECK(world.judged().facts["why"].as_string() == "no DS record at the parent");
  world.tlsa();
  CHECK(has_finding(world.judged(), "dnssec-tlsa-void"));
}

TEST_CASE("dnssec: signed but unknown to the parent") {
  World world(Dnssec::insecure);
  world.dns("example.gov.uk", DnsType::dnskey) = DnsObservation{
      .outcome = Outcome::answered, .dnssec = Dnssec::insecure, .ds_algorithms = {8}};
  CHECK(world.level() == "insecure");
  CHECK(world.judged().facts["why"].as_string() ==
        "the zone is signed, but its parent has no DS record");
}

TEST_CASE("dnssec: one bogus answer is enough") {
  for (const DnsType type : {DnsType::mx, DnsType::soa, DnsType::ns, DnsType::dnskey}) {
    World world;
    world.bogus("example.gov.uk", type);
    const Judgement judgement = world.judged();
    CHECK(world.level() == "bogus");
    CHECK(has_finding(judgement, "dnssec-bogus"));
    CHECK(judgement.facts["why"].as_string() == "said by the test");
  }
}

TEST_CASE("dnssec: signatures about to end are the zone's own, not its parent's") {
  struct Row {
    DnsType type;
    std::chrono::hours left;
    bool told;
  };
  for (const Row& row : {Row{DnsType::mx, std::chrono::hours(24), true},
                         Row{DnsType::dnskey, std::chrono::hours(71), true},
                         Row{DnsType::soa, std::chrono::hours(72), false},
                         Row{DnsType::ns, std::chrono::hours(-1), true},
                         Row{DnsType::ds, std::chrono::hours(24), false}}) {
    CAPTURE(row.left.count());
    World world;
    world.dns("example.gov.uk", row.type).signatures_expire = world.now + row.left;
    CHECK(has_finding(world.judged(), "dnssec-expiring") == row.told);
    CHECK(world.level() == "secure");
  }
}

TEST_CASE("dnssec: no answer says nothing") {
  World world;
  for (const DnsType type : {DnsType::mx, DnsType::soa, DnsType::ns, DnsType::ds, DnsType::dnskey})
    world.fail("example.gov.uk", type);
  const Judgement judgement = world.judged();
  CHECK(world.level() == "unknown");
  CHECK(judgement.facts["status"].is_null());
  CHECK(judgement.facts["exists"].is_null());
  CHECK(judgement.facts["ns"].is_null());
  CHECK(judgement.findings.empty());
  World untold;
  untold.dns("example.gov.uk", DnsType::mx).dnssec = {};
  CHECK(untold.level() == "unknown");
}

TEST_CASE("dnssec: signatures about to end") {
  struct {
    int hours;
    bool finding;
  } rows[] = {{73, false}, {72, false}, {71, true}, {-1, true}};
  for (const auto& row : rows) {
    World world;
    world.dns("example.gov.uk", DnsType::soa).signatures_expire =
        world.now + std::chrono::hours(row.hours);
    CHECK(has_finding(world.judged(), "dnssec-expiring") == row.finding);
  }
}

TEST_CASE("dnssec: algorithms") {
  struct {
    uint8_t number;
    const char* name;
    bool finding;
  } rows[] = {{8, "RSASHA256", false}, {13, "ECDSAP256SHA256", false},
              {15, "ED25519", false},  {16, "ED448", false},
              {5, "RSASHA1", true},    {7, "RSASHA1-NSEC3-SHA1", true},
              {1, "RSAMD5", true},     {99, "99", false}};
  for (const auto& row : rows) {
    World world;
    world.algorithms({row.number});
    const Judgement judgement = world.judged();
    CHECK(judgement.facts["algorithms"].items().at(0).as_string() == row.name);
    CHECK(has_finding(judgement, "dnssec-algorithm-old") == row.finding);
  }
}

TEST_CASE("dnssec: a domain that does not exist") {
  Table table;
  // `mx` tells that it is gone; here there is nothing to sign.
  CHECK(table.judge(dnssec_check, "gone.gov.uk").findings.empty());
  CHECK(table.judge(dnssec_check, "gone.gov.uk").facts["exists"].as_bool() == false);
}

TEST_CASE("dnssec: name servers of the zone, wherever it is cut") {
  World world;
  const Judgement below = world.judge(dnssec_check, "mx1.example.gov.uk");
  CHECK(to_json(below.facts["ns"]) == R"(["ns1.a.example","ns1.b.test"])");
  world.dns("example.gov.uk", DnsType::ns).names = {*Name::parse("ns1.a.example"),
                                                    *Name::parse("ns2.a.example")};
  CHECK(has_finding(world.judged(), "dnssec-one-operator"));
}

TEST_CASE("dnssec: what a change means") {
  using enum AlertLevel;
  World secure, insecure(Dnssec::insecure), bogus, void_tlsa(Dnssec::insecure), expiring, unseen,
      re_signed;
  bogus.bogus("example.gov.uk", DnsType::mx);
  void_tlsa.tlsa();
  expiring.dns("example.gov.uk", DnsType::soa).signatures_expire =
      expiring.now + std::chrono::days(2);
  unseen.fail("example.gov.uk", DnsType::mx);
  re_signed.dns("example.gov.uk", DnsType::soa).signatures_expire =
      secure.now + std::chrono::days(9);
  struct Row {
    World& before;
    World& after;
    const char* kind;
    AlertLevel alert = none;
    Confirmation confirm = Confirmation::c1;
    TrustEffect trust = TrustEffect::keep;
  };
  const Row rows[] = {
      {secure, bogus, "dnssec-bogus", page, Confirmation::c2},
      {insecure, bogus, "dnssec-bogus", page, Confirmation::c2},
      {secure, insecure, "dnssec-removed", ticket, Confirmation::c2, TrustEffect::dane_off},
      {secure, void_tlsa, "dnssec-removed", page, Confirmation::c2, TrustEffect::dane_off},
      {secure, expiring, "dnssec-expiring", ticket},
      {expiring, expiring, ""},
      {secure, unseen, "unknown", none, Confirmation::c4},
      {insecure, secure, "improvement"},
      {bogus, secure, "improvement"},
      {bogus, bogus, ""},
      {secure, re_signed, ""},
      {unseen, secure, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.kind);
    const auto moves =
        dnssec::compare(domain_named("example.gov.uk"), row.before.judged(), row.after.judged());
    if (!*row.kind) {
      CHECK(moves.empty());
      continue;
    }
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].kind == row.kind);
    CHECK(to_text(moves[0].alert) == to_text(row.alert));
    CHECK(to_text(moves[0].confirm) == to_text(row.confirm));
    CHECK(to_text(moves[0].trust) == to_text(row.trust));
  }
}
