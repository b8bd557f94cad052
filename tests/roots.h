// Where the checkout and this build are, for tests that read files of the project. Functions, not
// macros of every command line, so that an object compiled in one checkout serves another.
#pragma once

#include <string>

namespace mailfleet {

std::string source_root();
std::string binary_root();

}  // namespace mailfleet
