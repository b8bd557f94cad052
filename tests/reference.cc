#include "tests/reference.h"

#include "monitor/reference.h"

namespace mailfleet {

const Reference& shipped_reference() {
  static const Reference reference = load_reference({});
  return reference;
}

}  // namespace mailfleet
