#include "checks/mx/mx.h"

#include <doctest/doctest.h>

#include "checks/base/route.h"
#include "checks/mx/special_use.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

std::string hosts_of(const Judgement& look) {
  std::string out;
  for (const Value& each : look.facts["hosts"].items())
    (out += out.empty() ? "" : " ") += *each["host"].as_string();
  return out;
}

std::string level_of(const Judgement& look) { return std::string(mx_check.level_name(look.level)); }

std::optional<Severity> severity(const Judgement& look, std::string_view code) {
  for (const Finding& each : look.findings)
    if (each.code == code) return each.severity;
  return {};
}

// A domain whose hosts are given as "10 mx1.example.com"; each has a public address.
Table mail(std::initializer_list<const char*> records) {
  Table table;
  int last = 1;
  for (const std::string record : records) {
    const size_t space = record.find(' ');
    const std::string host = record.substr(space + 1);
    table.mx("example.com", static_cast<uint16_t>(std::stoi(record)), host);
    if (host != "." && !Address::parse(host))
      table.address(host, "8.8.8." + std::to_string(last++));
  }
  return table;
}

Judgement look(std::initializer_list<const char*> records) {
  Table table = mail(records);
  return table.judge(mx_check, "example.com");
}

}  // namespace

TEST_CASE("mx: hosts come by preference, whatever the answer's order") {
  const Judgement seen = look({"20 b.example.com", "5 c.example.com", "10 a.example.com"});
  CHECK(hosts_of(seen) == "c.example.com a.example.com b.example.com");
  CHECK(seen.facts["kind"].as_string() == "explicit");
  CHECK(seen.facts["dns"]["status"].as_string() == "ok");
  CHECK(seen.facts["dns"]["dnssec"].as_string() == "insecure");
  CHECK(level_of(seen) == "sound");
  CHECK(seen.findings.empty());
}

TEST_CASE("mx: names are folded and lose their final dot") {
  CHECK(hosts_of(look({"10 MX1.Example.COM."})) == "mx1.example.com");
}

TEST_CASE("mx: null MX") {
  const Judgement proper = look({"0 ."});
  CHECK(proper.facts["kind"].as_string() == "null");
  CHECK(proper.facts["hosts"] == Value::list());
  CHECK(level_of(proper) == "null");
  CHECK(severity(proper, "mx-null") == Severity::info);

  const Judgement preferred = look({"10 ."});
  CHECK(hosts_of(preferred).empty());
  CHECK(severity(preferred, "mx-null-preference") == Severity::fail);
  CHECK(level_of(preferred) == "faulty");

  const Judgement beside = look({"0 .", "10 mx1.example.com"});
  CHECK(beside.facts["kind"].as_string() == "invalid");
  CHECK(hosts_of(beside) == "mx1.example.com");
  CHECK(severity(beside, "mx-null-not-alone") == Severity::fail);

  const Judgement twice = look({"0 .", "10 ."});
  CHECK(twice.facts["kind"].as_string() == "invalid");
  CHECK(has_finding(twice, "mx-null-not-alone"));
}

TEST_CASE("mx: without MX records the own address counts, and says so") {
  Table table;
  table.address("example.com", "8.8.8.8");
  const Judgement seen = table.judge(mx_check, "example.com");
  CHECK(seen.facts["kind"].as_string() == "implicit");
  CHECK(hosts_of(seen) == "example.com");
  CHECK(severity(seen, "mx-implicit") == Severity::advice);
  CHECK(level_of(seen) == "implicit");
}

TEST_CASE("mx: neither MX nor address") {
  Table table;
  table.txt("example.com", "hello");
  const Judgement seen = table.judge(mx_check, "example.com");
  CHECK(seen.facts["kind"].as_string() == "none");
  CHECK(severity(seen, "mx-none") == Severity::info);

  Table empty;
  const Judgement gone = empty.judge(mx_check, "example.com");
  CHECK(gone.facts["kind"].as_string() == "none");
  CHECK(gone.facts["dns"]["status"].as_string() == "nxdomain");
  CHECK(severity(gone, "domain-gone") == Severity::fail);
}

