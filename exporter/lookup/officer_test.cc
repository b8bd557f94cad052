// What people at a counter type, and what they are told: over the API that the page is made of too.
#include <doctest/doctest.h>
#include <httplib.h>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "exporter/http/message.h"
#include "exporter/lookup/lookup.h"
#include "tests/web_sample.h"

using namespace mailfleet;
namespace json = boost::json;

namespace {

struct Body {
  const char* domain;
  const char* english;
  const char* welsh;
  TrustState state;
  std::vector<std::string> reasons{};
  Seconds age = std::chrono::minutes(5);
};

DomainPtr row(const Body& body) {
  DomainSummary out(*Name::parse(body.domain));
  out.owner = {.organisation = body.english, .organisation_cy = body.welsh, .sector = "s"};
  out.last_look = sample_now() - body.age;
  out.state = DomainState::good;
  out.trust = {.tier = body.state == TrustState::none ? Tier::none : Tier::t2, .state = body.state};
  out.trust.eligibility.tier = Tier::t2;
  out.trust.eligibility.sender_auth = SenderAuth::enforced;
  out.trust.reasons = body.reasons;
  if (body.state == TrustState::none) out.trust.eligibility.reasons = body.reasons;
  if (body.state == TrustState::active) out.trust.last_verified = out.last_look;
  if (body.state != TrustState::none) out.trust.since = sample_now() - std::chrono::days(30);
  return std::make_shared<const DomainSummary>(std::move(out));
}

std::shared_ptr<Snapshot> fleet() {
  auto out = std::make_shared<Snapshot>();
  out->at = sample_now();
  out->ready = true;
  const std::vector<Body> bodies = {
      {"anglesey.gov.uk", "Isle of Anglesey County Council", "Cyngor Sir Ynys Môn",
       TrustState::active},
      {"cardiff.gov.uk", "Cardiff Council", "Cyngor Caerdydd", TrustState::active},
      {"conwy.gov.uk",
       "Conwy County Borough Council",
       "Cyngor Bwrdeistref Sirol Conwy",
       TrustState::active,
       {},
       std::chrono::hours(25)},
      {"gwent.police.uk", "Gwent Police", "Heddlu Gwent", TrustState::suspended, {"starttls-lost"}},
      {"newport.gov.uk",
       "Newport City Council",
       "Cyngor Dinas Casnewydd",
       TrustState::suspended,
       {"mx-moved"}},
      {"parked.gov.uk", "Parked Body", "Corff Segur", TrustState::none, {"takes-no-mail"}},
      {"powys.gov.uk",
       "Powys County Council",
       "Cyngor Sir Powys",
       TrustState::pending,
       {"window-not-full"}},
      {"swansea.gov.uk", "Swansea Council", "Cyngor Abertawe", TrustState::none, {"no-agreement"}},
      {"ynysmon.gov.uk", "Isle of Anglesey County Council", "Cyngor Sir Ynys Môn",
       TrustState::active},
      {"ynysmon.llyw.cymru",
       "Isle of Anglesey County Council",
       "Cyngor Sir Ynys Môn",
       TrustState::suspended,
       {"starttls-lost"}},
  };
  for (const Body& body : bodies) out->domains.push_back(row(body));
  const auto swap = [&](const char* name, auto change) {
    for (DomainPtr& each : out->domains)
      if (each->name.text() == name) {
        DomainSummary copy = *each;
        change(copy);
        each = std::make_shared<const DomainSummary>(std::move(copy));
      }
  };
  swap("parked.gov.uk", [](DomainSummary& d) { d.trust.eligibility.tier = Tier::none; });
  return out;
}

struct Asked {
  const char* query;
  const char* answer;
  const char* domain;  // or the first suggestion, after a '?'; "" for neither
  const char* says;    // part of the sentence
};

const Asked table[] = {
    // as it stands in an address book, a mail or a browser
    {"cardiff.gov.uk", "yes", "cardiff.gov.uk", "is encrypted on its way"},
    {"jo@cardiff.gov.uk", "yes", "cardiff.gov.uk", "is encrypted on its way"},
    {"Jo.Bloggs@CARDIFF.GOV.UK", "yes", "cardiff.gov.uk", "is encrypted"},
    {"Jo Bloggs <jo@cardiff.gov.uk>", "yes", "cardiff.gov.uk", "is encrypted"},
    {"\"Bloggs, Jo\" <jo@cardiff.gov.uk>;", "yes", "cardiff.gov.uk", "is encrypted"},
    {"<jo@cardiff.gov.uk>", "yes", "cardiff.gov.uk", "is encrypted"},
    {"cardiff.gov.uk.", "yes", "cardiff.gov.uk", "is encrypted"},
    {"  cardiff.gov.uk  ", "yes", "cardiff.gov.uk", "is encrypted"},
    {"@cardiff.gov.uk", "yes", "cardiff.gov.uk", "is encrypted"},
    {"mailto:jo@cardiff.gov.uk", "yes", "cardiff.gov.uk", "is encrypted"},
    {"https://cardiff.gov.uk/contact?x=1", "yes", "cardiff.gov.uk", "is encrypted"},
    {"(jo@cardiff.gov.uk)", "yes", "cardiff.gov.uk", "is encrypted"},
    // by name, in either language, with and without its marks
    {"Cardiff Council", "yes", "cardiff.gov.uk", "is encrypted"},
    {"cardiff council", "yes", "cardiff.gov.uk", "is encrypted"},
    {"CYNGOR CAERDYDD", "yes", "cardiff.gov.uk", "is encrypted"},
    {"Cyngor Caerdydd.", "yes", "cardiff.gov.uk", "is encrypted"},
    // one organisation, three domains: the most cautious answer leads
    {"Cyngor Sir Ynys Môn", "no", "ynysmon.llyw.cymru", "not safely encrypted"},
    {"cyngor sir ynys mon", "no", "ynysmon.llyw.cymru", "not safely encrypted"},
    {"anglesey.gov.uk", "yes", "anglesey.gov.uk", "is encrypted"},
    {"someone@ynysmon.llyw.cymru", "no", "ynysmon.llyw.cymru", "not safely encrypted"},
    // suspended: seen to be unsafe, or nobody can tell
    {"Gwent Police", "no", "gwent.police.uk", "not safely encrypted"},
    {"Heddlu Gwent", "no", "gwent.police.uk", "not safely encrypted"},
    {"101@gwent.police.uk", "no", "gwent.police.uk", "not safely encrypted"},
    {"newport.gov.uk", "unknown", "newport.gov.uk", "moved to servers"},
    {"Cyngor Dinas Casnewydd", "unknown", "newport.gov.uk", "moved to servers"},
    // a good answer that is older than its promise
    {"conwy.gov.uk", "unknown", "conwy.gov.uk", "could not be checked lately"},
    {"Conwy County Borough Council", "unknown", "conwy.gov.uk", "could not be checked lately"},
    // on the way, without agreement, takes no mail
    {"powys.gov.uk", "unknown", "powys.gov.uk", "not been watched for long enough"},
    {"swansea.gov.uk", "unknown", "swansea.gov.uk", "nobody has agreed"},
    {"post@parked.gov.uk", "no", "parked.gov.uk", "takes no e-mail"},
    // slips and parts: suggested, never answered
    {"cardif.gov.uk", "not-listed", "?cardiff.gov.uk", "is not one of the organisations"},
    {"jo@cardiff.gov.uk.com", "not-listed", "", "is not one of the organisations"},
    {"cradiff.gov.uk", "not-listed", "?cardiff.gov.uk", "is not one of the organisations"},
    {"swansea.gov.ku", "not-listed", "?swansea.gov.uk", "is not one of the organisations"},
    {"mail.cardiff.gov.uk", "not-listed", "?cardiff.gov.uk", "is not one of the organisations"},
    {"cardiff", "not-listed", "?cardiff.gov.uk", "Choose the one you mean"},
    {"Cyngor Sir", "not-listed", "?anglesey.gov.uk", "Choose the one you mean"},
    // strangers and noise
    {"jo@gmail.com", "not-listed", "", "is not one of the organisations"},
    {"Llywodraeth y Lleuad", "not-listed", "", "We do not know"},
    {"jo at cardiff dot gov dot uk", "not-listed", "", "We do not know"},
    {"'; DROP TABLE domains; --", "not-listed", "", "We do not know"},
    // several at once: one answer could hide a no
    {"al@gwent.police.uk, jo@cardiff.gov.uk", "unknown", "", "one at a time"},
    {"Al <al@gwent.police.uk>; Jo <jo@cardiff.gov.uk>", "unknown", "", "one at a time"},
    {"jo@home <jo@cardiff.gov.uk>", "yes", "cardiff.gov.uk", "is encrypted"},
};

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : std::string();
}

}  // namespace

