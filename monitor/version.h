// The program's version, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace mailfleet {

std::string_view version();

}  // namespace mailfleet
