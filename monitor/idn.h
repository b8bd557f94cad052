// Domain names as people write them: capitals, a final dot, letters beyond ASCII (IDNA 2008 by
// libidn2, RFC 5891). Inside there are A-labels only; U-labels are for people's eyes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checks/base/name.h"

namespace mailfleet {

// "BÜRO.example" -> "xn--bro-hoa.example", not yet checked as a name. Empty when libidn2 refuses.
std::optional<std::string> to_a_labels(std::string_view text);
std::optional<Name> name_of_people(std::string_view text);
// The name with U-labels, or as it is when it has none.
std::string to_u_labels(const Name& name);

}  // namespace mailfleet
