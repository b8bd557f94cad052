#include "checks/mta_sts/mta_sts.h"

#include <doctest/doctest.h>

#include "tests/table.h"

using namespace mailfleet;

namespace {

constexpr const char* enforce =
    "version: STSv1\nmode: enforce\nmx: mx1.example.gov.uk\nmx: mx2.example.gov.uk\nmax_age: "
    "2592000\n";

std::string with(std::string_view mode, std::string_view mx, std::string_view max_age = "2592000") {
  return "version: STSv1\nmode: " + std::string(mode) + "\nmx: " + std::string(mx) +
         "\nmax_age: " + std::string(max_age) + "\n";
}

// A council with two good mail hosts; the policy is the test's.
struct World : Table {
  World() {
    mx("example.gov.uk", 10, "mx1.example.gov.uk");
    mx("example.gov.uk", 20, "mx2.example.gov.uk");
    address("mx1.example.gov.uk", "192.0.2.1");
    address("mx2.example.gov.uk", "192.0.2.2");
    smtp("mx1.example.gov.uk", "192.0.2.1");
    smtp("mx2.example.gov.uk", "192.0.2.2");
  }
  explicit World(std::string_view body, std::string_view record = "v=STSv1; id=1;") : World() {
    txt("_mta-sts.example.gov.uk", std::string(record));
    address("mta-sts.example.gov.uk", "192.0.2.80");
    served(body);
  }
  HttpsObservation& served(std::string_view body, std::string_view at = "192.0.2.80") {
    return policy("mta-sts.example.gov.uk", at, body);
  }
  Judgement judged() { return judge(mta_sts_check, "example.gov.uk"); }
};

std::string level_of(const Judgement& judgement) {
  return std::string(mta_sts_check.level_name(judgement.level));
}

std::string fact(const Judgement& judgement, std::string_view key) {
  return to_json(judgement.facts[key]);
}

Severity severity(const Judgement& judgement, std::string_view code) {
  for (const Finding& finding : judgement.findings)
    if (finding.code == code) return finding.severity;
  FAIL("no such finding: ", code);
  return Severity::info;
}

RememberedPolicy remembered(const Table& table, std::string_view mode, int age_seconds,
                            int max_age) {
  return {.mode = std::string(mode),
          .id = "1",
          .mx = {"mx1.example.gov.uk"},
          .fetched_at = table.now - Seconds(age_seconds),
          .max_age = Seconds(max_age),
          .body_digest = "old"};
}

}  // namespace

TEST_CASE("mta_sts: hosts outside the policy stop mail under enforce, and warn while testing") {
  for (const auto& [mode, grave] :
       {std::pair{"enforce", Severity::fail}, {"testing", Severity::advice}}) {
    World world(with(mode, "other.example.org"));
    const Judgement judgement = world.judged();
    CHECK(severity(judgement, "mtasts-mx-not-covered") == grave);
    CHECK(severity(judgement, "mtasts-no-host-passes") == grave);
  }
}

TEST_CASE("mta_sts: a policy that is kept") {
  World world(enforce);
  const Judgement judgement = world.judged();
  CHECK(level_of(judgement) == "enforce");
  CHECK(judgement.findings.empty());
  CHECK(fact(judgement, "mode") == "\"enforce\"");
  CHECK(fact(judgement, "id") == "\"1\"");
  CHECK(fact(judgement, "fetch") == "\"ok\"");
  CHECK(fact(judgement, "policy") == "\"valid\"");
  CHECK(fact(judgement, "max_age") == "2592000");
  CHECK(fact(judgement, "mx") == R"(["mx1.example.gov.uk","mx2.example.gov.uk"])");
  CHECK(fact(judgement, "covered") == "\"all\"");
  CHECK(
      fact(judgement, "hosts") ==
      R"([{"host":"mx1.example.gov.uk","covered":true},{"host":"mx2.example.gov.uk","covered":true}])");
  CHECK(fact(judgement, "applies") == "\"enforce\"");
  CHECK(fact(judgement, "reason") == "null");
  CHECK(fact(judgement, "body_digest").size() == 66);
}

