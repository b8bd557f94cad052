// A move of the mail that was announced is no news: what the announcement names becomes the
// normal. Pure.
#pragma once

#include <string>
#include <vector>

#include "monitor/watch/regression.h"

namespace mailfleet {

// `mx`: what the mx check saw. When it saw hosts, all of them announced, that is the baseline from
// now on and no suspicion is left of it.
void accept_announced(DomainWatch& watch, const Judgement& mx,
                      const std::vector<std::string>& announced);

}  // namespace mailfleet
