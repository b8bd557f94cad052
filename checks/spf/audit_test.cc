#include "checks/spf/audit.h"

#include <doctest/doctest.h>

#include "checks/spf/coverage.h"
#include "checks/spf/spf.h"
#include "tests/table.h"

using namespace mailfleet;

namespace {

using Zone = std::vector<std::pair<std::string, std::string>>;  // name, SPF record

Table world(const Zone& zone) {
  Table table;
  for (const auto& [name, record] : zone) table.txt(name, record);
  table.address("h.example.net", "8.8.8.8");
  table.mx("mx.example.net", 10, "h.example.net");
  return table;
}

Judgement look(const Zone& zone) {
  Table table = world(zone);
  return table.judge(spf_check, "example.com");
}

std::string word(const Value& value) { return std::string(value.as_string().value_or("null")); }

std::string number(const Value& value) {
  return value.as_int() ? std::to_string(*value.as_int()) : "null";
}

// "result reason all lookups voids level"
std::string facts_of(const Judgement& seen) {
  const Value& f = seen.facts;
  return word(f["result"]) + " " + word(f["reason"]) + " " + word(f["all"]) + " " +
         number(f["lookups"]) + " " + number(f["voids"]) + " " +
         std::string(spf_check.level_name(seen.level));
}

std::optional<Severity> severity(const Judgement& seen, std::string_view code) {
  for (const Finding& each : seen.findings)
    if (each.code == code) return each.severity;
  return {};
}

std::string terms(const char* term, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += " " + std::string(term);
  return out;
}

std::string repeated(const char* term, int count) {
  return "v=spf1" + terms(term, count) + " -all";
}

}  // namespace

TEST_CASE("spf audit: where policies stand") {
  struct Row {
    Zone zone;
    const char* facts;
  };
  for (const Row& row : {
           Row{{{"example.com", "v=spf1 -all"}}, "valid null - 0 0 fail"},
           Row{{{"example.com", "v=spf1 a:h.example.net ~all"}}, "valid null ~ 1 0 softfail"},
           Row{{{"example.com", "v=spf1 mx:mx.example.net ?all"}}, "valid null ? 1 0 neutral"},
           Row{{{"example.com", "v=spf1 ip4:192.0.2.1"}}, "valid null null 0 0 neutral"},
           Row{{{"example.com", "v=spf1"}}, "valid null null 0 0 neutral"},
           Row{{{"example.com", "v=spf1 +all"}}, "valid null + 0 0 open"},
           Row{{{"example.com", "v=spf1 all"}}, "valid null + 0 0 open"},
           Row{{{"example.com", "V=SPF1 -ALL"}}, "valid null - 0 0 fail"},
           Row{{{"example.com", "v=spf1 redirect=_spf.example.com"},
                {"_spf.example.com", "v=spf1 ip4:192.0.2.1 ~all"}},
               "valid null ~ 1 0 softfail"},
           Row{{{"example.com", "v=spf1 redirect=a.example.com"},
                {"a.example.com", "v=spf1 redirect=b.example.com"},
                {"b.example.com", "v=spf1 -all"}},
               "valid null - 2 0 fail"},
           Row{{{"example.com", "v=spf1 redirect=_spf.example.com ~all"},
                {"_spf.example.com", "v=spf1 -all"}},
               "valid null ~ 0 0 softfail"},
           Row{{{"example.com", "v=spf1 include:a.example.net ?all"},
                {"a.example.net", "v=spf1 -all"}},
               "valid null ? 1 0 neutral"},
           Row{{{"example.com", "v=spf1 include:a.example.net"}, {"a.example.net", "v=spf1 -all"}},
               "valid null null 1 0 neutral"},
           Row{{{"example.com", "v=spf1 -all include:gone.example.net"}}, "valid null - 0 0 fail"},
           Row{{{"example.com", "v=spf1 ptr -all"}}, "valid null - 1 0 fail"},
           Row{{{"example.com", "v=spf1 exists:%{i}.list.example.net -all"}},
               "valid null - 1 0 fail"},
           Row{{{"example.com", "v=spf1 include:%{d}.spf.example.net -all"},
                {"example.com.spf.example.net", "v=spf1 a:h.example.net"}},
               "valid null - 2 0 fail"},
           Row{{{"example.com", "v=spf1 redirect=%{l}.spf.example.net"}},
               "valid null null 1 0 unknown"},
           Row{{{"other.example", "v=spf1 -all"}}, "none null null 0 0 absent"},
           Row{{{"example.com", "hello"}}, "none null null 0 0 absent"},
           Row{{{"example.com", "v=spf1 -all"}, {"example.com", "v=spf1 ~all"}},
               "permerror multiple-records null 0 0 broken"},
           Row{{{"example.com", "v=spf1 ip4:1.2.3 -all"}}, "permerror syntax - 0 0 broken"},
           Row{{{"example.com", "v=spf1 foo:bar"}}, "permerror syntax null 0 0 broken"},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 ipv4:1.2.3.4"}},
               "permerror syntax - 1 0 broken"},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 -all"},
                {"a.example.net", "v=spf1"}},
               "permerror multiple-records - 1 0 broken"},
           Row{{{"example.com", "v=spf1 include:gone.example.net -all"}},
               "permerror include-none - 1 1 broken"},
           Row{{{"example.com", "v=spf1 ip4:192.0.2.1 include:a.example.net -all"},
                {"a.example.net", "no policy"}},
               "permerror include-none - 1 0 broken"},
           Row{{{"example.com", "v=spf1 redirect=gone.example.net"}},
               "permerror redirect-none null 1 1 broken"},
           Row{{{"example.com", "v=spf1 include:example.com -all"}},
               "permerror include-loop - 1 0 broken"},
           Row{{{"example.com", "v=spf1 redirect=example.com"}},
               "permerror include-loop null 1 0 broken"},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 include:Example.COM -all"}},
               "permerror include-loop - 2 0 broken"},
           Row{{{"example.com", "v=spf1 a:x.gone.example a:y.gone.example -all"}},
               "valid null - 2 2 fail"},
           Row{{{"example.com",
                 "v=spf1 a:x.gone.example mx:y.gone.example exists:z.gone.example -all"}},
               "permerror void-limit - 3 3 broken"},
       }) {
    CAPTURE(row.facts);
    CHECK(facts_of(look(row.zone)) == row.facts);
  }
}

