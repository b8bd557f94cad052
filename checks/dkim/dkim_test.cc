#include "checks/dkim/dkim.h"

#include <doctest/doctest.h>

#include "checks/dkim/test_keys.h"
#include "tests/table.h"

using namespace mailfleet;
namespace keys = mailfleet::dkim::keys;

namespace {

std::string rsa(const char* key = keys::rsa_2048) { return std::string("v=DKIM1; p=") + key; }

Domain declaring(std::vector<std::string> selectors) {
  Domain domain = domain_named("example.com");
  domain.dkim_selectors = std::move(selectors);
  return domain;
}

std::string level(Table& table, const Domain& domain) {
  return std::string(dkim_check.level_name(table.judge(dkim_check, domain).level));
}

std::string unlikely() {
  return dkim::unlikely_selector(*Name::parse("example.com")) + "._domainkey.example.com";
}

}  // namespace

TEST_CASE("dkim: nothing can stand below a name that does not exist") {
  Table table;
  table.txt("example.com", "v=spf1 mx -all");
  const Judgement judgement = table.judge(dkim_check, "example.com");
  CHECK(dkim_check.level_name(judgement.level) == "absent");
  CHECK(judgement.facts["underscore"].as_string() == "nxdomain");
  REQUIRE(judgement.findings.size() == 1);
  CHECK(judgement.findings[0].code == "dkim-no-key");
  CHECK(judgement.findings[0].severity == Severity::fail);
  Table silent;
  silent.txt("example.com", "v=spf1 -all");
  CHECK(silent.judge(dkim_check, "example.com").findings.at(0).severity == Severity::info);
}

TEST_CASE("dkim: an empty name above unknown selectors tells nothing") {
  Table table;
  table.txt("s1._domainkey.example.com", rsa());
  const Judgement judgement = table.judge(dkim_check, "example.com");
  CHECK(!judgement.level);
  CHECK(judgement.facts["underscore"].as_string() == "nodata");
  CHECK(has_finding(judgement, "dkim-selector-unknown"));
  CHECK(to_json(judgement.facts["selectors"]) == "{}");
}

TEST_CASE("dkim: what cannot be asked is unknown") {
  Table table;
  table.fail("_domainkey.example.com", DnsType::txt);
  const Judgement judgement = table.judge(dkim_check, "example.com");
  CHECK(!judgement.level);
  CHECK(judgement.facts["underscore"].is_null());
  CHECK(judgement.findings.empty());
  Table declared;
  declared.fail("s1._domainkey.example.com", DnsType::txt);
  const Judgement of_selector = declared.judge(dkim_check, declaring({"s1"}));
  CHECK(!of_selector.level);
  CHECK(to_json(of_selector.facts["selectors"]) ==
        R"({"s1":{"state":null,"key":null,"bits":null,"testing":null}})");
  CHECK(!has_finding(of_selector, "dkim-selector-absent"));
}

TEST_CASE("dkim: a wildcard makes guessing meaningless") {
  Table table;
  table.txt(unlikely(), "v=DKIM1; p=");
  table.txt("google._domainkey.example.com", "v=DKIM1; p=");
  const Judgement judgement = table.judge(dkim_check, "example.com");
  CHECK(!judgement.level);
  CHECK(judgement.facts["underscore"].as_string() == "wildcard");
  CHECK(judgement.facts["wildcard_state"].as_string() == "revoked");
  CHECK(to_json(judgement.facts["selectors"]) == "{}");
  CHECK(has_finding(judgement, "dkim-wildcard"));
}

TEST_CASE("dkim: unrelated text everywhere is no key") {
  Table table;
  for (const std::string& name : {unlikely(), std::string("google._domainkey.example.com")})
    table.txt(name, "v=DMARC1;p=reject;rua=mailto:r@gov.example", "v=spf1 ?all");
  const Judgement judgement = table.judge(dkim_check, "example.com");
  CHECK(!judgement.level);
  CHECK(judgement.facts["wildcard_state"].as_string() == "absent");
  CHECK(to_json(judgement.facts["selectors"]) == "{}");
}

