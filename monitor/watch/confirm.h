// How sure we must be before we tell anybody (docs/confirmation.md). Pure.
//
// A class names how many agreeing looks it takes, over how long, and whether the second resolver
// path must agree:
//   C0  authenticated or arithmetic: at once.
//   C1  changed content: again over the second path in the same cycle, and after `content_wait`.
//   C2  absence: `absence_count` looks over `absence_wait`, both paths.
//   C3  what a connection showed: `connection_count` looks over `connection_wait`, each with
//       positive evidence; a look that could not connect neither counts nor refutes.
//   C4  not reached, which is unknown: never, except for what a check itself calls a loss when it
//       lasts (a policy host); then `connection_count` looks over `stale_trusted`.
#pragma once

#include <optional>

#include "checks/base/check.h"

namespace mailfleet {

struct ConfirmSettings {
  Seconds content_wait{15 * 60};
  int content_count = 3;
  Seconds absence_wait{30 * 60};
  int absence_count = 3;
  Seconds connection_wait{30 * 60};
  int connection_count = 3;
  Seconds recovery_wait{15 * 60};
  int recovery_count = 2;
  int flap_count = 3;  // more transitions than this within flap_window is flapping
  Seconds flap_window{24 * 3600};
  Seconds stale_trusted{24 * 3600};
  Seconds stale_other{72 * 3600};
  int fleet_unknown_percent = 10;
};

// What has been seen so far of one suspicion.
struct Agreement {
  int looks = 0;             // that agreed
  bool second_path = false;  // one of them over the second resolver path
  Time first{};
  Time last{};

  bool operator==(const Agreement&) const = default;
};

bool is_confirmed(Confirmation confirm, const Agreement& seen, const ConfirmSettings& settings);

// When the next confirming look should be made; empty when the regular looks will do (C4).
std::optional<Time> next_look(Confirmation confirm, const Agreement& seen,
                              const ConfirmSettings& settings);

}  // namespace mailfleet
