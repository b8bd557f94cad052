#include "checks/dmarc/discovery.h"

#include <doctest/doctest.h>

#include "checks/dmarc/dmarc.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

std::string text(const Value& value) { return std::string(value.as_string().value_or("null")); }

struct Zone {
  const char* name;  // of the record, without _dmarc
  const char* txt;   // null: the look-up fails
};

struct Row {
  const char* domain;
  std::vector<Zone> zone;
  const char* policy_domain;
  const char* organization;
  const char* own;  // effective by RFC 9989
  const char* subdomains;
  const char* nonexistent;
  const char* own_rfc7489 = nullptr;  // null: not said by the row
  const char* findings = "";
};

Judgement judged(const Row& row, bool exists = true) {
  Table table;
  if (exists) table.address(row.domain, "192.0.2.1");
  for (const Zone& zone : row.zone) {
    const std::string name = std::string("_dmarc.") + zone.name;
    if (zone.txt)
      table.txt(name, zone.txt);
    else
      table.fail(name, DnsType::txt);
  }
  table.suffix("gov.uk");
  return table.judge(dmarc_check, row.domain);
}

}  // namespace

TEST_CASE("dmarc: which names the walk asks (RFC 9989 §4.10)") {
  struct {
    const char* start;
    std::vector<const char*> names;
  } rows[] = {
      {"com", {"com"}},
      {"example.com", {"example.com", "com"}},
      {"a.b.c.d.e.example.com",
       {"a.b.c.d.e.example.com", "b.c.d.e.example.com", "c.d.e.example.com", "d.e.example.com",
        "e.example.com", "example.com", "com"}},
      {"a.b.c.d.e.f.example.com",
       {"a.b.c.d.e.f.example.com", "b.c.d.e.f.example.com", "c.d.e.f.example.com",
        "d.e.f.example.com", "e.f.example.com", "f.example.com", "example.com", "com"}},
      {"a.b.c.d.e.f.g.h.i.j.mail.example.com",
       {"a.b.c.d.e.f.g.h.i.j.mail.example.com", "g.h.i.j.mail.example.com",
        "h.i.j.mail.example.com", "i.j.mail.example.com", "j.mail.example.com", "mail.example.com",
        "example.com", "com"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.start);
    const auto names = dmarc::walk_names(*Name::parse(row.start));
    REQUIRE(names.size() == row.names.size());
    CHECK(names.size() <= 8);
    for (size_t i = 0; i < names.size(); ++i) CHECK(names[i].text() == row.names[i]);
  }
}

TEST_CASE("dmarc: whose record speaks for whom") {
  const Row rows[] = {
      {"mail.example.com",
       {{"example.com", "v=DMARC1; p=reject; sp=quarantine"}},
       "example.com",
       "example.com",
       "quarantine",
       "quarantine",
       "quarantine",
       "quarantine",
       "dmarc-inherited"},
      {"mail.example.com",
       {{"example.com", "v=DMARC1; p=reject"}},
       "example.com",
       "example.com",
       "reject",
       "reject",
       "reject",
       "reject"},
      // np only for what does not exist; it falls back to sp, then to p.
      {"mail.example.com",
       {{"example.com", "v=DMARC1; p=none; np=reject"}},
       "example.com",
       "example.com",
       "none",
       "none",
       "reject",
       "none"},
      {"mail.example.com",
       {{"example.com", "v=DMARC1; p=reject; sp=none; np=quarantine"}},
       "example.com",
       "example.com",
       "none",
       "none",
       "quarantine",
       "none"},
      {"example.com",
       {{"example.com", "v=DMARC1; p=reject; sp=none; np=quarantine"}},
       "example.com",
       "example.com",
       "reject",
       "none",
       "quarantine",
       "reject"},
      {"example.com",
       {{"example.com", "v=DMARC1; p=reject; sp=quarantine; t=y"}},
       "example.com",
       "example.com",
       "quarantine",
       "none",
       "none",
       "reject"},
      // The record of a name between does not count, once the organization has one.
      {"a.b.example.com",
       {{"b.example.com", "v=DMARC1; p=none"}, {"example.com", "v=DMARC1; p=reject"}},
       "example.com",
       "example.com",
       "reject",
       "reject",
       "reject",
       "reject"},
      {"a.b.example.com",
       {{"b.example.com", "v=DMARC1; p=quarantine"}},
       "b.example.com",
       "b.example.com",
       "quarantine",
       "quarantine",
       "quarantine",
       "absent"},
      // Own record below the organization: its sp is ignored, names below get the organization's.
      {"mail.example.com",
       {{"mail.example.com", "v=DMARC1; p=reject; sp=none"},
        {"example.com", "v=DMARC1; p=none; sp=quarantine"}},
       "mail.example.com",
       "example.com",
       "reject",
       "quarantine",
       "quarantine",
       "reject",
       "dmarc-sp-ignored-below-org"},
      // psd=n: the organization ends here.
      {"mail.example.com",
       {{"mail.example.com", "v=DMARC1; p=reject; sp=none; psd=n"},
        {"example.com", "v=DMARC1; p=none"}},
       "mail.example.com",
       "mail.example.com",
       "reject",
       "none",
       "none",
       "reject",
       "dmarc-sp-weaker"},
      {"a.b.example.com",
       {{"b.example.com", "v=DMARC1; p=quarantine; psd=n"}, {"example.com", "v=DMARC1; p=reject"}},
       "b.example.com",
       "b.example.com",
       "quarantine",
       "quarantine",
       "quarantine",
       "reject"},
      // psd=y: the organization begins one label below.
      {"mega.bank.example",
       {{"bank.example", "v=DMARC1; p=reject; sp=quarantine; psd=y"}},
       "bank.example",
       "mega.bank.example",
       "quarantine",
       "quarantine",
       "quarantine"},
      {"mail.mega.bank.example",
       {{"bank.example", "v=DMARC1; p=reject; sp=quarantine; psd=y"}},
       "bank.example",
       "mega.bank.example",
       "quarantine",
       "quarantine",
       "quarantine"},
      {"mail.mega.bank.example",
       {{"bank.example", "v=DMARC1; p=reject; psd=y"}, {"mega.bank.example", "v=DMARC1; p=none"}},
       "mega.bank.example",
       "mega.bank.example",
       "none",
       "none",
       "none"},
      {"bank.example",
       {{"bank.example", "v=DMARC1; p=reject; sp=none; psd=y"}},
       "bank.example",
       "bank.example",
       "reject",
       "none",
       "none"},
      {"mega.bank.example",
       {{"mega.bank.example", "v=DMARC1; p=quarantine"},
        {"bank.example", "v=DMARC1; p=reject; psd=y"}},
       "mega.bank.example",
       "mega.bank.example",
       "quarantine",
       "quarantine",
       "quarantine"},
      // A shared suffix without psd=y takes everyone below for its own.
      {"council.gov.example",
       {{"gov.example", "v=DMARC1; p=reject; sp=none"},
        {"council.gov.example", "v=DMARC1; p=reject"}},
       "council.gov.example",
       "gov.example",
       "reject",
       "none",
       "none",
       "reject",
       "dmarc-org-is-shared-suffix"},
      {"council.gov.uk",
       {{"gov.uk", "v=DMARC1; p=reject; sp=none"}, {"council.gov.uk", "v=DMARC1; p=reject"}},
       "council.gov.uk",
       "gov.uk",
       "reject",
       "none",
       "none",
       "reject",
       "dmarc-org-is-shared-suffix"},
      {"council.gov.uk",
       {{"gov.uk", "v=DMARC1; p=reject; sp=none; psd=y"}, {"council.gov.uk", "v=DMARC1; p=reject"}},
       "council.gov.uk",
       "council.gov.uk",
       "reject",
       "reject",
       "reject",
       "reject"},
      // Several records at one name are all discarded, also above.
      {"a.b.example.com",
       {{"example.com", "v=DMARC1; p=quarantine"}},
       "example.com",
       "example.com",
       "quarantine",
       "quarantine",
       "quarantine",
       "quarantine"},
      // The walk jumps: a record on the eighth label from the right is never seen.
      {"a.b.c.d.e.f.g.h.example.com",
       {{"b.c.d.e.f.g.h.example.com", "v=DMARC1; p=reject"}},
       "null",
       "a.b.c.d.e.f.g.h.example.com",
       "absent",
       "absent",
       "absent"},
      {"a.b.c.d.e.f.g.h.example.com",
       {{"d.e.f.g.h.example.com", "v=DMARC1; p=reject"}},
       "d.e.f.g.h.example.com",
       "d.e.f.g.h.example.com",
       "reject",
       "reject",
       "reject"},
      // A broken record still is the domain's own.
      {"mail.example.com",
       {{"mail.example.com", "v=DMARC1; p=x"}, {"example.com", "v=DMARC1; p=reject"}},
       "mail.example.com",
       "example.com",
       "absent",
       "reject",
       "reject",
       "absent"},
      {"mail.example.com",
       {{"example.com", "v=DMARC1; p=x; rua=mailto:d@example.com"}},
       "example.com",
       "example.com",
       "none",
       "none",
       "none",
       "none"},
      {"example.com",
       {},
       "null",
       "example.com",
       "absent",
       "absent",
       "absent",
       "absent",
       "dmarc-absent"},
      // A failure counts where its answer would decide, and only there.
      {"mail.example.com",
       {{"example.com", nullptr}},
       "null",
       "null",
       "null",
       "null",
       "null",
       "null"},
      {"mail.example.com",
       {{"mail.example.com", "v=DMARC1; p=reject"}, {"example.com", nullptr}},
       "mail.example.com",
       "null",
       "reject",
       "null",
       "null",
       "reject"},
      {"mail.example.com",
       {{"mail.example.com", "v=DMARC1; p=reject; psd=n"}, {"example.com", nullptr}},
       "mail.example.com",
       "mail.example.com",
       "reject",
       "reject",
       "reject",
       "reject"},
      {"mail.example.com",
       {{"example.com", "v=DMARC1; p=reject; psd=n"}, {"com", nullptr}},
       "example.com",
       "example.com",
       "reject",
       "reject",
       "reject",
       "reject"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.domain);
    const Judgement judgement = judged(row);
    CAPTURE(to_json(judgement.facts));
    CHECK(text(judgement.facts["policy_domain"]) == row.policy_domain);
    CHECK(text(judgement.facts["organizational_domain"]) == row.organization);
    CHECK(text(judgement.facts["effective"]["own"]) == row.own);
    CHECK(text(judgement.facts["effective"]["subdomains"]) == row.subdomains);
    CHECK(text(judgement.facts["effective"]["nonexistent"]) == row.nonexistent);
    if (row.own_rfc7489)
      CHECK(text(judgement.facts["effective_rfc7489"]["own"]) == row.own_rfc7489);
    if (*row.findings) CHECK(has_finding(judgement, row.findings));
    CHECK(judgement.level.has_value() == (std::string(row.own) != "null"));
  }
}

TEST_CASE("dmarc: a name that does not exist is under np") {
  const Row row{"ghost.example.com",
                {{"example.com", "v=DMARC1; p=reject; sp=none; np=quarantine"}},
                "",
                "",
                "",
                "",
                ""};
  CHECK(text(judged(row, false).facts["effective"]["own"]) == "quarantine");
  CHECK(text(judged(row, true).facts["effective"]["own"]) == "none");
}

TEST_CASE("dmarc: whether the name exists may stay unknown") {
  Table table;
  table.txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=none; np=quarantine");
  table.fail("ghost.example.com", DnsType::mx);
  CHECK(table.level(dmarc_check, "ghost.example.com") == "unknown");
  Table same;
  same.txt("_dmarc.example.com", "v=DMARC1; p=reject");
  same.fail("ghost.example.com", DnsType::mx);
  CHECK(same.level(dmarc_check, "ghost.example.com") == "reject");
}

TEST_CASE("dmarc: several records below a parent with one") {
  Table table;
  table.txt("_dmarc.mail.example.com", "v=DMARC1; p=reject", "v=DMARC1; p=none");
  table.txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=quarantine");
  table.address("mail.example.com", "192.0.2.1");
  const Judgement judgement = table.judge(dmarc_check, "mail.example.com");
  CHECK(text(judgement.facts["policy_domain"]) == "example.com");
  CHECK(text(judgement.facts["effective"]["own"]) == "quarantine");
  // RFC 7489 §6.6.3 step 5 stops at them.
  CHECK(text(judgement.facts["effective_rfc7489"]["own"]) == "absent");
  CHECK(has_finding(judgement, "dmarc-multiple-records"));
}

TEST_CASE("dmarc: a synthesised answer at a name nobody registered") {
  Table table;
  table.txt("_dmarc.ghost.gov.example", "v=DMARC1;p=reject;rua=mailto:r@gov.example",
            "v=spf1 ?all");
  table.txt("ghost.gov.example", "v=DMARC1;p=reject;rua=mailto:r@gov.example", "v=spf1 ?all");
  const Judgement judgement = table.judge(dmarc_check, "ghost.gov.example");
  CHECK(text(judgement.facts["policy_domain"]) == "ghost.gov.example");
  CHECK(text(judgement.facts["effective"]["own"]) == "reject");
}
