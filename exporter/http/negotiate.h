// What the client accepts and what it holds already (RFC 9110 §12.5.3, §13.1.2). Pure.
#pragma once

#include <string_view>

namespace mailfleet {

// Whether Accept-Encoding lets us send gzip: named or "*" with a weight above 0, and not weighed
// below identity.
bool accepts_gzip(std::string_view accept_encoding);

// Whether If-None-Match names this entity tag (weak comparison) or is "*".
bool none_match_hits(std::string_view if_none_match, std::string_view etag);

}  // namespace mailfleet
