// Digests as the web face needs them: entity tags, and comparing secrets in constant time.
#pragma once

#include <string>
#include <string_view>

namespace mailfleet {

std::string strong_etag(std::string_view body);  // with its quotes (RFC 9110 §8.8.3)
// Takes as long for a wrong secret as for the right one, whatever the lengths.
bool same_secret(std::string_view a, std::string_view b);

}  // namespace mailfleet
