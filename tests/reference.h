// The shipped reference tables, loaded once for all tests.
#pragma once

#include "checks/base/reference.h"

namespace mailfleet {

const Reference& shipped_reference();

}  // namespace mailfleet
