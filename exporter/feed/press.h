// Makes editions: when one is due, what stands in it, and when it must wait for a person. Pure.
//
// A new edition follows each change and at least every edition_interval. The brake holds an edition
// that would suspend or withdraw more than brake_percent of the active entries and more than
// brake_entries of them: such a fall is more often our mistake than theirs. Until a person
// acknowledges it the last edition stands, and expires when it said it would.
//
// No edition promises more than what it rests on: it expires when the newest verification among its
// active entries is as old as an edition may be. Entries of the last edition that nobody knows of
// any more (a lost store, a cut list) are carried on as suspended: only a person's word takes one
// out.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "exporter/feed/edition.h"
#include "monitor/watch/trust_entry.h"

namespace mailfleet {

struct PressSettings {
  std::string issuer{};  // the feed's own address, base_url
  Seconds edition_interval{3600};
  Seconds expires{72 * 3600};
  Seconds entry_expires{72 * 3600};  // after the last look that verified it
  Seconds withdrawn_shown{30 * 86400};
  int brake_percent = 5;
  int brake_entries = 5;
};

// One domain as the press sees it.
struct PressEntry {
  explicit PressEntry(Name name) : domain(std::move(name)) {}
  Name domain;
  std::string organisation{};
  TrustEntry trust{};
  SenderAuth sender_auth = SenderAuth::unknown;
  std::optional<FeedPolicy> mta_sts{};
  bool dane = false;
  std::string evidence_sha256{};
  bool excused = false;  // suspended with a whole provider: does not count for the brake
};

// What was published last.
struct PressState {
  uint64_t serial = 0;
  std::string sha256{};
  std::optional<Edition> last{};
  bool acknowledged = false;  // a person let the held edition pass; used up by it
};

enum class PressOutcome : uint8_t { nothing_due, published, held };

struct Pressed {
  PressOutcome outcome = PressOutcome::nothing_due;
  Edition edition{};   // when published: to be signed and written
  size_t falling = 0;  // entries that would leave the active ones
  size_t active = 0;   // of the last edition
};

Pressed press(const PressState& state, std::vector<PressEntry> entries, bool is_signed,
              const PressSettings& settings, Time now);

// Whether two lists of entries say the same, ages and digests aside.
bool same_entries(const std::vector<FeedEntry>& a, const std::vector<FeedEntry>& b);

}  // namespace mailfleet
