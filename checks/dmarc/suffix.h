// Names that many organisations share: "gov.uk". The public suffix list knows most; the public
// sector's own shared names that it lacks are added here.
#pragma once

#include <optional>

#include "checks/base/evidence.h"
#include "checks/base/name.h"

namespace mailfleet::dmarc {

// A name under which others register, whatever the public suffix list says: gov.wales, mod.uk, and
// any two-label name that starts as governments' suffixes do.
bool is_shared_by_name(const Name& name);

struct Registrable {
  bool pending = false;
  bool known = false;
  std::optional<Name> listed{};   // by the public suffix list alone; empty for a suffix
  std::optional<Name> careful{};  // the same, with the shared names above as suffixes too
};
Registrable registrable_of(const Name& name, Facts& facts);

}  // namespace mailfleet::dmarc