TEST_CASE("mx: what cannot be asked is unknown") {
  for (const auto& [status, word] :
       {std::pair{DnsStatus::servfail, "servfail"}, std::pair{DnsStatus::timeout, "timeout"},
        std::pair{DnsStatus::refused, "refused"}}) {
    Table table;
    table.fail("example.com", DnsType::mx, status);
    const Judgement seen = table.judge(mx_check, "example.com");
    CHECK(!seen.level);
    CHECK(seen.facts["kind"].is_null());
    CHECK(seen.facts["hosts"].is_null());
    CHECK(seen.facts["dns"]["status"].as_string() == word);
    CHECK(seen.facts["dns"]["dnssec"].is_null());
    CHECK(seen.findings.empty());
  }
  Table table;
  table.bogus("example.com", DnsType::mx);
  const Judgement seen = table.judge(mx_check, "example.com");
  CHECK(!seen.level);
  CHECK(seen.facts["dns"]["status"].as_string() == "servfail");
  CHECK(seen.facts["dns"]["dnssec"].as_string() == "bogus");
  CHECK(seen.facts["kind"].is_null());
}

TEST_CASE("mx: one host that cannot be looked up leaves the others standing") {
  Table table;
  table.mx("example.com", 10, "mx1.example.com");
  table.mx("example.com", 20, "mx2.example.com");
  table.fail("mx1.example.com", DnsType::a);
  table.address("mx2.example.com", "8.8.8.8");
  const Judgement seen = table.judge(mx_check, "example.com");
  CHECK(seen.facts["hosts"].items()[0]["addresses"].is_null());
  CHECK(seen.facts["hosts"].items()[1]["addresses"] == Value::list({"8.8.8.8"}));
  CHECK(level_of(seen) == "sound");
  CHECK(seen.findings.empty());

  table.fail("mx2.example.com", DnsType::a);
  CHECK(!table.judge(mx_check, "example.com").level);
}

TEST_CASE("mx: a host without address is advice beside a good one, and fatal alone") {
  Table table;
  table.mx("example.com", 10, "gone.example.com");
  const Judgement alone = table.judge(mx_check, "example.com");
  CHECK(severity(alone, "mx-unusable") == Severity::fail);
  CHECK(level_of(alone) == "unusable");
  CHECK(alone.facts["hosts"].items()[0]["addresses"] == Value::list());

  table.mx("example.com", 20, "mx2.example.com");
  table.address("mx2.example.com", "8.8.8.8");
  const Judgement beside = table.judge(mx_check, "example.com");
  CHECK(severity(beside, "mx-no-address") == Severity::advice);
  CHECK(hosts_of(beside) == "gone.example.com mx2.example.com");
  CHECK(level_of(beside) == "faulty");
}

TEST_CASE("mx: an address in place of a host name") {
  for (const char* literal : {"8.8.8.8", "2001:db8::1", "[8.8.8.8]"}) {
    Table table;
    table.mx("example.com", 10, literal);
    table.mx("example.com", 20, "mx.example.com");
    table.address("mx.example.com", "8.8.8.8");
    const Judgement seen = table.judge(mx_check, "example.com");
    CAPTURE(literal);
    CHECK(severity(seen, "mx-ip-address") == Severity::fail);
    CHECK(seen.facts["hosts"].items()[0]["addresses"] == Value::list());
    CHECK(!has_finding(seen, "mx-no-address"));
    CHECK(level_of(seen) == "faulty");
  }
}

