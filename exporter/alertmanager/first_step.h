// What to do first about a kind of regression, in one line for whoever was paged. The runbook of
// the kind (docs/runbooks) says the rest.
#pragma once

#include <string_view>

namespace mailfleet {

std::string_view first_step(std::string_view kind);

}  // namespace mailfleet
