#include <doctest/doctest.h>

#include "checks/dmarc/dmarc.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

// What the table holds at one moment, and what the check says of it.
Judgement look(std::string_view domain, const std::vector<std::string>& records,
               const std::vector<std::pair<std::string, std::string>>& others = {}) {
  Table table;
  table.txt("s1._domainkey.x.gov.example", "v=DKIM1; p=");
  table.address(domain, "192.0.2.1");
  for (const std::string& record : records) table.txt("_dmarc." + std::string(domain), record);
  for (const auto& [name, txt] : others) table.txt(name, txt);
  return table.judge(dmarc_check, domain);
}

struct Row {
  const char* name;
  const char* before;  // tags after v=DMARC1; empty: no record
  const char* after;
  const char* kind;  // "": no move at all
  AlertLevel alert = AlertLevel::none;
  Confirmation confirm = Confirmation::c1;
  TrustEffect trust = TrustEffect::keep;
};

std::vector<std::string> records(std::string_view tags) {
  if (tags.empty()) return {};
  return {"v=DMARC1; " + std::string(tags)};
}

void check_only(const std::vector<Move>& moves, const Row& row) {
  CAPTURE(row.name);
  if (!*row.kind) {
    CHECK(moves.empty());
    return;
  }
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == row.kind);
  CHECK(to_text(moves[0].alert) == to_text(row.alert));
  CHECK(to_text(moves[0].confirm) == to_text(row.confirm));
  CHECK(to_text(moves[0].trust) == to_text(row.trust));
}

}  // namespace

TEST_CASE("dmarc: what a change of the record means") {
  using enum AlertLevel;
  using enum Confirmation;
  using enum TrustEffect;
  const Row rows[] = {
      {"reject to none", "p=reject", "p=none", "dmarc-weakened", page, c1, attr_off},
      {"reject to quarantine", "p=reject", "p=quarantine", "dmarc-weakened", ticket},
      {"quarantine to none", "p=quarantine", "p=none", "dmarc-weakened", page, c1, attr_off},
      {"gone", "p=reject", "", "dmarc-removed", page, c2, attr_off},
      {"gone, never protected", "p=none", "", "dmarc-removed", ticket, c2},
      {"bad sp", "p=reject", "p=reject; sp=invalid", "dmarc-broken", page, c1, attr_off},
      {"bad sp, with reports", "p=reject; rua=mailto:d@x.gov.example",
       "p=reject; sp=invalid; rua=mailto:d@x.gov.example", "dmarc-broken", page, c1, attr_off},
      {"bad p, never protected", "p=none", "p=nix", "dmarc-broken", ticket},
      {"testing reject", "p=reject; t=n", "p=reject; t=y", "dmarc-weakened", ticket},
      {"testing quarantine", "p=quarantine; t=n", "p=quarantine; t=y", "dmarc-weakened", page, c1,
       attr_off},
      {"pct lower", "p=reject; pct=100", "p=reject; pct=25", "dmarc-weakened", ticket},
      {"pct zero", "p=quarantine; pct=100", "p=quarantine; pct=0", "dmarc-weakened", page, c1,
       attr_off},
      {"pct zero under reject", "p=reject", "p=reject; pct=0", "dmarc-weakened", ticket},
      {"pct raised", "p=quarantine; pct=5", "p=quarantine; pct=50", "improvement"},
      {"pct removed", "p=reject; pct=100", "p=reject", "neutral"},
      {"pct under none", "p=none; pct=100", "p=none; pct=10", "neutral"},
      {"step up with pct", "p=quarantine; pct=100", "p=reject; pct=10", "improvement"},
      {"sp weaker", "p=reject", "p=reject; sp=none", "dmarc-subdomain-weakened", page},
      {"sp a little weaker", "p=reject", "p=reject; sp=quarantine", "dmarc-subdomain-weakened",
       ticket},
      {"sp removed, weaker", "p=none; sp=reject", "p=none", "dmarc-subdomain-weakened", ticket},
      {"sp removed, the same", "p=reject; sp=reject", "p=reject", "neutral"},
      {"np removed, weaker", "p=quarantine; np=reject", "p=quarantine",
       "dmarc-nonexistent-weakened", info},
      {"np opened", "p=reject", "p=reject; np=none", "dmarc-nonexistent-weakened", ticket},
      {"np removed, the same", "p=reject; np=reject", "p=reject", "neutral"},
      {"rua removed", "p=reject; rua=mailto:d@x.gov.example", "p=reject", "dmarc-reporting-lost",
       ticket},
      {"rua moved", "p=reject; rua=mailto:a@x.gov.example", "p=reject; rua=mailto:b@x.gov.example",
       "dmarc-reporting-moved", info},
      {"rua reordered", "p=reject; rua=mailto:a@x.gov.example,mailto:b@x.gov.example",
       "p=reject; rua=mailto:b@x.gov.example,mailto:a@x.gov.example", "neutral"},
      {"rua added", "p=reject", "p=reject; rua=mailto:d@x.gov.example", "improvement"},
      {"alignment relaxed", "p=reject; adkim=s", "p=reject; adkim=r", "dmarc-alignment-relaxed",
       info},
      {"alignment removed", "p=reject; aspf=s", "p=reject", "dmarc-alignment-relaxed", info},
      {"alignment default removed", "p=reject; aspf=r", "p=reject", "neutral"},
      {"alignment stricter", "p=reject", "p=reject; aspf=s", "improvement"},
      {"tags reordered", "p=reject; adkim=s; aspf=s", "p=reject; aspf=s; adkim=s", "neutral"},
      {"other words", "p=reject", "p=REJECT;", "neutral"},
      {"unchanged", "p=reject", "p=reject", ""},
      {"appeared", "", "p=none", "improvement"},
      {"appeared broken", "", "p=nix", "neutral"},
      {"strengthened", "p=none", "p=reject", "improvement"},
      {"repaired", "p=nix", "p=reject", "improvement"},
      {"still absent", "", "", ""},
  };
  for (const Row& row : rows) {
    const Judgement before = look("x.gov.example", records(row.before));
    const Judgement after = look("x.gov.example", records(row.after));
    check_only(dmarc::compare(domain_named("x.gov.example"), before, after), row);
  }
}

