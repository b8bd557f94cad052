#include "monitor/version.h"

namespace mailfleet {

std::string_view version() { return MAILFLEET_VERSION; }

}  // namespace mailfleet