TEST_CASE("dkim: declared selectors decide the level") {
  struct {
    std::string txt;
    const char* level;
    const char* finding;
  } rows[] = {
      {rsa(), "strong", ""},
      {std::string("v=DKIM1; k=ed25519; p=") + keys::ed25519, "strong", ""},
      {rsa(keys::rsa_1024), "weak", "dkim-rsa-under-2048"},
      {std::string("v=DKIM1; t=y; p=") + keys::rsa_2048, "weak", "dkim-testing"},
      {rsa(keys::rsa_512), "broken", "dkim-rsa-under-1024"},
      {std::string("v=DKIM1; h=sha1; p=") + keys::rsa_2048, "broken", "dkim-sha1-only"},
      {std::string("v=DKIM1; s=tlsrpt; p=") + keys::rsa_2048, "broken", "dkim-service-not-email"},
      {std::string("v=DKIM1; k=x; p=") + keys::rsa_2048, "broken", "dkim-key-type-unknown"},
      {rsa(keys::certificate), "broken", "dkim-certificate-as-key"},
      {"v=DKIM1; p=!!!!", "broken", "dkim-key-invalid"},
      {"v=DKIM1; p=", "absent", "dkim-revoked"},
      {"v=spf1 -all", "absent", "dkim-selector-absent"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.txt);
    Table table;
    table.txt("s1._domainkey.example.com", row.txt);
    const Judgement judgement = table.judge(dkim_check, declaring({"S1"}));
    CHECK(dkim_check.level_name(judgement.level) == row.level);
    if (*row.finding)
      CHECK(has_finding(judgement, row.finding));
    else
      CHECK(judgement.findings.empty());
    CHECK(!judgement.facts["selectors"]["s1"].is_null());
  }
}

TEST_CASE("dkim: two keys under one selector") {
  Table table;
  table.txt("s1._domainkey.example.com", rsa(), rsa(keys::rsa_1024));
  const Judgement judgement = table.judge(dkim_check, declaring({"s1"}));
  CHECK(dkim_check.level_name(judgement.level) == "broken");
  CHECK(judgement.facts["selectors"]["s1"]["state"].as_string() == "ambiguous");
  CHECK(has_finding(judgement, "dkim-multiple-records"));
}

TEST_CASE("dkim: the best of several keys decides, each fault is told") {
  Table table;
  table.txt("s1._domainkey.example.com", rsa());
  table.txt("s2._domainkey.example.com", rsa(keys::rsa_512));
  const Judgement judgement = table.judge(dkim_check, declaring({"s1", "s2", "s3"}));
  CHECK(dkim_check.level_name(judgement.level) == "strong");
  CHECK(has_finding(judgement, "dkim-rsa-under-1024"));
  CHECK(has_finding(judgement, "dkim-selector-absent"));
  CHECK(to_json(judgement.facts["selectors"]["s1"]) ==
        R"({"state":"valid","key":"rsa","bits":2048,"testing":false})");
}

TEST_CASE("dkim: the operator's selectors are asked for, and told when they hold something") {
  Reference reference;
  reference.operators = {
      {.name = "acme", .mx_suffixes = {*Name::parse("acme.example")}, .dkim_selectors = {"acme1"}}};
  Domain domain = domain_named("example.com");
  domain.reference = &reference;
  Table table;
  table.mx("example.com", 10, "mx.acme.example");
  table.address("mx.acme.example", "192.0.2.1");
  table.txt("acme1._domainkey.example.com", rsa());
  const Judgement judgement = table.judge(dkim_check, domain);
  CHECK(dkim_check.level_name(judgement.level) == "strong");
  CHECK(judgement.facts["selectors"]["acme1"]["state"].as_string() == "valid");
  CHECK(judgement.facts["selectors"].members().size() == 1);
}

TEST_CASE("dkim: the large operators' selectors are asked for as such") {
  Table table;
  table.txt("selector1._domainkey.example.com", rsa());
  CHECK(table.level(dkim_check, "example.com") == "strong");
  Table dangling;
  dangling.dns("selector2._domainkey.example.com", DnsType::txt) =
      DnsObservation{.outcome = Outcome::absent,
                     .status = DnsStatus::nxdomain,
                     .aliases = {*Name::from_dns("selector2-x._domainkey.x.example")}};
  const Judgement judgement = dangling.judge(dkim_check, "example.com");
  CHECK(has_finding(judgement, "dkim-cname-without-key"));
  CHECK(judgement.facts["selectors"]["selector2"]["state"].as_string() == "absent");
  CHECK(!judgement.level);
}

