#include "exporter/feed/press.h"

#include <doctest/doctest.h>

using namespace mailfleet;

namespace {

PressEntry entry(int i, TrustState state = TrustState::active) {
  PressEntry out(*Name::parse("d" + std::to_string(1000 + i) + ".uk"));
  out.trust.state = state;
  out.trust.tier = Tier::t2;
  out.trust.pins = {"mx.uk"};
  out.evidence_sha256 = std::string(64, 'a');
  return out;
}

// A press with its memory.
struct Printer {
  PressState state{};
  PressSettings settings{.issuer = "https://x/"};
  Time now = *parse_time("2026-11-21T12:00:00Z");

  PressOutcome print(const std::vector<PressEntry>& entries, bool is_signed = true) {
    Pressed pressed = press(state, entries, is_signed, settings, now);
    if (pressed.outcome == PressOutcome::published)
      state = {.serial = pressed.edition.serial,
               .sha256 = std::string(64, 'c'),
               .last = std::move(pressed.edition)};
    return pressed.outcome;
  }
};

std::vector<PressEntry> fleet(int active, int suspended) {
  std::vector<PressEntry> out;
  for (int i = 0; i < active + suspended; ++i)
    out.push_back(entry(i, i < suspended ? TrustState::suspended : TrustState::active));
  return out;
}

}  // namespace

TEST_CASE("press: on each change, and at least every interval; the serial only grows") {
  Printer printer;
  CHECK(printer.print(fleet(3, 0)) == PressOutcome::published);
  CHECK(printer.print(fleet(3, 0)) == PressOutcome::nothing_due);
  CHECK(printer.print(fleet(2, 1)) == PressOutcome::published);
  printer.now += Seconds(3600);
  CHECK(printer.print(fleet(2, 1)) == PressOutcome::published);
  CHECK(printer.state.serial == 3);
  CHECK(printer.state.last->previous_sha256 == std::string(64, 'c'));
  CHECK(printer.print(fleet(2, 1), false) == PressOutcome::published);  // the key went away: say so
}

TEST_CASE("press: the brake holds a great fall until a person lets it pass") {
  Printer printer;
  printer.print(fleet(100, 0));
  CHECK(printer.print(fleet(95, 5)) == PressOutcome::published);  // five is not more than five
  CHECK(printer.print(fleet(89, 11)) == PressOutcome::held);      // six of 95
  CHECK(printer.state.serial == 2);
  CHECK(printer.print(fleet(95, 5)) == PressOutcome::nothing_due);
  printer.state.acknowledged = true;
  CHECK(printer.print(fleet(89, 11)) == PressOutcome::published);
  CHECK(printer.print(fleet(80, 20)) == PressOutcome::held);  // used up
  CHECK(printer.print({}) == PressOutcome::held);             // vanishing counts too
}

TEST_CASE("press: six of two hundred is no great fall, a provider's incident is excused") {
  Printer printer;
  printer.print(fleet(200, 0));
  CHECK(printer.print(fleet(194, 6)) == PressOutcome::published);
  Printer other;
  other.print(fleet(20, 0));
  std::vector<PressEntry> fallen = fleet(0, 20);
  CHECK(other.print(fallen) == PressOutcome::held);
  for (PressEntry& each : fallen) each.excused = true;
  CHECK(other.print(fallen) == PressOutcome::published);
}

TEST_CASE("press: who stands in an edition") {
  Printer printer;
  std::vector<PressEntry> entries{entry(5),
                                  entry(4, TrustState::suspended),
                                  entry(3, TrustState::withdrawn),
                                  entry(2, TrustState::withdrawn),
                                  entry(1, TrustState::pending),
                                  entry(0)};
  entries[2].trust.since = printer.now - Seconds(29 * 86400);
  entries[3].trust.since = printer.now - Seconds(31 * 86400);
  entries[5].trust.pins.clear();
  printer.print(entries);
  std::string names;
  for (const FeedEntry& each : printer.state.last->entries) names += each.domain.text() + " ";
  CHECK(names == "d1003.uk d1004.uk d1005.uk ");
  const auto read = read_edition(edition_json(*printer.state.last));
  CHECK(std::holds_alternative<Edition>(read));
}
