// The advice that travels inside the binary, read once at the start.
#pragma once

#include "exporter/advice.h"

namespace mailfleet {

AdviceBook load_advice();  // throws AdviceError

}  // namespace mailfleet