TEST_CASE("spf audit: the whole tree is counted") {
  const std::string ten = repeated("a:h.example.net", 10);
  const std::string eleven = repeated("a:h.example.net", 11);
  const std::string twentyfive = repeated("mx:mx.example.net", 25);
  CHECK(facts_of(look({{"example.com", ten.c_str()}})) == "valid null - 10 0 fail");
  CHECK(facts_of(look({{"example.com", eleven.c_str()}})) ==
        "permerror lookup-limit - 11 0 broken");
  CHECK(facts_of(look({{"example.com", twentyfive.c_str()}})) ==
        "permerror lookup-limit - 25 0 broken");
  CHECK(severity(look({{"example.com", eleven.c_str()}}), "spf-lookup-limit") == Severity::fail);
  CHECK(severity(look({{"example.com", ten.c_str()}}), "spf-lookups-near-limit") ==
        Severity::advice);
  CHECK(severity(look({{"example.com", repeated("a:h.example.net", 9).c_str()}}),
                 "spf-lookups-near-limit") == Severity::advice);
  CHECK(!has_finding(look({{"example.com", repeated("a:h.example.net", 8).c_str()}}),
                     "spf-lookups-near-limit"));
  CHECK(facts_of(look({{"example.com", "v=spf1 include:n1.example.net include:n2.example.net -all"},
                       {"n1.example.net", repeated("a:h.example.net", 4).c_str()},
                       {"n2.example.net", repeated("a:h.example.net", 5).c_str()}})) ==
        "permerror lookup-limit - 11 0 broken");
  // The same include twice costs twice.
  CHECK(facts_of(look({{"example.com", "v=spf1 include:n1.example.net include:n1.example.net -all"},
                       {"n1.example.net", repeated("a:h.example.net", 4).c_str()}})) ==
        "valid null - 10 0 fail");
  // A redirect inside an include is part of the tree; its own all is not ours.
  CHECK(facts_of(look({{"example.com", "v=spf1 include:n1.example.net ~all"},
                       {"n1.example.net", "v=spf1 redirect=n2.example.net"},
                       {"n2.example.net", "v=spf1 a:h.example.net -all"}})) ==
        "valid null ~ 3 0 softfail");
}

