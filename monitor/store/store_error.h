// The database cannot be used at all: one line for the operator.
#pragma once

#include <stdexcept>

namespace mailfleet {

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace mailfleet
