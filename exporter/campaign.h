// What several domains have agreed to do by a date, as the operator wrote it ([[campaign]]).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/base/name.h"
#include "checks/base/time.h"

namespace mailfleet {

struct CampaignView {
  std::string name{};
  std::string name_cy{};
  std::string sector{};         // or
  std::vector<Name> domains{};  // these
  std::optional<Time> tls_ready{};
  std::optional<Time> mandatory_tls{};
};

}  // namespace mailfleet
