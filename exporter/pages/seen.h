// What a check says it saw, in the reader's language: "3 look-ups", "no A or AAAA record".
//
// Only words of our own are translated. Evidence (records, replies, names) stays as it was sent,
// also when it looks like words of ours: a phrase belongs to the findings that use it.
#pragma once

#include <string>
#include <string_view>

#include "exporter/advice.h"

namespace mailfleet {

std::string seen_in(Language language, std::string_view code, std::string_view seen);

}  // namespace mailfleet
