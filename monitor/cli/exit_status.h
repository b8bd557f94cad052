// How a command ends: its status, and the error that ends it early with one line.
#pragma once

#include "monitor/operator_error.h"  // ends a command with `usage`

namespace mailfleet {

enum ExitStatus : int {
  looked = 0,          // at everything, whatever was found
  found = 1,           // something that --fail-on names
  usage = 2,           // the command line or the configuration is wrong
  nothing_learnt = 3,  // nothing could be learnt about some domain
};

}  // namespace mailfleet
