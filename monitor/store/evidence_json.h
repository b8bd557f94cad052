// Evidence as text, exactly, and back: what makes a stored look judgeable again by newer rules.
//
// A mail host and its certificates serve many domains, so SMTP observations and certificates are
// pieces of their own, named by the SHA-256 of their text; the store keeps each piece once. Octets
// that are no valid UTF-8 travel as base64. Reading is strict: an unknown member, a wrong kind or a
// missing piece gives nothing.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "checks/base/evidence.h"

namespace mailfleet {

struct EvidenceParts {
  std::string body{};                           // JSON
  std::map<std::string, std::string> pieces{};  // JSON by the SHA-256 of that JSON, hex
};

EvidenceParts to_parts(const Evidence& evidence);
// Finds a piece by its digest.
using FindPiece = std::function<std::optional<std::string>(const std::string& sha256)>;
std::optional<Evidence> from_parts(std::string_view body, const FindPiece& find_piece);

// The same in one text.
std::string evidence_to_json(const Evidence& evidence);
std::optional<Evidence> evidence_from_json(std::string_view json);

// Equal for two looks that saw the same: leaves out what differs between any two (TTLs, the time of
// a fetch, a banner with a clock in it, the wording of an error). Hex.
std::string evidence_digest(const Evidence& evidence);

std::string sha256_of(std::string_view octets);

}  // namespace mailfleet
