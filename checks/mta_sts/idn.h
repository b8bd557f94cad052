// U-labels as A-labels (RFC 3492), for policy files whose authors wrote "bücher" where DNS holds
// "xn--bcher-kva". No case folding or normalisation beyond ASCII: such a name fits nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mailfleet::mta_sts {

// Label by label; ASCII labels stay as they are. Empty for invalid UTF-8 or over-long labels.
std::optional<std::string> to_a_labels(std::string_view name);

}  // namespace mailfleet::mta_sts
