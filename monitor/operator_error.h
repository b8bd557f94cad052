// What the operator must mend, in one line. Shown as "mailfleet: …".
#pragma once

#include <stdexcept>

namespace mailfleet {

struct OperatorError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mailfleet