TEST_CASE("mx: all addresses are facts, some of each family are probed") {
  struct Row {
    int v4, v6;
    std::vector<std::string> probed;
  };
  for (const Row& row : {Row{2, 2, {"8.8.8.1", "8.8.8.2", "2600::1", "2600::2"}},
                         Row{4,
                             4,
                             {"8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4", "2600::1", "2600::2",
                              "2600::3", "2600::4"}},
                         Row{9,
                             0,
                             {"8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4", "8.8.8.5", "8.8.8.6",
                              "8.8.8.7", "8.8.8.8"}},
                         Row{9,
                             1,
                             {"8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4", "8.8.8.5", "8.8.8.6",
                              "8.8.8.7", "2600::1"}},
                         Row{6,
                             6,
                             {"8.8.8.1", "8.8.8.2", "8.8.8.3", "8.8.8.4", "2600::1", "2600::2",
                              "2600::3", "2600::4"}},
                         Row{1,
                             9,
                             {"8.8.8.1", "2600::1", "2600::2", "2600::3", "2600::4", "2600::5",
                              "2600::6", "2600::7"}},
                         Row{0,
                             9,
                             {"2600::1", "2600::2", "2600::3", "2600::4", "2600::5", "2600::6",
                              "2600::7", "2600::8"}}}) {
    CAPTURE(row.v4);
    CAPTURE(row.v6);
    Table table;
    table.mx("example.com", 10, "mx.example.com");
    for (int i = 1; i <= row.v4; ++i) table.address("mx.example.com", "8.8.8." + std::to_string(i));
    for (int i = 1; i <= row.v6; ++i) table.address("mx.example.com", "2600::" + std::to_string(i));
    const Judgement judgement = table.judge(mx_check, "example.com");
    CHECK(judgement.facts["hosts"].items().at(0)["addresses"].items().size() ==
          static_cast<size_t>(row.v4 + row.v6));
    Evidence evidence;
    const Name name = *Name::parse("example.com"), host = *Name::parse("mx.example.com");
    evidence.dns[{name, DnsType::mx}] = table.dns("example.com", DnsType::mx);
    for (const DnsType type : {DnsType::a, DnsType::aaaa})
      evidence.dns[{host, type}] = table.dns("mx.example.com", type);
    Facts facts(evidence, table.now);
    const Route where = route(name, facts);
    REQUIRE(where.hosts.size() == 1);
    std::vector<std::string> probed;
    for (const Address& each : *where.hosts[0].addresses) probed.push_back(each.text());
    CHECK(probed == row.probed);
    CHECK(where.hosts[0].not_probed.size() == static_cast<size_t>(row.v4 + row.v6) - probed.size());
    CHECK(has_finding(judgement, "mx-many-addresses") == !where.hosts[0].not_probed.empty());
  }
}

TEST_CASE("mx: a family that could not be looked up may hide addresses") {
  Table table = mail({"10 mx.example.com"});
  const auto complete = [&] {
    const Judgement seen = table.judge(mx_check, "example.com");
    CHECK(seen.facts["hosts"].items()[0]["addresses"].items().size() == 1);
    return seen.facts["hosts"].items()[0]["addresses_complete"].as_bool();
  };
  CHECK(complete() == true);
  table.fail("mx.example.com", DnsType::aaaa);
  CHECK(complete() == false);
}

TEST_CASE("mx: with many hosts fewer addresses of each are probed") {
  for (const auto& [hosts, each] : {std::pair{1, 8}, {5, 8}, {6, 6}, {8, 5}, {10, 4}, {12, 4}}) {
    CAPTURE(hosts);
    Evidence evidence;
    const Name name = *Name::parse("example.com");
    DnsObservation mx{.outcome = Outcome::answered};
    for (int i = 0; i < hosts; ++i) {
      const Name host = *Name::parse("mx" + std::to_string(i) + ".example.com");
      mx.mx.push_back({.preference = 10, .host = host});
      DnsObservation a{.outcome = Outcome::answered};
      for (int last = 1; last <= 9; ++last)
        a.addresses.push_back(*Address::parse("8.8.8." + std::to_string(last)));
      evidence.dns[{host, DnsType::a}] = a;
      evidence.dns[{host, DnsType::aaaa}] = {.outcome = Outcome::absent};
    }
    evidence.dns[{name, DnsType::mx}] = mx;
    Facts facts(evidence, {});
    for (const MailHost& host : route(name, facts).hosts)
      CHECK(host.addresses->size() == static_cast<size_t>(each));
  }
}

