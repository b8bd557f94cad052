#include "exporter/lookup/lookup.h"

#include <doctest/doctest.h>

#include "exporter/http/rate_limit.h"
#include "tests/web_sample.h"

using namespace mailfleet;

namespace {

const Time now = sample_now();

DomainSummary trusted() {
  DomainSummary out(*Name::parse("x.gov.uk"));
  out.last_look = now - std::chrono::minutes(5);
  out.trust.state = TrustState::active;
  out.trust.tier = Tier::t2;
  out.trust.since = now - std::chrono::days(30);
  out.trust.last_verified = out.last_look;
  out.trust.eligibility.sender_auth = SenderAuth::enforced;
  return out;
}

template <class Change>
std::string answer_when(Change change) {
  DomainSummary domain = trusted();
  change(domain);
  const DomainAnswer answer = answer_for(domain, now);
  if (answer.answer == LookupAnswer::yes || answer.answer == LookupAnswer::yes_but) {
    CHECK(answer.valid_until == *answer.checked_at + lookup_promise);
    CHECK(*answer.valid_until > now);
  }
  return std::string(to_text(answer.answer));
}

std::string names(const std::vector<const DomainSummary*>& domains) {
  std::string out;
  for (const DomainSummary* each : domains) out += (out.empty() ? "" : " ") + each->name.text();
  return out;
}

std::shared_ptr<Snapshot> fleet() {
  auto out = std::make_shared<Snapshot>();
  const auto add = [&](const char* name, const char* english, const char* welsh, TrustState state) {
    DomainSummary domain = trusted();
    domain.name = *Name::parse(name);
    domain.owner = {.organisation = english, .organisation_cy = welsh};
    domain.trust.state = state;
    if (state == TrustState::suspended) domain.trust.reasons = {"tls-missing"};
    out->domains.push_back(std::make_shared<const DomainSummary>(std::move(domain)));
  };
  add("anglesey.gov.uk", "Isle of Anglesey County Council", "Cyngor Sir Ynys Môn",
      TrustState::active);
  add("cardiff.gov.uk", "Cardiff Council", "Cyngor Caerdydd", TrustState::active);
  add("newport.gov.uk", "Newport Council", "Cyngor Casnewydd", TrustState::suspended);
  add("newport.sch.uk", "Newport Council", "Ysgol Casnewydd",
      TrustState::active);  // another body of that name
  add("powys.gov.uk", "Powys County Council", "Cyngor Sir Powys", TrustState::active);
  add("ynysmon.gov.uk", "Isle of Anglesey County Council", "Cyngor Sir Ynys Môn",
      TrustState::suspended);
  return out;
}

// The answers, or "?" and the suggestions.
std::string asked(const char* query) {
  const auto snapshot = fleet();
  const Lookup lookup = look_up(*snapshot, NameIndex(*snapshot), query, now);
  std::string out;
  for (const DomainAnswer& each : lookup.answers)
    out += (out.empty() ? "" : " ") + each.domain->name.text() + "=" +
           std::string(to_text(each.answer));
  return lookup.answers.empty() ? "?" + names(lookup.suggestions) : out;
}

}  // namespace

TEST_CASE("lookup: a yes only for what is active, fresh and cannot be forged") {
  using D = DomainSummary;
  CHECK(answer_when([](D&) {}) == "yes");
  CHECK(answer_when([](D& d) { d.trust.tier = Tier::t3; }) == "yes");
  CHECK(answer_when([](D& d) { d.trust.tier = Tier::t1; }) == "yes-but");
  CHECK(answer_when([](D& d) { d.trust.tier = Tier::none; }) == "unknown");
  for (const SenderAuth auth : {SenderAuth::unknown, SenderAuth::none, SenderAuth::partial})
    CHECK(answer_when([&](D& d) { d.trust.eligibility.sender_auth = auth; }) == "yes-but");
  CHECK(answer_when([](D& d) { d.trust.stale = true; }) == "unknown");
  CHECK(answer_when([](D& d) { d.trust.last_verified.reset(); }) == "unknown");
  CHECK(answer_when([](D& d) { d.trust.last_verified = now - lookup_promise + Seconds(1); }) ==
        "yes");
  CHECK(answer_when([](D& d) { d.trust.last_verified = now - lookup_promise; }) == "unknown");
}

