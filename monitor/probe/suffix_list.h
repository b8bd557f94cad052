// The public suffix list (publicsuffix.org): where organisations' names begin. Read from Debian's
// file when it is there, else from the copy built into libpsl. Any thread.
#pragma once

#include <memory>

#include "checks/base/evidence.h"

namespace mailfleet {

class SuffixList {
 public:
  SuffixList();
  ~SuffixList();

  SuffixObservation look_up(const Name& name) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mailfleet