TEST_CASE("spf audit: a chain of twelve includes is followed to its end") {
  Table table;
  for (int i = 1; i <= 12; ++i)
    table.txt("d" + std::to_string(i) + ".example.net",
              "v=spf1 include:d" + std::to_string(i + 1) + ".example.net -all");
  table.txt("example.com", "v=spf1 include:d1.example.net -all");
  table.txt("d13.example.net", "v=spf1 -all");
  const Judgement seen = table.judge(spf_check, "example.com");
  CHECK(word(seen.facts["reason"]) == "lookup-limit");
  CHECK(table.passes() < 16);
}

TEST_CASE("spf audit: trees without bound are cut, and their size is not made up") {
  Table table;
  std::string record = "v=spf1";
  for (int i = 0; i < 40; ++i) {
    record += " include:w" + std::to_string(i) + ".example.net";
    table.txt("w" + std::to_string(i) + ".example.net", "v=spf1 a:h.example.net -all");
  }
  table.txt("example.com", record + " -all");
  const Judgement seen = table.judge(spf_check, "example.com");
  CHECK(facts_of(seen) == "permerror lookup-limit - null null broken");

  // Includes that multiply each other: 2^12 paths, few names.
  Table doubling;
  for (int i = 0; i < 12; ++i) {
    const std::string next = " include:m" + std::to_string(i + 1) + ".example.net";
    doubling.txt(i ? "m" + std::to_string(i) + ".example.net" : "example.com",
                 "v=spf1" + next + next + " -all");
  }
  doubling.txt("m12.example.net", "v=spf1 -all");
  CHECK(facts_of(doubling.judge(spf_check, "example.com")) ==
        "permerror lookup-limit - null null broken");
}

TEST_CASE("spf audit: what cannot be seen is unknown") {
  Table down;
  down.fail("example.com", DnsType::txt);
  CHECK(facts_of(down.judge(spf_check, "example.com")) == "temperror null null null null unknown");
  CHECK(down.judge(spf_check, "example.com").facts["record"].is_null());
  CHECK(down.judge(spf_check, "example.com").findings.empty());

  Table bogus;
  bogus.bogus("example.com", DnsType::txt);
  CHECK(facts_of(bogus.judge(spf_check, "example.com")) == "temperror null null null null unknown");

  Table part = world({{"example.com", "v=spf1 include:a.example.net -all"}});
  part.fail("a.example.net", DnsType::txt);
  CHECK(facts_of(part.judge(spf_check, "example.com")) == "temperror null - null null unknown");

  Table host = world({{"example.com", "v=spf1 a:down.example.net -all"}});
  host.fail("down.example.net", DnsType::a);
  CHECK(facts_of(host.judge(spf_check, "example.com")) == "valid null - 1 null fail");

  // An error that is certain stays one, whatever else could not be seen.
  Table both =
      world({{"example.com", "v=spf1 include:gone.example.net include:a.example.net -all"}});
  both.fail("a.example.net", DnsType::txt);
  CHECK(facts_of(both.judge(spf_check, "example.com")) ==
        "permerror include-none - null null broken");
}