TEST_CASE("dkim: a parked domain has no key") {
  Domain domain = declaring({});
  domain.parked = true;
  Table table;
  CHECK(level(table, domain) == "absent");
  REQUIRE(table.judge(dkim_check, domain).findings.size() == 1);
  CHECK(table.judge(dkim_check, domain).findings[0].code == "dkim-parked-not-revoked");
  CHECK(table.judge(dkim_check, domain).findings[0].severity == Severity::info);
  table.txt("google._domainkey.example.com", rsa());
  CHECK(has_finding(table.judge(dkim_check, domain), "dkim-parked-has-key"));
  CHECK(!has_finding(table.judge(dkim_check, domain), "dkim-parked-not-revoked"));
  // As GOV.UK asks: every selector is revoked.
  Table revoked;
  revoked.txt(unlikely(), "v=DKIM1; p=");
  CHECK(revoked.judge(dkim_check, domain).findings.empty());
  Table down;
  down.fail("_domainkey.example.com", DnsType::txt);
  CHECK(down.judge(dkim_check, domain).findings.empty());
}

TEST_CASE("dkim: where a key was found one is expected, though nobody declared it") {
  Domain domain = domain_named("example.com");
  domain.seen_selectors = {"acme1"};
  Table there;
  there.txt("acme1._domainkey.example.com", rsa());
  CHECK(level(there, domain) == "strong");
  Table gone;
  gone.txt("other._domainkey.example.com", rsa());
  CHECK(level(gone, domain) == "absent");
  CHECK(has_finding(gone.judge(dkim_check, domain), "dkim-selector-absent"));
  const auto moves =
      dkim::compare(domain, there.judge(dkim_check, domain), gone.judge(dkim_check, domain));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == "dkim-key-removed");
  CHECK(moves[0].confirm == Confirmation::c2);
  Table down = gone;
  down.fail("acme1._domainkey.example.com", DnsType::txt);
  CHECK(level(down, domain) == "unknown");
  CHECK(dkim::compare(domain, there.judge(dkim_check, domain), down.judge(dkim_check, domain))
            .at(0)
            .kind == "unknown");
}

TEST_CASE("dkim: a rotation needs another key that has stood for a week") {
  Domain domain = declaring({"s1", "s2"});
  Table before, after;
  before.txt("s1._domainkey.example.com", rsa());
  before.txt("s2._domainkey.example.com", rsa());
  after.txt("s1._domainkey.example.com", "v=DKIM1; p=");
  after.txt("s2._domainkey.example.com", rsa());
  const auto kind = [&] {
    const auto moves =
        dkim::compare(domain, before.judge(dkim_check, domain), after.judge(dkim_check, domain));
    return moves.size() == 1 ? moves[0].kind + " " + std::string(to_text(moves[0].alert)) : "";
  };
  CHECK(kind() == "dkim-rotated info");
  domain.young_selectors = {"s2"};
  CHECK(kind() == "dkim-key-removed ticket");
  domain.young_selectors = {"s1"};
  CHECK(kind() == "dkim-rotated info");
  // Both in one step: mail on its way can no longer be verified.
  Table swapped_before, swapped_after;
  swapped_before.txt("s1._domainkey.example.com", rsa());
  swapped_after.txt("s2._domainkey.example.com", rsa());
  const auto swapped = dkim::compare(domain, swapped_before.judge(dkim_check, domain),
                                     swapped_after.judge(dkim_check, domain));
  REQUIRE(swapped.size() == 1);
  CHECK(swapped[0].kind == "dkim-key-removed");
}

TEST_CASE("dkim: the unlikely selector is one name, the same each time, another per domain") {
  const Name one = *Name::parse("example.com");
  CHECK(dkim::unlikely_selector(one) == dkim::unlikely_selector(one));
  CHECK(dkim::unlikely_selector(one) != dkim::unlikely_selector(*Name::parse("example.net")));
  CHECK(Name::parse(dkim::unlikely_selector(one)).has_value());
}

