// What our own troubles do to the trusted list: nothing. Looks, doubt, list and publisher as the
// monitor composes them, over days of an outage.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

#include "exporter/feed/verify.h"
#include "monitor/desk.h"
#include "monitor/publisher.h"
#include "monitor/watch/clock_watch.h"

using namespace mailfleet;
namespace fs = std::filesystem;

namespace {

constexpr int domains = 12;
constexpr Seconds between_looks{4 * 3600};

enum class Outage : uint8_t { none, resolver, network, port_25 };

Value seen_facts(std::string_view check, const std::string& host) {
  const Value head = Value::object({{"host", host}, {"address", "192.0.2.1"}});
  const auto endpoints = [&](Value endpoint) {
    return Value::object({{"endpoints", Value::list({std::move(endpoint)})}});
  };
  if (check == "mx")
    return Value::object(
        {{"kind", "explicit"},
         {"hosts", Value::list({Value::object({{"host", host},
                                               {"controller", "example.uk"},
                                               {"addresses", Value::list({"192.0.2.1"})}})})}});
  if (check == "starttls") {
    Value endpoint = head;
    endpoint.set("reachable", true).set("offered", true).set("version", "TLSv1.3");
    return endpoints(endpoint.set("suite", "TLS_AES_128_GCM_SHA256"));
  }
  Value endpoint = head;
  endpoint.set("chain", Value::list()).set("name_match", true).set("key", "ec-p256");
  return endpoints(endpoint);
}

Posture posture_of(const std::string& host, Outage outage, Time now) {
  Posture out{.at = now};
  for (const std::string_view check : {"mx", "starttls", "certificate"}) {
    Standing standing{.check = check, .level = 1, .seen = now, .facts = seen_facts(check, host)};
    const bool dns_only = check == "mx";
    const bool blind = outage == Outage::resolver || outage == Outage::network ||
                       (outage == Outage::port_25 && !dns_only);
    if (blind) standing.unseen = Judgement{.facts = Value::object({{"endpoints", nullptr}})};
    out.standings.push_back(std::move(standing));
  }
  return out;
}

// A fleet that is looked at all at once.
struct Fleet {
  fs::path folder = fs::temp_directory_path() / "mailfleet-outage-test";
  Time now = *parse_time("2026-11-01T00:00:00Z");
  bool disk_is_full = false;
  size_t held = 0;
  std::vector<EditionRow> editions{};
  std::map<Name, TrustEntry> entries{};
  Desk desk{ConfirmSettings{}};
  std::vector<Incident> about_us{};
  std::unique_ptr<Publisher> publisher = make();

  Fleet() {
    for (int i = 0; i < domains; ++i)
      entries.emplace(*Name::parse("d" + std::to_string(i) + ".uk"), TrustEntry{});
  }
  ~Fleet() { fs::remove_all(folder); }

  std::unique_ptr<Publisher> make() {
    fs::remove_all(folder);
    fs::create_directories(folder);
    SigningKey::generate().write_files((folder / "key").string());
    TrustConfig config;
    config.signing_key = folder / "key";
    config.publish_dir.clear();
    return std::make_unique<Publisher>(
        config, "https://mailfleet.example/",
        Publisher::Parts{.save =
                             [this](EditionRow row, std::function<void(bool)> saved) {
                               if (!disk_is_full) editions.push_back(row);
                               saved(!disk_is_full);
                             },
                         .show = [](FeedView) {},
                         .held = [this](size_t, size_t) { ++held; },
                         .released = [] {},
                         .trouble = [](const std::string&) {}});
  }