TEST_CASE("spf audit: policies that let everyone pass") {
  struct Row {
    Zone zone;
    bool everyone;
  };
  for (const Row& row : {
           Row{{{"example.com", "v=spf1 +all"}}, true},
           Row{{{"example.com", "v=spf1 ip4:0.0.0.0/0 -all"}}, true},
           Row{{{"example.com", "v=spf1 ip4:192.0.2.1/0 -all"}}, true},
           Row{{{"example.com", "v=spf1 ip6:::/0 -all"}}, true},
           Row{{{"example.com", "v=spf1 ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all"}}, true},
           Row{{{"example.com", "v=spf1 ip4:0.0.0.0/1 -all"}}, false},
           Row{{{"example.com", "v=spf1 -ip4:0.0.0.0/0 ~all"}}, false},
           Row{{{"example.com", "v=spf1 a:h.example.net/0 -all"}}, true},
           Row{{{"example.com", "v=spf1 mx:mx.example.net/0 -all"}}, true},
           Row{{{"example.com", "v=spf1 mx:gone.example.net/0 -all"}}, false},
           // The host has no IPv6 address that a sender could match.
           Row{{{"example.com", "v=spf1 mx:mx.example.net//0 -all"}}, false},
           Row{{{"example.com", "v=spf1 a:h.example.net//0 -all"}}, false},
           Row{{{"example.com", "v=spf1 a:gone.example.net/0 -all"}}, false},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 +all"}},
               true},
           Row{{{"example.com", "v=spf1 -include:a.example.net ~all"},
                {"a.example.net", "v=spf1 +all"}},
               false},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 redirect=b.example.net"},
                {"b.example.net", "v=spf1 ip4:1.2.3.4/0 -all"}},
               true},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 ?all"}},
               false},
           Row{{{"example.com", "v=spf1 redirect=a.example.net"}, {"a.example.net", "v=spf1 all"}},
               true},
           Row{{{"example.com", "v=spf1 -all +all"}}, false},
       }) {
    const Judgement seen = look(row.zone);
    CAPTURE(seen.facts["record"].as_string().value_or(""));
    CHECK(seen.facts["passes_everyone"].as_bool() == row.everyone);
    CHECK(has_finding(seen, "spf-passes-everyone") == row.everyone);
    if (row.everyone) CHECK(spf_check.level_name(seen.level) == "open");
  }
  CHECK(severity(look({{"example.com", "v=spf1 +all"}}), "spf-open") == Severity::fail);
}

TEST_CASE("spf audit: networks that together hold everything") {
  const auto cover = [](std::initializer_list<const char*> texts) {
    std::vector<Network> networks;
    for (const char* each : texts) networks.push_back(*Network::parse(each));
    return spf::cover_everything(networks);
  };
  CHECK(!cover({}));
  CHECK(cover({"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/1"}));
  CHECK(!cover({"0.0.0.0/2", "64.0.0.0/2", "128.0.0.0/2"}));
  CHECK(!cover({"0.0.0.0/1", "8000::/1"}));
  CHECK(cover({"::/1", "8000::/1", "10.0.0.0/8"}));
}