TEST_CASE("lookup: forty questions as people ask them, each answered in plain words") {
  const SampleServer server(fleet());
  httplib::Client client("127.0.0.1", server.ports.listen[0]);
  for (const Asked& each : table) {
    CAPTURE(each.query);
    const auto result = client.Get("/api/v1/lookup?q=" + percent_encoded(each.query));
    REQUIRE(result);
    REQUIRE(result->status == 200);
    const json::value told = json::parse(result->body);
    CHECK(text_of(told.at("answer")) == each.answer);
    const std::string text = text_of(told.at("text"));
    CHECK_MESSAGE(text.find(each.says) != std::string::npos, text);
    const auto& suggestions = told.at("suggestions").as_array();
    const std::string first = suggestions.empty() ? "" : "?" + text_of(suggestions[0].at("domain"));
    const bool answered = each.domain[0] != '?' && each.domain[0] != '\0';
    CHECK((answered ? text_of(told.at("domain")) : first) == each.domain);
    for (const char* acronym : {"TLS", "MX", "SPF", "DMARC", "DKIM", "DNS", "MTA", "SMTP"}) {
      CHECK(text.find(acronym) == std::string::npos);
      CHECK(text_of(told.at("text_cy")).find(acronym) == std::string::npos);
    }
    CHECK(text != text_of(told.at("text_cy")));
  }
}

TEST_CASE("lookup: a yes ends by itself, a second before its promise does not hold") {
  const auto snapshot = fleet();
  const DomainSummary& domain = *snapshot->find(*Name::parse("cardiff.gov.uk"));
  const Time promised = *domain.trust.last_verified + lookup_promise;
  CHECK(answer_for(domain, promised - Seconds(1)).answer == LookupAnswer::yes);
  CHECK(answer_for(domain, promised).answer == LookupAnswer::unknown);
  CHECK_FALSE(answer_for(domain, promised).valid_until);
}
