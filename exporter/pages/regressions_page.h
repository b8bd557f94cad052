// What got worse, for people: open regressions and those that ended lately.
#pragma once

#include "exporter/pages/page.h"

namespace mailfleet {

data regressions_data(const Snapshot& snapshot, const Texts& words);

}  // namespace mailfleet