TEST_CASE("spf audit: findings") {
  struct Row {
    Zone zone;
    const char* code;
    Severity severity;
  };
  const std::string wide = "v=spf1 ip4:10.0.0.0/8 -all";
  const std::string padding = "v=spf1 " + std::string(450, 'x') + "=1 -all";
  const std::string looked = repeated("a:h.example.net", 11);
  for (const Row& row : {
           Row{{{"x.example", "v=spf1 -all"}}, "spf-missing", Severity::fail},
           Row{{{"example.com", looked.c_str()}}, "spf-lookup-limit", Severity::fail},
           Row{{{"example.com", "v=spf1 a:a.gone.example a:b.gone.example a:c.gone.example -all"}},
               "spf-void-limit",
               Severity::fail},
           Row{{{"example.com", "v=spf1 ptr -all"}}, "spf-ptr", Severity::advice},
           Row{{{"example.com", "v=spf1 ptr:example.com -all"}}, "spf-ptr", Severity::advice},
           Row{{{"example.com", "v=spf1 -all"}, {"example.com", "v=spf1 -all "}},
               "spf-multiple-records",
               Severity::fail},
           Row{{{"example.com", "v=spf1 a:b -all"}}, "spf-syntax", Severity::fail},
           Row{{{"example.com", "v=spf1 include:example.com -all"}},
               "spf-include-loop",
               Severity::fail},
           Row{{{"example.com", "v=spf1 include:gone.example.net -all"}},
               "spf-include-none",
               Severity::fail},
           Row{{{"example.com", "v=spf1 redirect=gone.example.net"}},
               "spf-redirect-none",
               Severity::fail},
           Row{{{"example.com", "v=spf1 ip4:192.0.2.1"}}, "spf-all-missing", Severity::advice},
           Row{{{"example.com", "v=spf1 ?all"}}, "spf-all-neutral", Severity::advice},
           Row{{{"example.com", "v=spf1 exists:%{p}.example.net -all"}},
               "spf-macro-p",
               Severity::advice},
           Row{{{"example.com", "v=spf1 include:%{i}.example.net -all"}},
               "spf-macro-target",
               Severity::info},
           Row{{{"example.com", padding.c_str()}}, "spf-long-answer", Severity::info},
           Row{{{"example.com", "v=spf1 redirect=a.example.net -all"}},
               "spf-redirect-with-all",
               Severity::info},
           Row{{{"example.com", "v=spf1 -all ip4:192.0.2.1"}},
               "spf-terms-after-all",
               Severity::info},
           Row{{{"example.com", "v=spf1 include:a.example.net include:A.example.net -all"},
                {"a.example.net", "v=spf1"}},
               "spf-duplicate-include",
               Severity::info},
           Row{{{"example.com", wide.c_str()}}, "spf-wide-range", Severity::advice},
           Row{{{"example.com", "v=spf1 ip6:2001::/16 -all"}}, "spf-wide-range", Severity::advice},
           Row{{{"example.com", "v=spf1 a:h.example.net/8 -all"}},
               "spf-wide-range",
               Severity::advice},
           Row{{{"example.com", "v=spf1 mx:mx.example.net//31 -all"}},
               "spf-wide-range",
               Severity::advice},
           Row{{{"example.com", "v=spf1 a:x..example.net -all"}}, "spf-bad-name", Severity::advice},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 ptr -all"}},
               "spf-ptr",
               Severity::info},
           Row{{{"example.com", "v=spf1 include:a.example.net -all"},
                {"a.example.net", "v=spf1 exists:%{p}.x.example.net -all"}},
               "spf-macro-p",
               Severity::info},
       }) {
    CAPTURE(row.code);
    CHECK(severity(look(row.zone), row.code) == row.severity);
  }
  CHECK(!has_finding(look({{"example.com",
                            "v=spf1 ip4:10.0.0.0/16 ip6:2001:db8::/32 a:h.example.net/24//64 "
                            "-ip4:10.0.0.0/8 -all"}}),
                     "spf-wide-range"));
  CHECK(look({{"example.com", "v=spf1 a:h.example.net -all"}}).findings.empty());
}

TEST_CASE("spf audit: an mx of more than ten hosts") {
  Table table;
  table.txt("example.com", "v=spf1 mx -all");
  for (int i = 0; i < 11; ++i)
    table.mx("example.com", 10, "m" + std::to_string(i) + ".example.com");
  const Judgement seen = table.judge(spf_check, "example.com");
  CHECK(facts_of(seen) == "permerror mx-limit - 1 0 broken");
  CHECK(severity(seen, "spf-mx-limit") == Severity::fail);
}

TEST_CASE("spf audit: the trace follows the tree term by term") {
  const Judgement seen =
      look({{"example.com", "v=spf1 include:a.example.net mx:mx.example.net -all"},
            {"a.example.net", "v=spf1 a:x.gone.example -all"}});
  const auto& trace = seen.facts["trace"].items();
  REQUIRE(trace.size() == 5);
  CHECK(word(trace[0]["term"]) == "include:a.example.net");
  CHECK(word(trace[1]["domain"]) == "a.example.net");
  CHECK(word(trace[1]["note"]) == "void");
  CHECK(number(trace[1]["lookups"]) == "2");
  CHECK(word(trace[3]["resolved"]) == "mx.example.net");
  CHECK(number(trace[3]["lookups"]) == "3");
  CHECK(word(trace[4]["term"]) == "-all");
}

TEST_CASE("spf audit: parked domains should let nobody send") {
  Domain parked = domain_named("example.com");
  parked.parked = true;
  Table closed = world({{"example.com", "v=spf1 -all"}});
  CHECK(closed.judge(spf_check, parked).findings.empty());
  CHECK(closed.judge(spf_check, parked).facts["non_sending"].as_bool() == true);
  Table sends = world({{"example.com", "v=spf1 mx:mx.example.net -all"}});
  CHECK(severity(sends.judge(spf_check, parked), "spf-parked-sends") == Severity::advice);
  CHECK(sends.judge(spf_check, parked).facts["non_sending"].as_bool() == false);
}

