#include "tests/roots.h"

namespace mailfleet {

std::string source_root() { return SOURCE_ROOT; }
std::string binary_root() { return BINARY_ROOT; }

}  // namespace mailfleet
