// What a consumer checks before believing an edition: signature, schema, expiry, and that the feed
// neither goes back nor leaps ahead of what was accepted before. Pure; files are the caller's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "exporter/feed/edition.h"
#include "exporter/feed/signature.h"

namespace mailfleet {

// A serial that leaps further than this is refused: an attacker with a stolen key could otherwise
// lock consumers out of every later edition.
constexpr uint64_t max_serial_leap = 100'000;
constexpr Seconds max_clock_skew{300};

// What was last accepted, kept by the consumer in a file: "serial digest" on one line.
struct AcceptedEdition {
  uint64_t serial = 0;
  std::string sha256{};

  std::string text() const;
  static std::optional<AcceptedEdition> parse(std::string_view text);
  bool operator==(const AcceptedEdition&) const = default;
};

enum class Verdict : uint8_t {
  accepted,
  bad_signature,
  wrong_key,
  malformed,
  expired,
  not_yet_issued,
  rolled_back,
  leapt_ahead,
  unsigned_feed
};
std::string_view to_text(Verdict verdict);

struct Verification {
  Verdict verdict = Verdict::malformed;
  std::string why{};  // one line, empty when accepted
  std::optional<Edition> edition{};
  AcceptedEdition accepted{};  // to be remembered, when accepted
};

// `signature` is the text of the .sig or the .jws file; any of `keys` may have made it.
Verification verify_edition(std::string_view body, std::string_view signature,
                            const std::vector<PublicKey>& keys,
                            const std::optional<AcceptedEdition>& before, Time now);

// Why the signature does not make the body believable; empty when one of `keys` signed it.
std::optional<std::string> signature_fault(std::string_view body, std::string_view signature,
                                           const std::vector<PublicKey>& keys);

// The keys of a minisign public key file, an "RW…" text, or a keys.json (those valid at `now`).
std::vector<PublicKey> read_public_keys(std::string_view text, Time now);

}  // namespace mailfleet