TEST_CASE("dkim: what a change of keys means") {
  using enum AlertLevel;
  using enum Confirmation;
  const std::string shorter = rsa(keys::rsa_1024);
  const std::string testing = std::string("v=DKIM1; t=y; p=") + keys::rsa_2048;
  struct Row {
    const char* name;
    std::vector<std::string> before, after;  // s1, s2; "" absent
    const char* kind;
    AlertLevel alert = none;
    Confirmation confirm = c1;
  };
  const Row rows[] = {
      {"key gone", {rsa(), ""}, {"", ""}, "dkim-key-removed", ticket, c2},
      {"rotated", {rsa(), rsa()}, {"v=DKIM1; p=", rsa()}, "dkim-rotated", info, c1},
      {"rotated away", {rsa(), rsa()}, {"", rsa()}, "dkim-rotated", info, c2},
      {"last key revoked", {rsa(), ""}, {"v=DKIM1; p=", ""}, "dkim-key-removed", ticket, c1},
      {"testing", {rsa(), ""}, {testing, ""}, "dkim-weakened", ticket, c1},
      {"shorter", {rsa(), ""}, {shorter, ""}, "dkim-weakened", ticket, c1},
      {"shorter, still good", {rsa(keys::rsa_4096), ""}, {rsa(), ""}, "neutral"},
      {"broken", {rsa(), ""}, {"v=DKIM1; p=x", ""}, "dkim-broken", ticket, c1},
      {"unusable", {rsa(), ""}, {rsa(keys::rsa_512), ""}, "dkim-broken", ticket, c1},
      {"longer", {shorter, ""}, {rsa(), ""}, "improvement"},
      {"out of testing", {testing, ""}, {rsa(), ""}, "improvement"},
      {"new key", {rsa(), ""}, {rsa(), rsa()}, "improvement"},
      {"other key of the same size",
       {rsa(), ""},
       {std::string("p=") + keys::rsa_2048_bare, ""},
       ""},
      {"unchanged", {rsa(), rsa()}, {rsa(), rsa()}, ""},
      {"never there", {"", ""}, {"", ""}, ""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto look = [](const std::vector<std::string>& txt) {
      Table table;
      table.txt("keep._domainkey.example.com", "v=spf1 -all");
      for (size_t i = 0; i < txt.size(); ++i)
        if (!txt[i].empty())
          table.txt("s" + std::to_string(i + 1) + "._domainkey.example.com", txt[i]);
      return table.judge(dkim_check, declaring({"s1", "s2"}));
    };
    const auto moves = dkim::compare(declaring({"s1", "s2"}), look(row.before), look(row.after));
    if (!*row.kind) {
      CHECK(moves.empty());
      continue;
    }
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].kind == row.kind);
    CHECK(to_text(moves[0].alert) == to_text(row.alert));
    CHECK(to_text(moves[0].confirm) == to_text(row.confirm));
    CHECK(moves[0].trust == TrustEffect::keep);
  }
}

TEST_CASE("dkim: the whole tree of keys vanishes") {
  Table before, after;
  before.txt("s1._domainkey.example.com", rsa());
  after.txt("example.com", "v=spf1 mx -all");
  const Domain domain = domain_named("example.com");
  const auto moves =
      dkim::compare(domain, before.judge(dkim_check, domain), after.judge(dkim_check, domain));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == "dkim-key-removed");
  CHECK(moves[0].confirm == Confirmation::c2);
}

TEST_CASE("dkim: a parked domain gains a key") {
  Domain domain = declaring({"s1"});
  domain.parked = true;
  Table before, after;
  after.txt("s1._domainkey.example.com", rsa());
  const auto moves =
      dkim::compare(domain, before.judge(dkim_check, domain), after.judge(dkim_check, domain));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == "parked-domain-changed");
}

TEST_CASE("dkim: an outage is no change of keys") {
  Table before, after;
  before.txt("s1._domainkey.example.com", rsa());
  after.fail("s1._domainkey.example.com", DnsType::txt);
  const Domain domain = declaring({"s1"});
  const auto moves =
      dkim::compare(domain, before.judge(dkim_check, domain), after.judge(dkim_check, domain));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == "unknown");
  CHECK(moves[0].alert == AlertLevel::none);
}