TEST_CASE("lookup: suspended is no, unless nobody can tell") {
  using D = DomainSummary;
  const auto suspended = [](std::vector<std::string> reasons) {
    return answer_when([&](D& d) {
      d.trust.state = TrustState::suspended;
      d.trust.reasons = reasons;
    });
  };
  CHECK(suspended({"tls-missing"}) == "no");
  CHECK(suspended({}) == "no");
  CHECK(suspended({"mx-moved"}) == "unknown");
  CHECK(suspended({"not-verified", "tls-unknown"}) == "unknown");
  CHECK(suspended({"mx-moved", "tls-missing"}) == "no");
  CHECK(answer_when([](D& d) { d.trust.state = TrustState::withdrawn; }) == "no");
  CHECK(answer_when([](D& d) {
          d.trust.state = TrustState::suspended;
          d.last_look = now - lookup_promise;
        }) == "unknown");
}

TEST_CASE("lookup: without an entry there is no yes") {
  using D = DomainSummary;
  CHECK(answer_when([](D& d) { d.trust.state = TrustState::pending; }) == "unknown");
  const auto none = [](std::optional<Tier> eligible) {
    return answer_when([&](D& d) {
      d.trust.state = TrustState::none;
      d.trust.eligibility.tier = eligible;
    });
  };
  CHECK(none(Tier::t3) == "unknown");
  CHECK(none(std::nullopt) == "unknown");
  CHECK(none(Tier::none) == "no");
  CHECK(answer_when([](D& d) {
          d.trust.state = TrustState::none;
          d.last_look.reset();
        }) == "unknown");
}

TEST_CASE("lookup: what people paste") {
  for (const char* query : {"cardiff.gov.uk", "CARDIFF.gov.uk.", " jo@cardiff.gov.uk ",
                            "Jo Bloggs <jo.bloggs@cardiff.gov.uk>", "<jo@cardiff.gov.uk>;",
                            "mailto:jo@cardiff.gov.uk?subject=x", "https://cardiff.gov.uk/jobs",
                            "\"jo@home\"@cardiff.gov.uk", "Cardiff Council", "cardiff   council",
                            "cyngor caerdydd", "CYNGOR CAERDYDD."})
    CHECK_MESSAGE(asked(query) == "cardiff.gov.uk=yes", query);
}

TEST_CASE("lookup: one organisation with several domains, the most cautious answer first") {
  CHECK(asked("Isle of Anglesey County Council") == "ynysmon.gov.uk=no anglesey.gov.uk=yes");
  CHECK(asked("Cyngor Sir Ynys Mon") ==
        "ynysmon.gov.uk=no anglesey.gov.uk=yes");  // typed without its hat
}

TEST_CASE("lookup: what is not listed is suggested, never answered") {
  CHECK(asked("cardif.gov.uk") == "?cardiff.gov.uk");
  CHECK(asked("jo@cradiff.gov.uk") == "?cardiff.gov.uk");
  CHECK(asked("mail.cardiff.gov.uk") == "?cardiff.gov.uk");
  CHECK(asked("elsewhere.example") == "?");
  CHECK(asked("Newport Council") == "?newport.gov.uk newport.sch.uk");  // two bodies of one name
  CHECK(asked("powys") == "?powys.gov.uk");
  CHECK(asked("cyngor sir") == "?anglesey.gov.uk powys.gov.uk ynysmon.gov.uk");
  CHECK(asked("") == "?");
  CHECK(asked("...") == "?");
  CHECK(asked("<script>") == "?");
}

TEST_CASE("lookup: typing slips are counted") {
  CHECK(typing_distance("cardiff", "cardiff", 2) == 0);
  CHECK(typing_distance("cradiff", "cardiff", 2) == 1);
  CHECK(typing_distance("cardif", "cardiff", 2) == 1);
  CHECK(typing_distance("cordife", "cardiff", 2) == 2);
  CHECK(typing_distance("swansea", "cardiff", 2) == 3);
  CHECK(typing_distance("", "abc", 2) == 3);
}

TEST_CASE("http: a client that asks too often waits, others do not") {
  RateLimit limit(3, Seconds(60));
  for (int i = 0; i < 3; ++i) CHECK(limit.allows("a", now));
  CHECK_FALSE(limit.allows("a", now));
  CHECK(limit.allows("b", now));
  CHECK_FALSE(limit.allows("a", now + Seconds(19)));
  CHECK(limit.allows("a", now + Seconds(20)));
  CHECK_FALSE(limit.allows("a", now + Seconds(20)));
}
