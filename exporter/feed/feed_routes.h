// What bounds the serving of the feed.
#pragma once

#include <cstddef>

namespace mailfleet {

// Earlier editions and signatures that are in memory at a time, to be sent: an edition of 100,000
// entries is some 56 MB.
constexpr size_t max_old_editions_lent = 4;

}  // namespace mailfleet
