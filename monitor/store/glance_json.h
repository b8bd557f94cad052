// A glance as a tree and back, in the form that is stored with a domain. Levels are stored by name.
// What the latest look saw has no time of its own, so that a quiet look leaves the text as it was.
#pragma once

#include <optional>
#include <span>

#include "checks/base/check.h"
#include "monitor/watch/glance.h"

namespace mailfleet {

Value glance_to_value(const Glance& glance, std::span<const Check* const> checks);
// Empty when it cannot be read whole: a check or a level is no more, or was never ours.
std::optional<Glance> glance_from_value(const Value& value, Time at,
                                        std::span<const Check* const> checks);

}  // namespace mailfleet