TEST_CASE("spf audit: a policy that lets nobody send, its redirect followed") {
  Domain parked = domain_named("example.com");
  parked.parked = true;
  struct Row {
    Zone zone;
    const char* non_sending;
  };
  for (const Row& row : {
           Row{{{"example.com", "v=spf1 -all"}}, "true"},
           Row{{{"example.com", "v=spf1 exp=why.example.net -all"}}, "true"},
           Row{{{"example.com", "v=spf1 -a:h.example.net -all"}}, "true"},
           Row{{{"example.com", "v=spf1 redirect=no.example.net"},
                {"no.example.net", "v=spf1 -all"}},
               "true"},
           Row{{{"example.com", "v=spf1 redirect=no.example.net"},
                {"no.example.net", "v=spf1 ~all"}},
               "false"},
           Row{{{"example.com", "v=spf1 ip4:192.0.2.1 redirect=no.example.net"},
                {"no.example.net", "v=spf1 -all"}},
               "false"},
           Row{{{"example.com", "v=spf1 ~all"}}, "false"},
           Row{{{"example.com", "v=spf1"}}, "false"},
           Row{{{"example.com", "v=spf1 -ip4:192.0.2.1"}}, "false"},
           Row{{{"example.com", "v=spf1 -all ip4:x"}}, "false"},
           Row{{{"example.com", "v=spf1 redirect=%{l}.example.net"}}, "null"},
           Row{{}, "false"},
       }) {
    Table table = world(row.zone);
    const Judgement seen = table.judge(spf_check, parked);
    CAPTURE(to_json(seen.facts));
    CHECK(to_json(seen.facts["non_sending"]) == row.non_sending);
    const bool told =
        std::string_view(row.non_sending) == "false" && seen.facts["result"].as_string() == "valid";
    CHECK(has_finding(seen, "spf-parked-sends") == told);
  }
  Table down = world({{"example.com", "v=spf1 redirect=down.example.net"}});
  down.fail("down.example.net", DnsType::txt);
  CHECK(down.judge(spf_check, parked).facts["non_sending"].is_null());
  CHECK(down.judge(spf_check, parked).findings.empty());
}

TEST_CASE("spf audit: whether DMARC decides instead") {
  const auto enforced = [](std::initializer_list<std::pair<const char*, const char*>> zone) {
    Table table;
    for (const auto& [name, txt] : zone) table.txt(name, txt);
    table.suffix("gov.uk");
    return table.judge(spf_check, "mail.council.gov.uk").facts["dmarc_enforced"];
  };
  CHECK(enforced({{"_dmarc.mail.council.gov.uk", "v=DMARC1; p=reject"}}) == Value(true));
  CHECK(enforced({{"_dmarc.mail.council.gov.uk", "v=DMARC1; p=none"}}) == Value(false));
  CHECK(enforced({{"_dmarc.council.gov.uk", "v=DMARC1; p=quarantine"}}) == Value(true));
  CHECK(enforced({{"_dmarc.council.gov.uk", "v=DMARC1; p=reject; sp=none"}}) == Value(false));
  CHECK(enforced({{"_dmarc.mail.council.gov.uk", "v=DMARC1; p=none"},
                  {"_dmarc.council.gov.uk", "v=DMARC1; p=reject"}}) == Value(false));
  CHECK(enforced({}) == Value(false));
  Table down;
  down.fail("_dmarc.council.gov.uk", DnsType::txt);
  CHECK(down.judge(spf_check, "council.gov.uk").facts["dmarc_enforced"].is_null());
}

// ---- moves

namespace {

std::string moves(const Zone& before, const Zone& after, const char* dmarc = "v=DMARC1; p=reject") {
  const Domain domain = domain_named("example.com");
  const auto standing = [&](const Zone& zone) {
    Table table = world(zone);
    table.txt("_dmarc.example.com", dmarc);
    return table.judge(spf_check, domain);
  };
  std::string out;
  for (const Move& each : compare_spf(domain, standing(before), standing(after))) {
    out += (out.empty() ? "" : "; ") + each.kind + " " + std::string(to_text(each.alert)) + " " +
           std::string(to_text(each.confirm)) + " " + std::string(to_text(each.trust));
    if (!each.cause.empty()) out += " " + each.cause;
  }
  return out;
}

}  // namespace

