#include "tests/reference.h"

namespace mailfleet {

const Reference& shipped_reference() {
  static const Reference reference;
  return reference;
}

}  // namespace mailfleet