TEST_CASE("mta_sts: where a domain stands") {
  const std::string none = "version: STSv1\nmode: none\nmax_age: 86400\n";
  struct {
    std::string record;
    std::string body;
    const char* level;
    const char* finding;
  } rows[] = {
      {"v=STSv1; id=1;", enforce, "enforce", ""},
      {"v=STSv1; id=1;", with("testing", "*.example.gov.uk"), "testing", "mtasts-testing"},
      {"v=STSv1; id=1;", none, "none", "mtasts-none"},
      {"v=STSv1; id=1;", "nonsense", "broken", "mtasts-policy-invalid"},
      {"v=STSv1; id=1 2;", enforce, "broken", "mtasts-record-invalid"},
      {"v=STSv1 ; id=1;", enforce, "enforce", "mtasts-record-blank"},
      {"v=spf1 -all", enforce, "absent", "mtasts-absent"},
      {"v=STSv1; id=1;", with("enforce", "*.example.gov.uk"), "enforce", "mtasts-mx-wildcard"},
      {"v=STSv1; id=1;", with("enforce", "*.example.gov.uk", "0"), "enforce",
       "mtasts-max-age-short"},
      {"v=STSv1; id=1;", with("enforce", "*.example.gov.uk", "86400"), "enforce",
       "mtasts-max-age-short"},
      {"v=STSv1; id=1;", with("testing", "*.example.gov.uk", "3600"), "testing",
       "mtasts-max-age-short"},
      {"v=STSv1; id=1;", with("enforce", "*.example.gov.uk", "99999999"), "enforce",
       "mtasts-max-age-long"},
      {"v=STSv1; id=1;", with("enforce", "*.example.gov.uk.", "604800"), "enforce",
       "mtasts-mx-spelling"},
      {"v=STSv1; id=1;", "\n" + with("enforce", "*.example.gov.uk"), "enforce",
       "mtasts-policy-blanks"},
      {"v=STSv1; id=1;", with("enforce\nmode: none", "*.example.gov.uk"), "enforce",
       "mtasts-policy-duplicate"},
      {"v=STSv1; id=1;", with("enforce", "mx1.example.gov.uk"), "enforce", "mtasts-mx-not-covered"},
      {"v=STSv1; id=1;", with("enforce", "other.example"), "enforce", "mtasts-no-host-passes"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.record);
    CAPTURE(row.body);
    World world(row.body, row.record);
    const Judgement judgement = world.judged();
    CHECK(level_of(judgement) == row.level);
    if (*row.finding) CHECK(has_finding(judgement, row.finding));
  }
  World several(enforce);
  several.txt("_mta-sts.example.gov.uk", "v=STSv1; id=2;");
  CHECK(has_finding(several.judged(), "mtasts-multiple-records"));
  CHECK(level_of(several.judged()) == "broken");
  CHECK(fact(several.judged(), "fetch") == "\"not-tried\"");
}

