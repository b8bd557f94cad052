// Text made small for the database: one octet that says how, then the text, deflated when that
// saves something. Reading is bounded and gives nothing for what this did not write.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

constexpr size_t max_unpacked_bytes = 16 * 1024 * 1024;  // no row of ours is near it

std::string pack(std::string_view text);
std::optional<std::string> unpack(std::string_view packed);

}  // namespace mailfleet