TEST_CASE("dmarc: a second record is as good as none") {
  const auto moves =
      dmarc::compare(domain_named("x.gov.example"), look("x.gov.example", {"v=DMARC1; p=reject"}),
                     look("x.gov.example", {"v=DMARC1; p=reject", "v=DMARC1; p=reject"}));
  check_only(moves, {"two records", "", "", "dmarc-broken", AlertLevel::page, Confirmation::c1,
                     TrustEffect::attr_off});
}

TEST_CASE("dmarc: the own record gives way to a parent's") {
  const Judgement before = look("x.gov.example", {"v=DMARC1; p=reject"});
  struct {
    const char* parent;
    Row expect;
  } rows[] = {
      {"v=DMARC1; p=none",
       {"weaker", "", "", "dmarc-removed", AlertLevel::page, Confirmation::c2,
        TrustEffect::attr_off}},
      {"v=DMARC1; p=quarantine",
       {"a little weaker", "", "", "dmarc-removed", AlertLevel::ticket, Confirmation::c2}},
      {"v=DMARC1; p=reject", {"as strong", "", "", "neutral"}},
  };
  for (const auto& row : rows)
    check_only(dmarc::compare(domain_named("x.gov.example"), before,
                              look("x.gov.example", {}, {{"_dmarc.gov.example", row.parent}})),
               row.expect);
}

TEST_CASE("dmarc: a report destination withdraws its leave") {
  const std::vector<std::string> record{"v=DMARC1; p=reject; rua=mailto:r@red.example.net"};
  const Judgement before =
      look("x.gov.example", record, {{"x.gov.example._report._dmarc.red.example.net", "v=DMARC1"}});
  const Judgement after = look("x.gov.example", record, {{"red.example.net", "v=spf1 -all"}});
  check_only(dmarc::compare(domain_named("x.gov.example"), before, after),
             {"revoked", "", "", "dmarc-reporting-lost", AlertLevel::ticket, Confirmation::c2});
}

TEST_CASE("dmarc: an outage is no change") {
  Table table;
  table.fail("_dmarc.x.gov.example", DnsType::txt);
  const Judgement seen = look("x.gov.example", {"v=DMARC1; p=reject"});
  const Judgement unseen = table.judge(dmarc_check, "x.gov.example");
  check_only(dmarc::compare(domain_named("x.gov.example"), seen, unseen),
             {"servfail", "", "", "unknown", AlertLevel::none, Confirmation::c4});
  CHECK(dmarc::compare(domain_named("x.gov.example"), unseen, seen).empty());
}

TEST_CASE("dmarc: leave that cannot be looked up this time is unknown, not withdrawn") {
  const std::string record = "v=DMARC1; p=reject; rua=mailto:r@red.example.net";
  const Judgement before = look("x.gov.example", {record},
                                {{"x.gov.example._report._dmarc.red.example.net", "v=DMARC1"}});
  Table table;
  table.txt("_dmarc.x.gov.example", record);
  table.fail("x.gov.example._report._dmarc.red.example.net", DnsType::txt);
  check_only(dmarc::compare(domain_named("x.gov.example"), before,
                            table.judge(dmarc_check, "x.gov.example")),
             {"servfail", "", "", "unknown", AlertLevel::none, Confirmation::c4});
}

TEST_CASE("dmarc: two weakenings at once are both told") {
  const auto moves =
      dmarc::compare(domain_named("x.gov.example"), look("x.gov.example", {"v=DMARC1; p=reject"}),
                     look("x.gov.example", {"v=DMARC1; p=quarantine; sp=none"}));
  REQUIRE(moves.size() == 2);
  CHECK(moves[0].kind == "dmarc-weakened");
  CHECK(moves[1].kind == "dmarc-subdomain-weakened");
}