TEST_CASE("spf moves") {
  const char* none = "v=DMARC1; p=none";
  const Zone hard{{"example.com", "v=spf1 ip4:192.0.2.1 -all"}};
  const Zone soft{{"example.com", "v=spf1 ip4:192.0.2.1 ~all"}};
  const Zone neutral{{"example.com", "v=spf1 ip4:192.0.2.1 ?all"}};
  const Zone silent{{"example.com", "v=spf1 ip4:192.0.2.1"}};
  const Zone absent{{"other.example", "v=spf1 -all"}};
  const Zone nobody{{"example.com", "v=spf1 -all"}};
  const Zone open{{"example.com", "v=spf1 ip4:192.0.2.1 +all"}};
  const Zone good_include{{"example.com", "v=spf1 include:a.example.net -all"},
                          {"a.example.net", "v=spf1 ip4:192.0.2.1"}};
  const Zone open_include{{"example.com", "v=spf1 include:a.example.net -all"},
                          {"a.example.net", "v=spf1 +all"}};
  const Zone lost_include{{"example.com", "v=spf1 include:a.example.net -all"}};
  const Zone bad_include{{"example.com", "v=spf1 include:a.example.net -all"},
                         {"a.example.net", "v=spf1 ip4:x"}};
  const Zone twice{{"example.com", "v=spf1 -all"}, {"example.com", "v=spf1 ~all"}};
  const std::string ten = repeated("a:h.example.net", 10);
  const std::string eight = repeated("a:h.example.net", 8);
  const std::string eleven = repeated("a:h.example.net", 11);

  CHECK(moves(hard, soft) == "spf-weakened info C1 keep");
  CHECK(moves(hard, soft, none) == "spf-weakened ticket C1 keep");
  CHECK(moves(soft, neutral) == "spf-weakened ticket C1 keep");
  CHECK(moves(hard, silent) == "spf-weakened ticket C1 keep");
  CHECK(moves(neutral, silent) == "neutral none C1 keep");
  CHECK(moves(hard, open) == "spf-open page C1 attr-off");
  CHECK(moves(good_include, open_include) == "spf-open page C1 attr-off include:a.example.net");
  CHECK(moves(hard, {{"example.com", eleven.c_str()}}) == "spf-broken ticket C1 keep");
  CHECK(moves(hard, twice) == "spf-broken ticket C1 keep");
  CHECK(moves(good_include, lost_include) == "spf-broken ticket C2 keep include:a.example.net");
  CHECK(moves(good_include, bad_include) == "spf-broken ticket C1 keep include:a.example.net");
  CHECK(moves(hard, {{"example.com", "v=spf1 a:a.gone.test a:b.gone.test a:c.gone.test -all"}}) ==
        "spf-broken ticket C2 keep");
  CHECK(moves(hard, absent) == "spf-removed ticket C2 keep");
  CHECK(moves({{"example.com", eight.c_str()}}, {{"example.com", ten.c_str()}}) ==
        "neutral none C1 keep; spf-near-limit info C1 keep");
  CHECK(moves(nobody, good_include) == "parked-domain-changed ticket C1 keep");
  CHECK(moves(soft, hard) == "improvement none C1 keep");
  CHECK(moves(absent, hard) == "improvement none C1 keep");
  CHECK(moves(twice, hard) == "improvement none C1 keep");
  CHECK(moves(open, hard) == "improvement none C1 keep");
  CHECK(moves(hard, hard).empty());
  CHECK(moves(hard, {{"example.com", "v=spf1  ip4:192.0.2.1 -all"}}) == "neutral none C1 keep");

  Table down;
  down.fail("example.com", DnsType::txt);
  const Domain domain = domain_named("example.com");
  Table up = world(hard);
  const auto unknown =
      compare_spf(domain, up.judge(spf_check, domain), down.judge(spf_check, domain));
  REQUIRE(unknown.size() == 1);
  CHECK(unknown[0].kind == "unknown");
  CHECK(unknown[0].confirm == Confirmation::c4);
}
