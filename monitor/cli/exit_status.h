// How a command ends: its status, and the error that ends it early with one line.
#pragma once

#include <stdexcept>
#include <string>

namespace mailfleet {

enum ExitStatus : int {
  looked = 0,          // at everything, whatever was found
  found = 1,           // something that --fail-on names
  usage = 2,           // the command line or the configuration is wrong
  nothing_learnt = 3,  // nothing could be learnt about some domain
};

// What the operator must mend. Shown as "mailfleet: …"; status `usage`.
struct OperatorError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mailfleet
