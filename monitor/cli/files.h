// Reading and writing whole files for commands. Errors are OperatorError with one line.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace mailfleet {

std::string read_whole_file(const std::string& path, size_t max_octets);
std::optional<std::string> read_whole_file_if_any(const std::string& path, size_t max_octets);
// Readers see the old file or the new one, never a part: written beside, synced, renamed, and the
// folder synced.
void replace_file(const std::string& path, std::string_view text);

}  // namespace mailfleet