TEST_CASE("mta_sts: how a fetch fails") {
  using enum HttpsReason;
  struct {
    HttpsReason reason;
    int status;
    const char* fetch;
    const char* level;
    const char* finding;
  } rows[] = {
      {refused, 0, "refused", "unknown", "mtasts-fetch-unknown"},
      {timeout, 0, "timeout", "unknown", "mtasts-fetch-unknown"},
      {tls_error, 0, "tls-error", "broken", "mtasts-fetch-failed"},
      {certificate, 0, "certificate", "broken", "mtasts-certificate"},
      {status, 404, "http-404", "broken", "mtasts-fetch-failed"},
      {status, 503, "http-503", "broken", "mtasts-fetch-failed"},
      {status, 204, "http-204", "broken", "mtasts-fetch-failed"},
      {redirect, 301, "redirect", "broken", "mtasts-redirect"},
      {too_large, 200, "too-large", "broken", "mtasts-fetch-failed"},
      {slow, 200, "slow", "broken", "mtasts-fetch-failed"},
      {bad_http, 0, "bad-http", "broken", "mtasts-fetch-failed"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.fetch);
    World world(enforce);
    HttpsObservation& seen = world.served(enforce);
    seen.reason = row.reason;
    seen.status = row.status;
    seen.tls = {};
    const Judgement judgement = world.judged();
    CHECK(judgement.facts["fetch"].as_string() == row.fetch);
    CHECK(level_of(judgement) == row.level);
    CHECK(has_finding(judgement, row.finding));
    CHECK(judgement.facts["policy"].is_null());
    CHECK(judgement.facts["mode"].is_null());
    CHECK(judgement.facts["covered"].is_null());
  }
}

TEST_CASE("mta_sts: what the probe could not even try is unknown") {
  World world(enforce);
  world.served(enforce) =
      HttpsObservation{.outcome = Outcome::failed, .reason = HttpsReason::our_load};
  CHECK(level_of(world.judged()) == "unknown");
  CHECK(world.judged().facts["fetch"].is_null());
}