TEST_CASE("mx: a domain without MX records may itself be an alias") {
  Table table;
  table.address("example.com", "8.8.8.8");
  table.dns("example.com", DnsType::a).aliases = {*Name::parse("real.example.net")};
  const Judgement judgement = table.judge(mx_check, "example.com");
  CHECK(mx_check.level_name(judgement.level) == "implicit");
  CHECK(!has_finding(judgement, "mx-cname"));
}

TEST_CASE("mx: a host that is an alias") {
  Table table = mail({"10 mx.example.com"});
  table.dns("mx.example.com", DnsType::a).aliases = {*Name::parse("real.example.net")};
  CHECK(severity(table.judge(mx_check, "example.com"), "mx-cname") == Severity::advice);
}

TEST_CASE("mx: the same host twice") {
  CHECK(severity(look({"10 mx.example.com", "20 mx.example.com"}), "mx-duplicate-host") ==
        Severity::info);
}

TEST_CASE("mx: hosts past the limit are named, not asked") {
  Table table;
  for (int i = 10; i < 23; ++i) {
    const std::string host = "mx" + std::to_string(i) + ".example.com";
    table.mx("example.com", static_cast<uint16_t>(i), host);
    table.address(host, "8.8.8.8");
  }
  const Judgement seen = table.judge(mx_check, "example.com");
  CHECK(has_finding(seen, "mx-many-hosts"));
  CHECK(seen.facts["hosts"].items().size() == 13);
  CHECK(seen.facts["hosts"].items()[12]["addresses"].is_null());
}

TEST_CASE("mx: addresses that no mail can reach") {
  struct Row {
    const char* address;
    const char* kind;
  };
  for (const Row& row :
       {Row{"10.1.2.3", "private"}, Row{"127.0.0.1", "loopback"}, Row{"169.254.1.1", "link-local"},
        Row{"100.64.0.1", "carrier-private"}, Row{"192.0.2.1", "documentation"},
        Row{"fd00::1", "private"}, Row{"fe80::1", "link-local"}, Row{"::1", "loopback"},
        Row{"::ffff:10.0.0.1", "private"}, Row{"64:ff9b::a00:1", "private"},
        Row{"2002:a00:1::1", "private"}, Row{"2001:db8::1", "documentation"},
        Row{"224.0.0.1", "multicast"}, Row{"8.8.8.8", ""}, Row{"2a00:1450::1", ""},
        Row{"172.32.0.1", ""}, Row{"172.31.0.1", "private"}}) {
    CAPTURE(row.address);
    CHECK(special_use(*Address::parse(row.address)) == row.kind);
  }
  Table table;
  table.mx("example.com", 10, "mx.example.com");
  table.address("mx.example.com", "10.0.0.1");
  CHECK(severity(table.judge(mx_check, "example.com"), "mx-special-address") == Severity::advice);
  Table laboratory;
  laboratory.mx("example.com", 10, "mx.example.com");
  laboratory.address("mx.example.com", "192.0.2.1");
  CHECK(severity(laboratory.judge(mx_check, "example.com"), "mx-special-address") ==
        Severity::info);
}

TEST_CASE("mx: operators by the ends of host names, whole labels only") {
  const Judgement seen =
      look({"10 x-gov-uk.mail.protection.outlook.com", "20 evilmx.microsoft.example.com"});
  CHECK(seen.facts["hosts"].items()[0]["operator"].as_string() == "microsoft");
  CHECK(seen.facts["hosts"].items()[1]["operator"].is_null());
}

TEST_CASE("mx: parked domains and the old secure intranet") {
  Domain parked = domain_named("example.com");
  parked.parked = true;
  Table null = mail({"0 ."});
  CHECK(null.judge(mx_check, parked).findings.empty());
  Table with_host = mail({"10 mx.example.com"});
  CHECK(severity(with_host.judge(mx_check, parked), "mx-parked-without-null") == Severity::info);

  Table legacy;
  legacy.mx("cardiff.gcsx.gov.uk", 10, "mail.gsi.gov.uk");
  legacy.address("mail.gsi.gov.uk", "8.8.8.8");
  const Judgement seen = legacy.judge(mx_check, "cardiff.gcsx.gov.uk");
  CHECK(severity(seen, "mx-legacy-domain") == Severity::fail);
  CHECK(severity(seen, "mx-legacy-name") == Severity::advice);
}

