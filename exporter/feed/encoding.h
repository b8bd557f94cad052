// Base64 (RFC 4648 §4), base64url without padding (§5), hex, and SHA-256 of a text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

std::string base64(std::string_view octets);
std::string base64url(std::string_view octets);
std::optional<std::string> from_base64(std::string_view text);     // strict: padded, no blanks
std::optional<std::string> from_base64url(std::string_view text);  // strict: no padding
std::string hex(std::string_view octets);                          // lower case
std::optional<std::string> from_hex(std::string_view text);
std::string sha256_hex(std::string_view text);

}  // namespace mailfleet
