// JSON text read back into a Value: what `to_json` of checks/base/value.h wrote. Strict and
// bounded; text that is not JSON gives nothing, never an exception.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/base/value.h"

namespace mailfleet {

// The facts of one domain and their evidence stay far below; a row that is larger was not ours.
constexpr size_t max_json_bytes = 16 * 1024 * 1024;

std::optional<Value> parse_value(std::string_view json);

// Octets as text (RFC 4648 §4, with padding), and back; empty for what is not base64.
std::string base64_of(std::string_view octets);
std::optional<std::string> octets_of_base64(std::string_view text);

}  // namespace mailfleet