// ---- moves

namespace {

Value host(const char* name, const char* controller) {
  return Value::object({{"host", name},
                        {"preference", 10},
                        {"addresses", Value::list({"8.8.8.8"})},
                        {"controller", controller}});
}

Judgement standing(const char* kind, Value hosts, Value ns = Value()) {
  Judgement out{.level = 5};
  out.facts = Value::object({{"kind", kind},
                             {"hosts", std::move(hosts)},
                             {"dns", Value::object({{"ns", std::move(ns)}})}});
  return out;
}

std::string moves(const Judgement& before, const Judgement& after, bool parked = false) {
  Domain domain = domain_named("council.example");
  domain.parked = parked;
  std::string out;
  for (const Move& each : compare_mx(domain, before, after))
    (out += out.empty() ? "" : "; ") += each.kind + " " + std::string(to_text(each.alert)) + " " +
                                        std::string(to_text(each.confirm)) + " " +
                                        std::string(to_text(each.trust));
  return out;
}

}  // namespace

TEST_CASE("mx moves") {
  const Judgement own =
      standing("explicit", Value::list({host("mx1.council.example", "council.example")}));
  const Judgement two =
      standing("explicit", Value::list({host("mx1.council.example", "council.example"),
                                        host("mx2.council.example", "council.example")}));
  const Judgement swapped =
      standing("explicit", Value::list({host("mx2.council.example", "council.example"),
                                        host("mx1.council.example", "council.example")}));
  const Judgement foreign =
      standing("explicit", Value::list({host("mx1.council.example", "council.example"),
                                        host("mx.unknown.example", "unknown.example")}));
  const Judgement outlook = standing(
      "explicit", Value::list({host("x-gov-uk.mail.protection.outlook.com", "microsoft")}));
  const Judgement microsoft =
      standing("explicit", Value::list({host("x-gov-uk.a-v1.mx.microsoft", "microsoft")}));
  const Judgement google = standing("explicit", Value::list({host("smtp.google.com", "google")}));
  const Judgement null = standing("null", Value::list());
  const Judgement gone = standing("none", Value::list());
  const Judgement implied =
      standing("implicit", Value::list({host("council.example", "council.example")}));
  Judgement unusable = own;
  unusable.findings = {{"mx-unusable", Severity::fail, "council.example", ""}};

  CHECK(moves(outlook, google) == "mx-moved ticket C1 suspend-until-ack");
  CHECK(moves(outlook, microsoft) == "mx-renamed info C1 keep");
  CHECK(moves(own, two) == "mx-renamed info C1 keep");
  CHECK(moves(own, foreign) == "mx-added page C1 suspend-until-ack");
  CHECK(moves(foreign, own) == "mx-renamed info C1 keep");
  CHECK(moves(own, gone) == "mx-removed page C2 suspend");
  CHECK(moves(own, unusable) == "mx-removed page C2 suspend");
  CHECK(moves(own, implied) == "mx-removed page C2 suspend");
  CHECK(moves(own, null) == "mx-null ticket C1 withdraw-after-ack");
  CHECK(moves(two, swapped) == "neutral none C1 keep");
  CHECK(moves(own, own).empty());
  CHECK(moves(null, own) == "improvement none C1 keep");
  CHECK(moves(null, own, true) == "parked-domain-changed ticket C1 keep");
  CHECK(moves(null, gone) == "neutral none C1 keep");

  const Judgement a = standing("null", Value::list(), Value::list({"ns1.a.example"}));
  const Judgement b = standing("null", Value::list(), Value::list({"ns1.b.example"}));
  const Judgement ab =
      standing("null", Value::list(), Value::list({"ns1.b.example", "ns1.a.example"}));
  CHECK(moves(a, b) == "ns-moved ticket C1 keep");
  CHECK(moves(a, ab) == "neutral none C1 keep");
  CHECK(moves(a, standing("null", Value::list())).empty());
}
