// Which finding codes the tables of this test program have caused so far: what the examples of the
// checks' tests cover. Single thread.
#pragma once

#include <set>
#include <string>

namespace mailfleet {

const std::set<std::string>& codes_told();

}  // namespace mailfleet