  void look(Outage outage) {
    now += between_looks;
    for (auto& [name, entry] : entries) {
      const Posture posture = posture_of("mx." + name.text(), outage, now);
      FleetEntry row(name);
      desk.hear(row, {}, posture, now);
      if (disk_is_full) continue;  // the look is not stored, so nothing follows from it
      take_look(entry, eligibility_of(posture),
                {.now = now, .fleet_in_doubt = desk.in_doubt(), .has_agreement = true}, {});
      PressEntry press(name);
      press.trust = entry;
      press.evidence_sha256 = std::string(64, 'a');
      publisher->set_entry(std::move(press));
    }
    for (Incident& each : desk.tick(now)) about_us.push_back(std::move(each));
    publisher->tick(now);
  }
  void days(int count, Outage outage) {
    for (int i = 0; i < count * 6; ++i) look(outage);
  }

  size_t active() const {
    return static_cast<size_t>(std::ranges::count_if(
        entries, [](const auto& each) { return each.second.state == TrustState::active; }));
  }
  Edition last() const {
    REQUIRE(!editions.empty());
    return std::get<Edition>(read_edition(editions.back().body));
  }
  // Nobody left the list, nobody was suspended in it.
  bool all_stand() const {
    const Edition edition = last();
    return active() == domains && edition.entries.size() == domains &&
           std::ranges::all_of(edition.entries, [](const FeedEntry& each) {
             return each.state == TrustState::active;
           });
  }
};

}  // namespace

TEST_CASE("outage: while we are blind nobody is suspended, one alert is raised, the feed expires") {
  for (const Outage outage : {Outage::resolver, Outage::network, Outage::port_25}) {
    CAPTURE(static_cast<int>(outage));
    Fleet fleet;
    fleet.days(8, Outage::none);
    REQUIRE(fleet.all_stand());
    const Time seen = fleet.now;
    fleet.days(6, outage);
    CHECK(fleet.all_stand());
    CHECK(fleet.held == 0);
    CHECK(std::ranges::count(fleet.about_us, RegressionState::confirmed, &Incident::state) == 1);
    // No edition promises more than three days past what was seen.
    CHECK(fleet.last().expires <= seen + Seconds(72 * 3600));
    CHECK(fleet.last().expires < fleet.now);
    fleet.days(1, Outage::none);
    CHECK(fleet.all_stand());
    CHECK(fleet.last().expires > fleet.now);
  }
}

TEST_CASE("outage: a full disk publishes nothing, and takes nothing away") {
  Fleet fleet;
  fleet.days(8, Outage::none);
  const uint64_t serial = fleet.last().serial;
  const Time seen = fleet.now;
  fleet.disk_is_full = true;
  fleet.days(6, Outage::none);
  CHECK(fleet.last().serial == serial);
  CHECK(fleet.last().expires <= seen + Seconds(72 * 3600));
  CHECK(fleet.active() == domains);
  fleet.disk_is_full = false;
  fleet.days(1, Outage::none);
  CHECK(fleet.all_stand());
  CHECK(fleet.last().serial > serial);
}

TEST_CASE("outage: one domain among many that cannot be seen is suspended, never dropped") {
  Fleet fleet;
  fleet.days(8, Outage::none);
  TrustEntry& one = fleet.entries.begin()->second;
  for (int i = 0; i < 80; ++i) {
    fleet.now += Seconds(3600);
    take_look(one, Eligibility{}, {.now = fleet.now, .has_agreement = true}, {});
  }
  CHECK(one.state == TrustState::suspended);
  CHECK(one.reasons == std::vector<std::string>{"not-verified"});
}

TEST_CASE("outage: under a clock a year off nothing is believed") {
  const Time now = *parse_time("2026-11-01T00:00:00Z");
  for (const int years : {-1, 1})
    CHECK(!ClockWatch(now, Seconds(0), {}).good(now + Seconds(years * 365 * 86400), Seconds(0)));
}

TEST_CASE("outage: a store that was lost takes nobody off the list") {
  Fleet fleet;
  fleet.days(8, Outage::none);
  const EditionRow last = fleet.editions.back();
  fleet.publisher = fleet.make();
  fleet.publisher->restore(last, {});
  fleet.publisher->tick(fleet.now + Seconds(7200));
  CHECK(fleet.held == 1);  // all of them at once: a person is asked first
  CHECK(fleet.last().serial == last.serial);
}