TEST_CASE("mta_sts: the policy host's certificate") {
  struct {
    const char* name;
    std::vector<std::string> names;
    std::vector<std::string> faults;
    const char* fetch;
    const char* reason;
  } rows[] = {
      {"good", {"mta-sts.example.gov.uk"}, {}, "\"ok\"", "null"},
      {"wildcard", {"*.example.gov.uk"}, {}, "\"ok\"", "null"},
      {"apex only", {"example.gov.uk"}, {}, "\"certificate\"", "\"cert-name\""},
      {"wildcard of the wrong depth", {"*.gov.uk"}, {}, "\"certificate\"", "\"cert-name\""},
      {"untrusted",
       {"mta-sts.example.gov.uk"},
       {"untrusted-ca"},
       "\"certificate\"",
       "\"cert-untrusted\""},
      {"self-signed",
       {"mta-sts.example.gov.uk"},
       {"self-signed"},
       "\"certificate\"",
       "\"cert-untrusted\""},
      {"common name only", {}, {}, "\"certificate\"", "\"cert-name\""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    World world(enforce);
    Certificate leaf = certificate_for("mta-sts.example.gov.uk", world.now - Seconds(1000),
                                       world.now + Seconds(1000));
    leaf.names = row.names;
    leaf.has_san = !row.names.empty();
    world.served(enforce).tls->chain = {.sent = {std::make_shared<Certificate>(leaf)},
                                        .faults = row.faults};
    CHECK(fact(world.judged(), "fetch") == row.fetch);
    CHECK(fact(world.judged(), "reason") == row.reason);
  }
  World expired(enforce);
  const auto leaf = certificate_for("mta-sts.example.gov.uk", expired.now - Seconds(1000),
                                    expired.now - Seconds(10));
  expired.served(enforce).tls->chain.sent = {std::make_shared<Certificate>(leaf)};
  CHECK(fact(expired.judged(), "reason") == "\"cert-expired\"");
}

TEST_CASE("mta_sts: the media type") {
  struct {
    const char* type;
    const char* fetch;
  } rows[] = {
      {"text/plain", "ok"},
      {"Text/Plain; charset=utf-8", "ok"},
      {"text/plain ;charset=us-ascii", "ok"},
      {"text/html", "not-text"},
      {"", "not-text"},
      {"application/octet-stream", "not-text"},
      {"text/plainer", "not-text"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.type);
    World world(enforce);
    world.served(enforce).content_type = row.type;
    CHECK(world.judged().facts["fetch"].as_string() == row.fetch);
  }
  World world(enforce);
  world.served(enforce).content_type = "text/html";
  CHECK(has_finding(world.judged(), "mtasts-not-text"));
  CHECK(fact(world.judged(), "reason") == "\"media-type\"");
}

TEST_CASE("mta_sts: the policy host's addresses") {
  World none;
  none.txt("_mta-sts.example.gov.uk", "v=STSv1; id=1;");
  CHECK(fact(none.judged(), "fetch") == "\"dns-none\"");
  CHECK(level_of(none.judged()) == "broken");
  none.fail("mta-sts.example.gov.uk", DnsType::a);
  CHECK(fact(none.judged(), "fetch") == "\"dns-failed\"");
  CHECK(level_of(none.judged()) == "unknown");

  // After silence or a refusal the next address is tried, at most four.
  for (const HttpsReason reason : {HttpsReason::refused, HttpsReason::timeout}) {
    World world(enforce);
    world.served(enforce).reason = reason;
    world.address("mta-sts.example.gov.uk", "2001:db8::80");
    world.served(enforce, "2001:db8::80");
    CHECK(fact(world.judged(), "fetch") == "\"ok\"");
  }
  // Not after an answer that is an answer.
  World wrong(enforce);
  wrong.served(enforce).reason = HttpsReason::tls_error;
  wrong.address("mta-sts.example.gov.uk", "2001:db8::80");
  wrong.served(enforce, "2001:db8::80");
  CHECK(fact(wrong.judged(), "fetch") == "\"tls-error\"");

  World mixed(enforce);
  mixed.served(enforce).reason = HttpsReason::timeout;
  mixed.address("mta-sts.example.gov.uk", "192.0.2.81");
  mixed.served(enforce, "192.0.2.81").reason = HttpsReason::refused;
  CHECK(fact(mixed.judged(), "fetch") == "\"timeout\"");

  World many(enforce);
  many.served(enforce).reason = HttpsReason::refused;
  for (int i = 81; i <= 84; ++i) {
    const std::string address = "192.0.2." + std::to_string(i);
    many.address("mta-sts.example.gov.uk", address);
    many.served(enforce, address).reason = i == 84 ? HttpsReason::ok : HttpsReason::refused;
  }
  CHECK(fact(many.judged(), "fetch") == "\"refused\"");
}

TEST_CASE("mta_sts: a record that cannot be looked up") {
  World world;
  world.fail("_mta-sts.example.gov.uk", DnsType::txt);
  const Judgement judgement = world.judged();
  CHECK(level_of(judgement) == "unknown");
  CHECK(fact(judgement, "result") == "\"temperror\"");
  CHECK(judgement.findings.empty());
}

TEST_CASE("mta_sts: who must have one") {
  const auto absent = [](std::string_view name, bool mail, bool parked, std::string sector) {
    Table table;
    if (mail) {
      table.mx(name, 10, "mx.example.net");
      table.address("mx.example.net", "192.0.2.1");
    }
    Domain domain = domain_named(name);
    domain.parked = parked;
    domain.sector = std::move(sector);
    return severity(table.judge(mta_sts_check, domain), "mtasts-absent");
  };
  CHECK(absent("council.gov.uk", true, false, "") == Severity::fail);
  CHECK(absent("trust.nhs.uk", true, false, "") == Severity::fail);
  CHECK(absent("body.gov.wales", true, false, "") == Severity::fail);
  CHECK(absent("council.example", true, false, "councils") == Severity::fail);
  CHECK(absent("council.gov.uk", true, true, "") == Severity::info);
  CHECK(absent("council.gov.uk", false, false, "") == Severity::info);
  CHECK(absent("shop.example", true, false, "") == Severity::info);
}

TEST_CASE("mta_sts: hosts that senders would refuse") {
  struct {
    const char* name;
    void (*spoil)(SmtpObservation&);
    const char* finding;
  } rows[] = {
      {"no STARTTLS",
       [](SmtpObservation& o) {
         o.reason = SmtpReason::not_offered;
         o.tls = {};
       },
       "mtasts-mx-no-tls"},
      {"handshake",
       [](SmtpObservation& o) {
         o.reason = SmtpReason::handshake_failed;
         o.tls = {};
       },
       "mtasts-mx-no-tls"},
      {"untrusted", [](SmtpObservation& o) { o.tls->chain.faults = {"self-signed"}; },
       "mtasts-mx-untrusted"},
      {"wrong name",
       [](SmtpObservation& o) {
         const auto leaf = std::make_shared<Certificate>(certificate_for(
             "other.example", o.tls->chain.sent[0]->not_before, o.tls->chain.sent[0]->not_after));
         o.tls->chain.sent = {leaf};
       },
       "mtasts-mx-wrong-name"},
      {"temporary",
       [](SmtpObservation& o) {
         o.reason = SmtpReason::starttls_454;
         o.tls = {};
       },
       ""},
      {"unreachable",
       [](SmtpObservation& o) {
         o.reason = SmtpReason::timeout;
         o.tls = {};
         o.reachable = false;
       },
       ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    for (const char* mode : {"enforce", "testing"}) {
      World world(with(mode, "*.example.gov.uk"));
      row.spoil(world.smtp("mx2.example.gov.uk", "192.0.2.2"));
      const Judgement judgement = world.judged();
      CHECK(!has_finding(judgement, "mtasts-no-host-passes"));
      if (!*row.finding) continue;
      CHECK(severity(judgement, row.finding) ==
            (std::string(mode) == "enforce" ? Severity::fail : Severity::advice));
    }
  }
}

TEST_CASE("mta_sts: coverage") {
  struct {
    const char* mx;
    const char* covered;
  } rows[] = {{"*.example.gov.uk", "\"all\""},
              {"mx1.example.gov.uk", "\"some\""},
              {"x.example", "\"none\""}};
  for (const auto& row : rows) {
    World world(with("enforce", row.mx));
    CHECK(fact(world.judged(), "covered") == row.covered);
  }
  World unseen(enforce);
  unseen.fail("example.gov.uk", DnsType::mx);
  CHECK(fact(unseen.judged(), "covered") == "null");
  World off("version: STSv1\nmode: none\nmax_age: 86400\n");
  CHECK(fact(off.judged(), "covered") == "null");
  // A host beyond those probed counts as well.
  World crowd(with("enforce", "*.example.gov.uk"));
  for (int i = 0; i < 12; ++i)
    crowd.mx("example.gov.uk", 30, "m" + std::to_string(i) + ".example.gov.uk");
  CHECK(fact(crowd.judged(), "covered") == "\"all\"");
  crowd.mx("example.gov.uk", 99, "mx.elsewhere.example");
  CHECK(fact(crowd.judged(), "covered") == "\"some\"");
}

TEST_CASE("mta_sts: what senders remember") {
  struct {
    const char* name;
    const char* record;
    std::string body;
    const char* mode;
    int age;
    const char* applies;
    const char* finding;
  } rows[] = {
      {"record gone", "v=spf1 -all", "", "enforce", 1000, "\"enforce\"",
       "mtasts-policy-remembered"},
      {"record gone long ago", "v=spf1 -all", "", "enforce", 604800, "null", ""},
      {"policy broken", "v=STSv1; id=2", "nonsense", "enforce", 1000, "\"enforce\"",
       "mtasts-policy-remembered"},
      {"memory near its end", "v=STSv1; id=2", "nonsense", "enforce", 500000, "\"enforce\"",
       "mtasts-memory-ending"},
      {"explicit none", "v=STSv1; id=2", "version: STSv1\nmode: none\nmax_age: 1\n", "enforce",
       1000, "\"none\"", ""},
      {"testing remembered", "v=spf1 -all", "", "testing", 1000, "\"testing\"", ""},
      {"same id, other body", "v=STSv1; id=1", enforce, "enforce", 1000, "\"enforce\"",
       "mtasts-id-not-bumped"},
      {"new id, other body", "v=STSv1; id=2", enforce, "enforce", 1000, "\"enforce\"", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    World world(row.body, row.record);
    Domain domain = domain_named("example.gov.uk");
    domain.remembered = remembered(world, row.mode, row.age, 604800);
    const Judgement judgement = world.judge(mta_sts_check, domain);
    CHECK(fact(judgement, "applies") == row.applies);
    if (*row.finding)
      CHECK(has_finding(judgement, row.finding));
    else
      CHECK(!has_finding(judgement, "mtasts-id-not-bumped"));
  }
  World failing(enforce);
  failing.served(enforce).reason = HttpsReason::timeout;
  Domain domain = domain_named("example.gov.uk");
  domain.remembered = remembered(failing, "enforce", 1000, 604800);
  CHECK(fact(failing.judge(mta_sts_check, domain), "applies") == "\"enforce\"");
}

TEST_CASE("mta_sts: what a change means") {
  using enum AlertLevel;
  using enum Confirmation;
  using enum TrustEffect;
  struct Side {
    std::string body;
    std::string record = "v=STSv1; id=1;";
    HttpsReason fetch = HttpsReason::ok;
  };
  struct Row {
    const char* name;
    Side before, after;
    const char* kind;
    AlertLevel alert = AlertLevel::none;
    Confirmation confirm = c1;
    TrustEffect trust = keep;
  };
  const std::string good = with("enforce", "*.example.gov.uk");
  const std::string testing = with("testing", "*.example.gov.uk");
  const std::string off = "version: STSv1\nmode: none\nmax_age: 2592000\n";
  const std::string next = "v=STSv1; id=2;";
  const Row rows[] = {
      {"enforce to testing", {good}, {testing, next}, "mta-sts-weakened", page, c0, step_down_72h},
      {"enforce to none", {good}, {off, next}, "mta-sts-opt-out", page, c0, step_down_72h},
      {"testing to none", {testing}, {off, next}, "mta-sts-opt-out", ticket, c0},
      {"record gone",
       {good},
       {good, "v=spf1 -all"},
       "mta-sts-removed",
       page,
       c2,
       step_down_at_max_age},
      {"record gone in testing",
       {testing},
       {testing, "v=spf1 -all"},
       "mta-sts-removed",
       ticket,
       c2},
      {"record gone after none", {off}, {off, "v=spf1 -all"}, "neutral"},
      {"record broken",
       {good},
       {good, "v=STSv1; id=?"},
       "mta-sts-broken",
       ticket,
       c1,
       step_down_at_max_age},
      {"TLS fails",
       {good},
       {good, next, HttpsReason::tls_error},
       "mta-sts-fetch-failing",
       ticket,
       c3},
      {"404", {good}, {good, next, HttpsReason::status}, "mta-sts-fetch-failing", ticket, c3},
      {"policy invalid", {good}, {"nonsense", next}, "mta-sts-broken", ticket, c3},
      {"no host covered",
       {good},
       {with("enforce", "x.example"), next},
       "mta-sts-mx-mismatch",
       page,
       c1,
       suspend},
      {"one host covered",
       {good},
       {with("enforce", "mx1.example.gov.uk"), next},
       "mta-sts-mx-mismatch",
       ticket,
       c1},
      {"max_age cut",
       {with("enforce", "*.example.gov.uk", "31557600")},
       {with("enforce", "*.example.gov.uk", "86400"), next},
       "mta-sts-max-age-lowered",
       info,
       c0},
      {"same id",
       {good},
       {with("enforce", "*.example.gov.uk", "2592001")},
       "mta-sts-id-not-bumped",
       ticket,
       c3},
      {"new id only", {good}, {good, next}, "neutral"},
      {"testing to enforce", {testing}, {good, next}, "improvement"},
      {"appeared", {good, "v=spf1 -all"}, {good, next}, "improvement"},
      {"lines reordered",
       {good},
       {"mode: enforce\nmx: *.example.gov.uk\nmax_age: 2592000\nversion: STSv1\n", next},
       "neutral"},
      {"longer max_age",
       {good},
       {with("enforce", "*.example.gov.uk", "2592001"), next},
       "improvement"},
      {"unchanged", {good}, {good}, ""},
  };
  const auto look = [](const Side& side) {
    World world(side.body, side.record);
    HttpsObservation& seen = world.served(side.body);
    seen.reason = side.fetch;
    if (side.fetch == HttpsReason::status) seen.status = 404;
    return world.judged();
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto moves =
        mta_sts::compare(domain_named("example.gov.uk"), look(row.before), look(row.after));
    if (!*row.kind) {
      CHECK(moves.empty());
      continue;
    }
    REQUIRE(moves.size() == 1);
    CHECK(moves[0].kind == row.kind);
    CHECK(to_text(moves[0].alert) == to_text(row.alert));
    CHECK(to_text(moves[0].confirm) == to_text(row.confirm));
    CHECK(to_text(moves[0].trust) == to_text(row.trust));
    const bool shared = std::string(row.name) == "TLS fails" || std::string(row.name) == "404";
    if (shared) CHECK(moves[0].cause == "policy-host:mta-sts.example.gov.uk");
  }
}

TEST_CASE("mta_sts: a failing fetch is a page once memory ends") {
  World before(enforce), after("nonsense");
  after.served("").reason = HttpsReason::tls_error;
  Domain domain = domain_named("example.gov.uk");
  domain.remembered = remembered(after, "enforce", 500000, 604800);
  const auto moves = mta_sts::compare(domain, before.judge(mta_sts_check, domain),
                                      after.judge(mta_sts_check, domain));
  REQUIRE(moves.size() == 1);
  CHECK(moves[0].kind == "mta-sts-fetch-failing");
  CHECK(moves[0].alert == AlertLevel::page);
}

TEST_CASE("mta_sts: a policy host that is not reached is unknown, and a loss when it lasts") {
  const auto changed = [](std::string_view mode, HttpsReason reason, bool dns_fails = false) {
    const std::string body = mode == "none" ? "version: STSv1\nmode: none\nmax_age: 86400\n"
                                            : with(mode, "*.example.gov.uk");
    World before(body), after(body);
    after.served(body).reason = reason;
    if (dns_fails) after.fail("mta-sts.example.gov.uk", DnsType::a);
    CHECK(level_of(after.judged()) == "unknown");
    std::string out;
    for (const Move& each :
         mta_sts::compare(domain_named("example.gov.uk"), before.judged(), after.judged()))
      out += (out.empty() ? "" : "; ") + each.kind + " " + std::string(to_text(each.alert)) + " " +
             std::string(to_text(each.confirm)) + " " + each.cause + " " + each.now;
    return out;
  };
  const std::string host = " policy-host:mta-sts.example.gov.uk ";
  CHECK(changed("enforce", HttpsReason::timeout) == "mta-sts-fetch-failing ticket C4" + host +
                                                        "policy host not reached; unknown none C4" +
                                                        host + "fetch timeout");
  // Refused after a time-out is the same thing, so that the wait does not begin again.
  CHECK(changed("testing", HttpsReason::refused) == "mta-sts-fetch-failing ticket C4" + host +
                                                        "policy host not reached; unknown none C4" +
                                                        host + "fetch refused");
  CHECK(changed("none", HttpsReason::timeout) == "unknown none C4" + host + "fetch timeout");
  CHECK(changed("enforce", HttpsReason::our_load) == "unknown none C4" + host + "fetch ");
  CHECK(changed("enforce", HttpsReason::ok, true) == "unknown none C4" + host + "fetch dns-failed");
}
