// Text from the outside world, and a few words on ASCII.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mailfleet {

// `text` as valid UTF-8: each octet that is no part of a valid sequence becomes U+FFFD.
std::string valid_utf8(std::string_view text);

// For people's eyes: valid UTF-8, control and bidirectional characters replaced by U+FFFD, at most
// `max_characters` characters and then "…". Still to be escaped for HTML by whoever writes HTML.
std::string for_display(std::string_view text, size_t max_characters = 512);

char ascii_lower(char c);
std::string ascii_lower(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);  // ASCII only
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);
std::string_view trim(std::string_view text);  // SP and HTAB at both ends
std::vector<std::string_view> split(std::string_view text, char separator);  // keeps empty parts

}  // namespace mailfleet
