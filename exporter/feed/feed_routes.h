// What the feed's documents are served as, and what bounds it.
#pragma once

#include <cstddef>

namespace mailfleet {

constexpr const char* edition_type = "application/json";
constexpr const char* signature_type = "text/plain; charset=utf-8";
constexpr const char* jws_type = "application/jose";

// Earlier editions and signatures that are in memory at a time, to be sent: an edition of 100,000
// entries is some 56 MB.
constexpr size_t max_old_editions_lent = 4;

}  // namespace mailfleet
